"""What a Parquet file may hold, and where it may lie: any names, any numbers, any store."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_batch_files import OPTIONS, candidates, digest, job, mdsolve, whole, written
from typer.testing import CliRunner

import mdsolve as md
from mdsolve.batch import sorting
from mdsolve.batch.folder import Folder
from mdsolve.batch.parquet import Source
from mdsolve.batch.run import run
from mdsolve.batch.sorting import sorted_by_prompt
from mdsolve.cli.app import app


def coded(column: pa.ChunkedArray, kind: pa.DataType) -> pa.DictionaryArray:
    """Return names as a dictionary with keys of a kind, as frames store categories."""
    found = column.combine_chunks().dictionary_encode()
    return pa.DictionaryArray.from_arrays(found.indices.cast(kind), found.dictionary)


def payments(source: Source, out) -> tuple[list, np.ndarray]:
    run(source, job(source.columns), Folder(str(out)))
    groups = whole(out, "groups")
    return list(map(str, groups["prompt"].to_pylist())), groups["payment"].to_numpy()


@pytest.mark.parametrize(
    "kind",
    ["large_string", "string_view", "binary", "int32", "date32", "uint8", "uint32", "int8"],
)
@pytest.mark.parametrize("sort", [False, True])
def test_names_of_any_type_are_the_same_games(tmp_path, kind, sort):
    table = candidates(12, seed=4)
    _, expected = payments(Source.opened(written(tmp_path / "a.parquet", table, 9)), tmp_path / "a")
    order = np.arange(table.num_rows)
    if sort:  # rows of a prompt keep their order
        first = np.random.default_rng(0).permutation(12)
        key = np.array([int(name[1:]) for name in table["prompt"].to_pylist()])
        order = np.argsort(first[key], kind="stable")
    table = table.take(order)
    prompts, outcomes = table["prompt"], table["outcome"]
    if kind in ("int8", "uint8", "uint32"):
        prompts, outcomes = (coded(each, getattr(pa, kind)()) for each in (prompts, outcomes))
    elif kind in ("int32", "date32"):
        numbers = [int(name[1:]) for name in prompts.to_pylist()]
        prompts = pa.array(numbers, pa.int32()).cast(getattr(pa, kind)())
    else:
        prompts, outcomes = (each.cast(getattr(pa, kind)()) for each in (prompts, outcomes))
    other = table.set_column(0, "prompt", prompts).set_column(1, "outcome", outcomes)
    source = Source.opened(written(tmp_path / "b.parquet", other, 9), rows=20)
    if sort:
        source = sorted_by_prompt(source, Folder(str(tmp_path / "b")), 20)
    names, found = payments(source, tmp_path / "b")
    assert len(set(names)) == 12
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", ["float16", "float32", "int64", "uint64"])
def test_numbers_of_any_type_are_computed_in_double(tmp_path, kind):
    table = candidates(6, seed=1)
    rewards = np.floor(8.0 * table["kind"].to_numpy()) / 8.0
    if "int" in kind:
        rewards = np.full(table.num_rows, 2**53 + 3)  # beyond what a double holds: rounded
    column = pa.array(rewards.astype(kind))
    path = written(tmp_path / "in.parquet", table.set_column(3, "kind", column))
    _, found = payments(Source.opened(path), tmp_path / "out")
    doubles = pa.array(rewards.astype(float))
    other = written(tmp_path / "double.parquet", table.set_column(3, "kind", doubles))
    np.testing.assert_array_equal(found, payments(Source.opened(other), tmp_path / "other")[1])


@pytest.mark.parametrize("rows", [1, 8, 1000])
def test_row_groups_without_rows_are_passed_over(tmp_path, rows):
    table, path = candidates(10, seed=2), tmp_path / "in.parquet"
    with pq.ParquetWriter(path, table.schema) as writer:
        for first, last in ((0, 0), (0, 7), (7, 7), (7, 9), (9, 9), (9, table.num_rows), (0, 0)):
            batch = table.slice(first, last - first).combine_chunks().to_batches()
            writer.write_batch(batch[0] if batch else pa.RecordBatch.from_pylist([], table.schema))
    names, _ = payments(Source.opened(path, rows=rows), tmp_path / "out")
    assert len(set(names)) == 10


def test_nested_names_are_refused(tmp_path):
    table = candidates(3)
    for place, name in ((0, "prompt"), (1, "outcome")):
        lists = pa.array([[1]] * table.num_rows)
        path = written(tmp_path / f"{name}.parquet", table.set_column(place, name, lists))
        with pytest.raises(md.InvalidInput, match=f"column '{name}': holds list<.*not names"):
            Source.opened(path)


def test_a_page_that_cannot_be_read_loses_its_partition_alone(tmp_path):
    path = tmp_path / "in.parquet"
    pq.write_table(candidates(300), path, row_group_size=400, compression="none")
    place = pq.read_metadata(path).row_group(2).column(3).data_page_offset
    data = bytearray(path.read_bytes())
    data[place : place + 60] = b"\xff" * 60
    path.write_bytes(data)
    words = ("batch", path, *OPTIONS, "--rows", 400, "--out", tmp_path / "out")
    done = mdsolve(*words)
    assert done.returncode == 1
    assert "partition 2, prompts 'p0" in done.stderr
    assert "Traceback" not in done.stderr
    solved = whole(tmp_path / "out", "groups")["prompt"].unique().to_pylist()
    assert 150 < len(solved) < 300
    assert "p000000" in solved
    assert "p000299" in solved


def test_many_ranges_are_sorted_with_few_files_open(tmp_path, monkeypatch):
    monkeypatch.setattr(sorting, "_RANGES", 3)
    table = candidates(60, seed=6)
    mixed = table.take(np.random.default_rng(1).permutation(table.num_rows))
    source = Source.opened(written(tmp_path / "in.parquet", mixed, 20), rows=10)
    found = sorted_by_prompt(source, Folder(str(tmp_path / "out")), 10)
    ordered = pq.read_table(found.path)["prompt"].to_pylist()
    assert ordered == sorted(table["prompt"].to_pylist())


def test_a_file_is_read_from_a_store_and_results_go_there(tmp_path):
    fsspec = pytest.importorskip("fsspec")
    path = written(tmp_path / "in.parquet", candidates(40, seed=3), 30)
    system = fsspec.filesystem("memory")
    system.pipe_file("/read/in.parquet", path.read_bytes())
    words = ["batch", "memory://read/in.parquet", *OPTIONS, "--rows", "60", "--out"]
    assert CliRunner().invoke(app, [*words, "memory://read/out"]).exit_code == 0
    local = ["batch", f"file://{path}", *OPTIONS, "--rows", "60", "--out"]
    assert CliRunner().invoke(app, [*local, f"file://{tmp_path}/out"]).exit_code == 0
    expected = digest(tmp_path / "out")
    assert "manifest.json" in expected
    for name in expected:
        assert system.cat_file(f"/read/out/{name}") == (tmp_path / "out" / name).read_bytes()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://nothing/in.parquet", "there is no such file"),
        ("file:///nowhere/in.parquet", "there is no such file"),
        ("unheard://bucket/in.parquet", "unheard.*Check the scheme"),
    ],
)
def test_addresses_that_lead_nowhere_are_refused(address, message):
    pytest.importorskip("fsspec")
    with pytest.raises(md.InvalidInput, match=message):
        Source.opened(address)
    with pytest.raises(md.InvalidInput, match="cannot be"):
        Folder("unheard://bucket/out").create()


def test_what_is_no_manifest_is_refused(tmp_path):
    source = Source.opened(written(tmp_path / "in.parquet", candidates(3)))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text("[]")
    with pytest.raises(md.InvalidInput, match="list in place of an object"):
        run(source, job(source.columns), Folder(str(tmp_path / "out")))
