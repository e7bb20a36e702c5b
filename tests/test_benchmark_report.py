"""What many rows say: means, profiles, duels, rates and slopes, and the page that shows them."""

import json
import math
import random
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdsolve import InvalidInput
from mdsolve.benchmark.measures import profiles, statistics
from mdsolve.benchmark.report import page, read_results, tables, write_page
from mdsolve.benchmark.report.results import Results
from mdsolve.benchmark.run.records import SCHEMA, Records

CHROMIUM = shutil.which("chromium")
SOLVERS = ("a", "b", "c")
TIMES = st.one_of(st.floats(1e-4, 50.0), st.just(math.inf), st.sampled_from([1.0, 1.05, 2.0]))


@st.composite
def races(draw, solvers=SOLVERS):
    """Draw times by problem and solver, with ties and failures."""
    count = draw(st.integers(1, 8))
    return {f"p{k}": {solver: draw(TIMES) for solver in solvers} for k in range(count)}


def row(problem="p", solver="a", **fields):
    """Return a row of a race, solved in 0.3 s unless told otherwise."""
    return {
        "schema": SCHEMA,
        "problem": problem,
        "solver": solver,
        "version": "1.0",
        "target": 1e-6,
        "start": "cold",
        "series": None,
        "step": None,
        "attempt": 1,
        "outcome": "solved",
        "claim": "optimal",
        "error": 1e-9,
        "reason": "",
        "message": "",
        "kind": "linear",
        "family": "menus",
        "sets": ["smoke"],
        "axes": {"outcomes": 10},
        "variables": 10,
        "rows": 3,
        "status": "optimal",
        "lower": 1.0,
        "upper": 1.0,
        "noisy": False,
        "time_limit": 60.0,
        "memory_bytes": 1 << 20,
        "compile_seconds": 0.1,
        "solve_seconds": 0.2,
        "machine": {"cpu": "one"},
        **fields,
    }


def test_means_profiles_and_duels_by_hand():
    """√(1 · 4) = 2 and √(4 · 16) = 8, shifted back by 0.01; a failure counts as the limit."""
    assert statistics.shifted_mean([0.99, 3.99], 60.0) == pytest.approx(1.99)
    assert statistics.shifted_mean([3.99, math.inf], 15.99) == pytest.approx(7.99)
    assert statistics.shifted_mean([3.99, math.inf], 1.599, penalty=10.0) == pytest.approx(7.99)
    race = {
        "p": {"a": 1.0, "b": 1.05},
        "q": {"a": math.inf, "b": 2.0},
        "r": dict.fromkeys("ab", math.inf),
    }
    found = profiles.profiles(race, "ab")
    assert found["a"] == ((1.0,), (1 / 3,))
    assert found["b"] == ((1.0, 1.05), (1 / 3, 2 / 3))
    assert profiles.duels(race, "ab")["b", "a"] == (1, 2, 0)
    assert profiles.profiles({"p": {"a": 9.0}}, "a")["a"] == ((1.0,), (1.0,))
    assert profiles.profiles({"p": {"a": math.inf}}, "a")["a"] == ((), ())


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=9))
def test_a_mean_is_its_definition(given_times):
    shift = statistics.SHIFT
    naive = math.prod(t + shift for t in given_times) ** (1 / len(given_times)) - shift
    assert statistics.shifted_mean(given_times, 60.0) == pytest.approx(naive, rel=1e-9, abs=1e-9)
    low, high = min(given_times), max(given_times)
    assert low - 1e-9 <= statistics.shifted_mean(given_times, 60.0) <= high * (1 + 1e-9)


@given(st.lists(TIMES, min_size=1, max_size=9))
def test_a_failure_is_never_better_than_the_limit(given_times):
    failed = [math.inf, *given_times[1:]]
    limit = max([60.0, *(t for t in given_times if t < math.inf)])
    assert statistics.shifted_mean(failed, limit) >= statistics.shifted_mean(given_times, limit)


@given(races())
def test_a_profile_is_its_definition(race):
    found = profiles.profiles(race, SOLVERS)
    for solver, own in found.items():
        assert all(x <= y for x, y in pairwise(own.shares))
        assert all(0.0 < share <= 1.0 for share in own.shares)
        for ratio in (1.0, 1.5, 10.0, 1e9):
            within = sum(
                times[solver] < math.inf and times[solver] <= ratio * min(times.values())
                for times in race.values()
            )
            assert own.at(ratio) == pytest.approx(within / len(race))


@given(races(), st.sampled_from([0.5, 4.0]))
def test_units_and_order_change_nothing(race, unit):
    told = {p: {s: unit * t for s, t in own.items()} for p, own in reversed(race.items())}
    assert profiles.duels(told, SOLVERS) == profiles.duels(race, SOLVERS)
    one, other = profiles.profiles(told, SOLVERS), profiles.profiles(race, SOLVERS)
    for solver in SOLVERS:
        assert one[solver].shares == other[solver].shares


