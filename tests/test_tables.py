"""A table is read strictly, whatever holds it; a refusal names the row and the column."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mdsolve.errors import InvalidInput
from mdsolve.games import Game, games_from_table, write_table
from mdsolve.games.files import written_whole

DATA = Path(__file__).parents[1].parent / "shared" / "data"
COLUMNS = {
    "prompt": ["b", "b", "a", "b"],
    "outcome": ["x", "y", "x", "z"],
    "logprob": [-1.0, -3000.0, -2.0, -1.0],
    "text": ["one", "two, three", "four\nlines", ""],
    "kind": [1, 2, 3, 4],
    "brief": [0.5, 0.25, 0.0, 1.0],
}
ONE = {"outcome": ["x", "y"], "reference": [0.75, 0.25], "kind": [1.0, 2.0], "brief": [0.0, 1.0]}
CSV = "outcome,reference,kind,brief\nx,0.75,1,0\ny,0.25,2,1\n"


def pandas_frame(columns, folder):
    return pytest.importorskip("pandas").DataFrame(columns)


def pandas_nullable(columns, folder):
    with np.errstate(invalid="ignore"):
        return pytest.importorskip("pandas").DataFrame(columns).convert_dtypes()


def polars_frame(columns, folder):
    return pytest.importorskip("polars").DataFrame(columns)


def arrow_table(columns, folder):
    return pytest.importorskip("pyarrow").table(columns)


def csv_file(columns, folder):
    write_table(columns, folder / "candidates.csv", overwrite=True)
    return folder / "candidates.csv"


def parquet_file(columns, folder):
    write_table(columns, folder / "candidates.parquet", overwrite=True)
    return str(folder / "candidates.parquet")


SOURCES = [pandas_frame, pandas_nullable, polars_frame, arrow_table, csv_file, parquet_file]


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "candidates.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_games(source, tmp_path):
    games = dict(games_from_table(source(COLUMNS, tmp_path), {"brief": 2, "kind": 3}))
    assert list(games) == ["b", "a"]
    game = games["b"]
    assert game.groups == ("kind", "brief")
    assert game.outcomes == ("x", "y", "z")
    assert_array_equal(game.rewards, [[1, 2, 4], [0.5, 0.25, 1]])
    assert game.rewards.flags.c_contiguous
    assert_array_equal(game.sizes, [3, 2])
    assert_allclose(game.log_reference, [-np.log(2), -2999 - np.log(2), -np.log(2)], rtol=1e-15)
    assert game.underflowed.tolist() == [1]
    assert games["a"].reference.tolist() == [1.0]


@pytest.mark.parametrize("source", SOURCES)
def test_one_game_from_one_table(source, tmp_path):
    game = Game.from_table(source(ONE, tmp_path))
    assert_array_equal(game.reference, ONE["reference"])
    assert_array_equal(game.rewards, [ONE["kind"], ONE["brief"]])
    assert next(games_from_table(source(ONE, tmp_path)))[0] is None
    picked = Game.from_table(source(COLUMNS, tmp_path), prompt="a")
    assert picked.outcomes == ("x",)


def test_columns_are_chosen_by_name(csv):
    path = csv("name,p,logprob,reference,kind,note\nx,0.5,-1,.1,1,hm\ny,0.5,-2,.9,2,so\n")
    options = {"outcome": "name", "groups": ["kind"]}
    assert Game.from_table(path, reference="p", **options).reference.tolist() == [0.5, 0.5]
    assert Game.from_table(path, reference="reference", **options).reference.tolist() == [0.1, 0.9]
    ratio = np.diff(Game.from_table(path, logprob="logprob", **options).log_reference)
    assert_allclose(ratio, -1.0, rtol=1e-15)
    listed = Game.from_table(path, reference="p", outcome="name", groups=["kind", "logprob"])
    assert listed.groups == ("kind", "logprob")
    uniform = Game.from_table(csv("outcome,kind\na,1\nb,2\nc,3\n"), reference="uniform")
    assert_allclose(uniform.reference, 1 / 3, rtol=1e-15)


def test_dialects_of_csv_that_mean_the_same(csv):
    plain = Game.from_table(csv(CSV))
    long = CSV.replace("\n", ",text\n", 1).replace("1,0", f"1,0,{'y' * 200_000}")
    long = long.replace("2,1", "2,1,z")
    for text in (
        long,
        CSV.replace("\n", "\r\n"),
        CSV + "\n\n",
        "\ufeff" + CSV,
        CSV.replace("x", '"x"'),
    ):
        assert_array_equal(Game.from_table(csv(text)).rewards, plain.rewards)


def test_the_index_that_pandas_stores_in_parquet_is_no_group(tmp_path):
    frame = pandas_frame(ONE, tmp_path)
    frame.loc[[1, 0]].to_parquet(tmp_path / "shuffled.parquet")
    assert Game.from_table(tmp_path / "shuffled.parquet").groups == ("kind", "brief")


# Refusals

CELLS = {
    "text cell": (CSV.replace("2,1", "high,1"), {},
                  "candidates.csv, line 3, column 'kind': 'high' is not a number.*groups="),
    "decimal comma": (CSV.replace("2,1", '"1,5",1'), {}, "line 3, column 'kind': '1,5' is not a"),
    "extra cell": (CSV.replace("2,1", "1,5,1"), {},
                   "line 3: 5 cells, but the header has 4. Quote cells that hold a comma"),
    "short row": (CSV + "z,0.1\n", {}, "line 4: 2 cells, but the header has 4"),
    "after long text": ('outcome,reference,text,kind\nx,.5,"a\nb\nc",1\ny,.5,d,oops\n', {},
                        "line 5, column 'kind': 'oops' is not a number"),
    "underscore": (CSV.replace("2,1", "1_0,1"), {}, "'1_0' is not a number"),
    "empty cell": (CSV.replace("2,1", ",1"), {},
                   "line 3, column 'kind': the number is missing.*Fill the cell, or drop"),
    "nan cell": (CSV.replace("2,1", "nan,1"), {}, "line 3, column 'kind': the number is missing"),
    "infinite cell": (CSV.replace("2,1", "-inf,1"), {}, "column 'kind': the number is -inf, not f"),
    "no label": (CSV.replace("y,", ","), {}, "line 3, column 'outcome': the name is missing"),
    "twin outcome": (CSV.replace("y,", "x,"), {},
                     "candidates.csv: outcome 'x' stands in line 2 and again in line 3. Rename"),
    "twin in a prompt": ("prompt,outcome,logprob,kind\np,x,0,1\nq,x,0,1\nq,x,0,1\n",
                         {"prompt": "q"}, "prompt 'q': outcome 'x' stands in line 3 and again"),
    "twin column": (CSV.replace("brief", "kind"), {}, "column 'kind' occurs twice. Rename or drop"),
    "no name": ("," + CSV.replace("\nx", "\n0,x").replace("\ny", "\n1,y"), {},
                r"column 1 has no name \(an index\?\). Name it, drop it"),
    "several prompts": ("prompt,outcome,logprob,kind\np,x,0,1\nq,x,0,1\n", {},
                        "holds several prompts. Name one with prompt='...', .*games_from_table"),
    "unknown prompt": ("prompt,outcome,logprob,kind\np,x,0,1\n", {"prompt": "z"},
                       "has no prompt 'z'. Check its spelling"),
    "no prompt column": (CSV, {"prompt_column": "ask"}, "no column 'ask'.*prompt_column='...'"),
    "no outcome column": (CSV.replace("outcome", "answer"), {},
                          r"no column 'outcome'; the columns are \['answer'.*outcome='...'"),
    "no reference": ("outcome,kind\nx,1\n", {},
                     "neither a column 'reference' nor 'logprob'.*equal masses with .*'uniform'"),
    "both kinds": ("outcome,reference,logprob,kind\nx,1,0,1\n", {},
                   "both a column 'reference' and a column 'logprob'. Say which"),
    "both arguments": (CSV, {"reference": "a", "logprob": "b"}, "are both given. Keep the one"),
    "no such column": (CSV, {"logprob": "lp"}, "no column 'lp'.*logprob='...'"),
    "no such group": (CSV, {"groups": ["polite"]}, r"no column 'polite'.*groups=\[...\]"),
    "no group": ("outcome,reference\nx,1\n", {}, "no column is a group's reward.*Add one"),
    "sum": (CSV.replace("0.25", "0.2"), {}, "candidates.csv: reference: the masses sum to 0.95"),
    "zero mass": (CSV.replace("0.75", "1").replace("0.25", "0"), {}, "outcome 'y': .* mass is 0.0"),
    "positive logprob": ("prompt,outcome,logprob,kind\np,x,0.2,1\n", {},
                         "prompt 'p': outcome 'x': log-probability is 0.2"),
    "size missing": (CSV, {"sizes": {"kind": 1}}, r"sizes: no size for \['brief'\]"),
    "empty": ("", {}, "candidates.csv: is empty. The first line must name the columns"),
    "only a header": ("outcome,reference,kind\n", {}, "has no rows. A game needs at least one"),
    "semicolons": (CSV.replace(",", ";"), {}, "there is no column 'outcome'|has neither a column"),
    "open quote": (CSV + '"z,', {}, "line 4: .*Save the file as comma-separated"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "options", "words"), CELLS.values(), ids=CELLS)
def test_bad_files_are_refused_by_line_and_column(csv, text, options, words):
    with pytest.raises(InvalidInput, match=words):
        Game.from_table(csv(text), **options)


def test_text_that_is_not_utf8_is_refused(csv):
    with pytest.raises(InvalidInput, match="line 2: .*Save the file as comma-separated UTF-8"):
        Game.from_table(csv(CSV.replace("x", "é"), encoding="latin-1"))


@pytest.mark.parametrize("source", SOURCES[:4])
@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("kind", [1.0, None], "row 1, column 'kind': the number is missing"),
        ("kind", ["1", "high"], "row 1, column 'kind': 'high' is not a number"),
        ("kind", [True, False], "row 0, column 'kind': True is not a number"),
        ("kind", [1.0, np.inf], "row 1, column 'kind': the number is inf, not finite"),
        ("outcome", ["x", None], "row 1, column 'outcome': the name is missing"),
        ("outcome", [7, 7], "outcome '7' stands in row 0 and again in row 1"),
    ],
)
def test_bad_frames_are_refused_by_row_and_column(source, column, cells, words, tmp_path):
    with pytest.raises(InvalidInput, match=words):
        Game.from_table(source(ONE | {column: cells}, tmp_path))


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"PAR0")
    (tmp_path / "folder.csv").mkdir()
    lazy = polars_frame(ONE, tmp_path).lazy()
    twins = pandas_frame([[1, 2]], tmp_path).set_axis(["a", "a"], axis=1)
    for source, words in (
        (tmp_path / "absent.csv", "absent.csv: there is no such file. Check the path"),
        (tmp_path / "table.xlsx", "extension '.xlsx' is unknown. .* in .csv or .parquet"),
        (tmp_path / "broken.parquet", "broken.parquet: cannot be read as Parquet"),
        (tmp_path / "folder.csv", "folder.csv: cannot be read"),
        ([1, 2], "a list is not a table. Pass a pandas, Polars or pyarrow frame"),
        (lazy, "a LazyFrame is not a table.* collected"),
        (twins, "column 'a' occurs twice. Rename or drop one"),
    ):
        with pytest.raises(InvalidInput, match=words):
            Game.from_table(source)


# Writing


@pytest.mark.parametrize("extension", [".csv", ".parquet"])
def test_written_numbers_come_back_exactly(extension, tmp_path):
    values = np.array([0.1, 1e-300, np.pi, -1e307])
    path = tmp_path / f"model{extension}"
    write_table({"outcome": list("abcd"), "logprob": np.zeros(4), "kind": values}, path)
    assert_array_equal(Game.from_table(path).rewards[0], values)


def test_json_holds_records(tmp_path):
    write_table(pandas_frame(ONE, tmp_path), tmp_path / "model.json")
    records = json.loads((tmp_path / "model.json").read_text())
    assert records[1] == {"outcome": "y", "reference": 0.25, "kind": 2.0, "brief": 1.0}


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "model.csv"
    with pytest.raises(ZeroDivisionError), written_whole(path) as file:
        file.write(b"half" + bytes(1 // 0))
    assert not list(tmp_path.iterdir())
    write_table(ONE, path)
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="model.csv: exists already. Choose another path"):
        write_table({"a": [1]}, path)
    assert path.read_bytes() == before
    write_table({"a": [1]}, path, overwrite=True)
    assert path.read_bytes() != before
    with pytest.raises(InvalidInput, match="extension '.xls' is unknown. End it in one of .csv"):
        write_table(ONE, tmp_path / "model.xls")
    with pytest.raises(InvalidInput, match="a mapping from column to equally many values"):
        write_table({"a": [1, 2], "b": [1]}, tmp_path / "ragged.csv")
    with pytest.raises(InvalidInput, match="not JSON compliant.*finite numbers only"):
        write_table({"a": [np.nan]}, tmp_path / "model.json")
    with pytest.raises(InvalidInput, match="there is no folder .*absent. Create it first"):
        write_table(ONE, tmp_path / "absent" / "model.csv")
    with pytest.raises(InvalidInput, match="is a folder. Name a file in it"):
        write_table(ONE, tmp_path)
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_table(ONE, tmp_path / f"{'x' * 300}.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["model.csv"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InvalidInput, match="cannot be written to. Choose another"):
        write_table(ONE, tmp_path / "model.csv")


# Real data


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data are not here")
def test_hanna_with_references_thousands_of_nats_apart(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(DATA / "hanna_rewards.csv")
    frame = frame[frame.system != "Human"].copy()
    frame["story_logprob"] = frame.ref_avg_logprob * frame.n_tokens
    criteria = ["RE", "CH", "EM", "SU", "EG", "CX"]
    for name in criteria:
        frame[name] = frame[[f"human{rater}_{name}" for rater in (1, 2, 3)]].mean(axis=1)
    columns = {"outcome": "system", "prompt_column": "prompt_id", "groups": criteria}
    games = dict(games_from_table(frame, logprob="story_logprob", **columns))
    assert len(games) == 72
    spreads = [np.ptp(game.log_reference) for game in games.values()]
    assert min(spreads) > 700
    assert max(spreads) > 4500
    for prompt, game in games.items():
        assert game.shape == (6, 10)
        assert game.underflowed.size
        own = frame[frame.prompt_id == int(prompt)].story_logprob.to_numpy()
        assert_allclose(np.diff(game.log_reference), np.diff(own), rtol=0, atol=2e-12)
    frame.to_csv(tmp_path / "stories.csv", index=False)
    from_file = Game.from_table(
        tmp_path / "stories.csv", logprob="story_logprob", prompt=0, **columns
    )
    assert_allclose(from_file.log_reference, games["0"].log_reference, rtol=1e-14)


def test_importing_games_imports_no_heavy_library():
    heavy = "{'pandas', 'pyarrow', 'narwhals', 'polars', 'scipy.sparse', 'cvxpy', 'matplotlib'}"
    code = f"import sys, mdsolve.games, mdsolve.comparisons; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])