@given(races())
def test_a_duel_hangs_on_no_third_and_mirrors(race):
    found = profiles.duels(race, SOLVERS)
    alone = profiles.duels({p: {s: own[s] for s in "ab"} for p, own in race.items()}, "ab")
    assert alone["a", "b"] == found["a", "b"]
    for (one, other), duel in found.items():
        assert sum(duel) == len(race)
        assert duel == found[other, one][::-1]


def test_wilson_is_the_root_of_its_equation():
    """|p − share| = z sqrt(p (1 − p) / n) at both ends."""
    for hits, of in ((1, 3), (9, 10), (50, 80)):
        found = statistics.rate(hits, of)
        for end in found[1:]:
            miss = abs(end - hits / of)
            assert miss == pytest.approx(statistics.DEVIATE * math.sqrt(end * (1 - end) / of))
    assert statistics.rate(5, 5).upper == 1.0
    assert statistics.rate(0, 5).lower == 0.0


def test_accuracy_is_what_was_achieved():
    rows = [
        row("p", "a", target=1e-4, error=1e-9, solve_seconds=0.1),
        row("p", "a", target=1e-9, error=1e-12, solve_seconds=5.0),
        row("p", "b", outcome="inaccurate", error=1e-5),
        row("p", "c", outcome="inaccurate", claim="infeasible", error=1e-9),
        row("r", "a", target=1e-9, outcome="false claim", error=1e-5),
        row("r", "b", outcome="false claim", status="infeasible", error=1e-9),
        row("r", "c", claim="infeasible", status="infeasible", error=0.0),
        row("q", "a", outcome="timeout", error=None),
        row("q", "a", start="warm", error=0.0),
    ]
    fine, coarse = statistics.times(rows, 1e-6), statistics.times(rows, 1e-4)
    assert fine["p"] == {"a": pytest.approx(0.2), "b": math.inf, "c": math.inf}
    assert coarse["p"]["b"] == pytest.approx(0.3)
    assert fine["q"] == {"a": math.inf}
    assert fine["r"] == {"a": math.inf, "b": math.inf, "c": pytest.approx(0.3)}
    assert coarse["r"]["a"] == pytest.approx(0.3), "achieved, whatever was asked"
    assert statistics.common(fine, ["a", "b"]).keys() == {"p", "r"}


def test_the_last_attempt_counts():
    rows = [row(attempt=2, error=2.0), row(attempt=1, error=1.0), row(target=1e-9)]
    assert [one["error"] for one in statistics.latest(rows)] == [2.0, 1e-9]


def test_claims_that_are_not_so_are_counted():
    rows = [row(), row("q", outcome="false claim"), row("r", claim="none", outcome="failed")]
    assert statistics.claims(rows)["a"].value == 0.5
    shown = next(one for one in tables(Results({}, rows)) if one.title == "Correct claims")
    assert shown.rows[0][:3] == ["a", "2", "50.0%"]


def test_slopes_and_warm_starts():
    exact = statistics.slope([1, 10, 100, 1000], [3.0, 30.0, 300.0, 3000.0])
    assert exact.value == pytest.approx(1.0)
    assert statistics.slope([1, 1, 2, 3], [1.0] * 4) is None
    rows = [
        row(f"s{k}", series="s", step=k, start=start, warmed=k > 0, solve_seconds=taken)
        for k in range(4)
        for start, taken in (("cold", 0.4), ("warm", 0.1 if k else 9.0))
    ]
    assert statistics.warm_ratios(rows)["s", "a"].value == pytest.approx(0.25)
    assert statistics.warm_ratios(rows[:6])["s", "a"] is None, "two steps tell nothing"


HOSTILE = "<script>document.title='owned'</script>\"'&"


def race_rows():
    draw = random.Random(0)
    rows = []
    for k in range(12):
        for j, solver in enumerate(("alpha", "beta", HOSTILE)):
            outcome = draw.choice(["solved"] * 4 + ["timeout", "inaccurate", "false claim"])
            error = None if outcome == "timeout" else 10.0 ** draw.uniform(-12, -3)
            rows.append(
                row(
                    f"problem-{k}" if k else HOSTILE,
                    solver,
                    outcome=outcome,
                    error=error,
                    kind=("linear", "exponential")[k % 2],
                    axes={"outcomes": 2**k, "groups": 3},
                    solve_seconds=(j + 1) * 1e-3 * 2**k * draw.uniform(0.7, 1.4),
                    reason=HOSTILE,
                    noisy=k == 3,
                    target=(1e-6, 1e-9)[k % 2],
                    sets=["smoke", "standard"] if k < 4 else ["standard"],
                )
            )
    return rows


def saved(folder):
    records = Records(folder, {"command": f"mdsolve bench {HOSTILE}"})
    for one in race_rows():
        records.append(one)
    records.close()
    return folder


class Reader(HTMLParser):
    """Counts scripts and notes what is fetched and every id."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.fetched, self.ids, self.links = 0, [], set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.scripts += tag == "script"
        self.fetched += [given[name] for name in ("src", "srcset") if name in given]
        self.ids.add(given.get("id"))
        if tag == "a":
            self.links.add(given["href"].removeprefix("#"))


def test_a_page_fetches_nothing_and_escapes_everything(tmp_path):
    text = page(read_results(saved(tmp_path / "race")))
    found = Reader(text)
    assert found.scripts == 1
    assert not found.fetched
    assert found.links <= found.ids
    assert HOSTILE not in text
    for title in ("Outcomes", "Correct claims", "Performance profiles", "What was not solved"):
        assert title in text


def test_tables_stay_the_same_from_lines_or_parquet(tmp_path):
    folder = saved(tmp_path / "race")
    assert tables(read_results(folder)) == tables(read_results(folder / "rows.parquet"))


def test_no_two_problems_share_a_place():
    names = ["a b", "a_b", "a/b", "a_20_b", "é", "A", "a"]
    text = page(Results({}, [row(name) for name in names]))
    places = re.findall(r'<details id="(problem-[^"]*)"', text)
    assert len(places) == len(set(places)) == len(names)


@pytest.mark.parametrize(
    "rows",
    [
        [row()],
        [row(outcome="timeout", error=None, compile_seconds=None, solve_seconds=None)],
        [row(solver=s, error=0.0, axes={"types": None}) for s in "ab"],
        [row(status="infeasible", claim="infeasible", lower=None, upper=None, axes=None)],
    ],
    ids=["one", "nothing solved", "all tie", "infeasible"],
)
def test_small_races_have_pages_too(rows):
    assert "<h1>" in page(Results({}, rows))


def mdsolve(*words):
    command = [sys.executable, "-m", "mdsolve", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_prints_and_writes(tmp_path):
    folder = saved(tmp_path / "race")
    found = mdsolve("report", folder, "--html", tmp_path / "race.html")
    assert found.returncode == 0, found.stderr
    for title in ("Outcomes", "Correct claims", "Duels: linear", "Scaling"):
        assert title in found.stdout
    assert (tmp_path / "race.html").stat().st_size > 10_000
    again = mdsolve("report", folder, "--html", tmp_path / "race.html")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    told = json.loads(mdsolve("report", folder, "--json").stdout)
    assert told["tables"][0]["title"] == "Outcomes"


def test_a_cut_line_is_left_out_and_other_results_are_refused(tmp_path):
    folder = saved(tmp_path / "race")
    rows = folder / "rows.jsonl"
    rows.write_bytes(rows.read_bytes() + b'{"schema": "mdsolve-bench/1", "prob')
    assert len(read_results(folder).rows) == 36
    (folder / "run.json").write_text('{"schema": "mdsolve-bench/9"}')
    found = mdsolve("report", folder)
    assert found.returncode == 2
    assert "mdsolve-bench/9" in found.stderr
    assert rows.read_bytes().count(b"\n") == 36
    with pytest.raises(InvalidInput, match="holds no results"):
        read_results(tmp_path)
    (tmp_path / "rows.parquet").write_bytes(b"no")
    with pytest.raises(InvalidInput, match="cannot be read as Parquet"):
        read_results(tmp_path / "rows.parquet")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
def test_a_browser_shows_it_whole(tmp_path):
    """The script fills the filters, opens a problem that is linked to, and nothing overflows."""
    target = tmp_path / "race.html"
    write_page(read_results(saved(tmp_path / "race")), target)
    probe = (
        "<script>addEventListener('load',()=>{const d=document;"
        "d.title=[d.querySelectorAll('.filters select').length,"
        "d.querySelector('#problem-problem-3').open,"
        "d.documentElement.scrollWidth<=innerWidth,"
        "d.querySelectorAll('svg.drawing').length,"
        "...['set','target'].map(n=>{const s=d.querySelector(`select[name=${n}]`);"
        "s.value=n==='set'?'smoke':'1e-06';s.dispatchEvent(new Event('change'));"
        "return s.closest('section').querySelector('output').value.split(' ')[0]})"
        "].join(' ')})</script></body>"
    )
    text = target.read_text("utf-8")
    target.write_text(text.replace("</body>", probe), "utf-8")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        f"--user-data-dir={tmp_path / 'profile'}", "--window-size=400,900", "--dump-dom",
        f"{target.as_uri()}#problem-problem-3",
    ]  # fmt: skip
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
    title = re.search(r"<title>([^<]*)</title>", found.stdout)[1].split()
    assert int(title[0]) >= 4
    assert title[1:3] == ["true", "true"]
    assert int(title[3]) >= 4
    missed = [one for one in race_rows() if one["outcome"] != "solved"]
    smoke = [one for one in missed if "smoke" in one["sets"]]
    assert int(title[4]) == len(smoke) < len(missed)
    assert int(title[5]) == sum(one["target"] == 1e-6 for one in smoke) < len(smoke)
