"""The page of a certificate: all of it is text, nothing is fetched, and no file breaks it."""

import json
import random
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

import pytest
from certificate_files import array, files
from hypothesis import given, settings
from hypothesis import strategies as st
from test_certificate_schemas import DRAWS
from worked_examples import WORKED

from mdsolve.certificates import check
from mdsolve.certificates.page import DATA, WITNESSES, page, page_of, write_page
from mdsolve.certificates.page.figures import ends, figure, rounded
from mdsolve.certificates.page.statements import STATEMENTS
from mdsolve.errors import InvalidInput

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"
)
TAGS = set(
    """html head meta title style body main header section footer h1 h2 p dl div dt dd table thead
    tbody tr th td figure figcaption details summary small span strong em i sub bdi code pre svg
    line rect circle path text defs marker""".split()  # noqa: SIM905
)
VOID = {"meta"}
HOSTILE = [
    "<script>document.title='owned'</script>",
    "\"'><img src=http://127.0.0.1:1/x onerror=alert(1)>",
    "</title></style><b>&amp;&#60;",
    "שלום עולם",
    "W" * 200,
    "{{7*7}} ${x} %s",
]


def saved(folder, pair):
    """Write a problem and its certificate in a folder."""
    folder.mkdir(exist_ok=True)
    for name, data in zip(("problem.json", "certificate.json"), pair, strict=True):
        (folder / name).write_bytes(data)
    return folder


class Outline(HTMLParser):
    """The elements and the text of a page; an element that is not closed in order is an error."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], set(), [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def outline(page):
    """Return a page's outline, having asserted that it runs and fetches nothing."""
    found = Outline(page)
    assert found.tags <= TAGS
    names = {name for name, _ in found.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"src", "href", "srcset", "action", "style", "data"}
    assert "default-src 'none'" in page
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    return found


def rejected(kind):
    """Return a worked example whose claim goes a little too far."""
    problem, certificate = (json.loads(data) for data in WORKED[kind])
    lies = {
        "implementable": {"payments": array([Fraction(2)] * 3)},
        "not_implementable": {"gain": "6/7"},
        "gap": {"gap": "0"},
        "incentive": {"payment_lower": array([Fraction(3, 4), Fraction(1, 8)])},
        "floor": {"lower": "2"},
        "menu": {"choice": 2},
        "lp": {"y": array([Fraction(0), Fraction(-1), Fraction(-1), Fraction(0)])},
    }
    certificate["witness"] |= lies[kind]
    assert problem
    return WORKED[kind][0], json.dumps(certificate).encode()


def test_every_kind_and_form_has_its_part_of_the_page():
    assert WITNESSES.keys() == STATEMENTS.keys() == check.KINDS.keys()
    assert DATA.keys() == check.FORMS.keys()


@pytest.mark.parametrize("kind", WORKED)
def test_a_page_restates_claim_data_and_witness(kind):
    problem, certificate = WORKED[kind]
    found = outline(page_of(problem, certificate))
    _, claim = check.check(problem, certificate)
    assert "✓ VERIFIED" in found.text
    assert claim[1:] in found.text
    assert check.KINDS[kind][2] in found.text
    assert "What cannot be read" not in found.text
    for labels in (
        json.loads(problem).get(name) for name in ("groups", "outcomes", "types", "rows")
    ):
        assert all(label in found.text for label in labels or ())


@pytest.mark.parametrize("kind", WORKED)
def test_the_page_of_a_rejected_certificate_says_why_and_shows_all(kind):
    pair = rejected(kind)
    verified, reason = check.check(*pair)
    found = outline(page_of(*pair))
    assert not verified
    assert "✗ REJECTED" in found.text
    assert "VERIFIED" not in found.text
    assert reason in found.text
    assert "Witness" in found.text
    assert "Data: what is taken for true" in found.text


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("implementable", ["0.85", "1.15", "1.75", "−0.55"]),
        ("not_implementable", ["5/6", "−5/6", "−0.5"]),
        ("gap", ["2.666314911202705683717940", "0.5907841…"]),
        ("incentive", ["0.380783792", "0.380783793", "0.132641592"]),
        ("floor", ["1.886733975", "1.886733976", "0.3333333…"]),
        ("menu", ["1.8", "−0.2"]),
        ("lp", ["2.25", "2.5", "≤ 0.5"]),
    ],
)
def test_the_figures_of_a_witness_stand_on_the_page(kind, figures):
    """Computed by hand, or in mpmath at 40 digits."""
    text = outline(page_of(*WORKED[kind])).text
    assert [word for word in figures if word not in text] == []


def test_a_payment_that_may_cost_more_than_it_brings_is_flagged():
    problem, certificate = (json.loads(data) for data in WORKED["incentive"])
    certificate["witness"]["payment_upper"] = array([Fraction(3), Fraction(1, 2)])
    found = outline(page_of(WORKED["incentive"][0], json.dumps(certificate).encode()))
    assert "✓ VERIFIED" in found.text
    assert found.text.count("may lose by taking part") == 1
    certificate["witness"]["payment_lower"] = array([Fraction(5, 2), Fraction(0)])
    found = outline(page_of(WORKED["incentive"][0], json.dumps(certificate).encode()))
    assert found.text.count("loses by taking part") == 1
    assert problem


def hostile():
    """Return a true certificate on types, and one of a cycle, with labels that attack a page."""
    count = len(HOSTILE)
    cycle = [[Fraction(abs(i - j) == 1 or abs(i - j) == count - 1) for j in range(count)]
             for i in range(count)]  # fmt: skip
    return files(
        "not_implementable",
        "table",
        {"types": HOSTILE, "values": cycle},
        {"cycle": list(range(count)), "gain": Fraction(1)},
    )


def test_hostile_labels_stay_text():
    problem, certificate = hostile()
    assert check.check(problem, certificate)[0]
    found = outline(page_of(problem, certificate))
    assert all(label in found.text for label in HOSTILE)


def test_what_cannot_be_seen_is_spelled():
    """Such labels are refused; the page of the refusal shows them in the open."""
    problem, certificate = (json.loads(data) for data in WORKED["menu"])
    problem["entries"][0] = "safe\u202eelif\u0000\ud800"
    page = page_of(json.dumps(problem).encode(), json.dumps(certificate).encode())
    assert not {"\u202e", "\u0000"} & set(page)
    assert "REJECTED" in outline(page).text
    assert r"safe\u202eelif\x00\ud800" in page
    assert "problem.boosts: unclear without entries" in page
    page.encode("utf-8")


@pytest.mark.parametrize("draw", DRAWS, ids=lambda draw: draw.__name__)
def test_random_certificates_have_a_page(draw):
    rng = random.Random(5)
    for drawn in islice(iter(lambda: draw(rng), None), 60):
        pair = files(drawn.kind, drawn.form, drawn.problem, drawn.witness)
        text = outline(page_of(*pair)).text
        assert ("✓ VERIFIED" if check.check(*pair)[0] else "✗ REJECTED") in text


def every(den, *num):
    return {"den": den, "num": list(num)}


GONE = object()
BAD = [
    *(GONE, None, True, -1, 10**40, 1.5, "", "1/3", "x<y", "x" * 5000),
    *([], [[]], [0, 0], [None], [[0, 0]], ["a"], ["a"] * 3, [{"a": "1"}] * 4, {}),
    *(every("1"), every("1", "1"), every("1", ["1"], ["2"]), every("7", *["1" * 1190] * 3)),
]


@pytest.mark.parametrize("kind", WORKED)
def test_a_page_survives_any_field(kind):
    """Each field of both files is left out, and replaced by some of what does not belong there."""
    whole = [json.loads(data) for data in WORKED[kind]]
    places = [(k, field) for k in (0, 1) for field in whole[k]]
    places += [(2, field) for field in whole[1]["witness"]]
    rng = random.Random(3)
    for part, field in places:
        for bad in [GONE, *rng.sample(BAD[1:], 5)]:
            problem, certificate = (json.loads(data) for data in WORKED[kind])
            home = (problem, certificate, certificate["witness"])[part]
            home.pop(field)
            if bad is not GONE:
                home[field] = bad
            pair = json.dumps(problem).encode(), json.dumps(certificate).encode()
            verified, _ = check.check(*pair)
            assert ("✓ VERIFIED" if verified else "✗ REJECTED") in page_of(*pair)
            assert not verified or (part, bad) == (2, None)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(list(WORKED)))
def test_a_page_survives_broken_bytes(data, kind):
    problem, certificate = WORKED[kind]
    at = data.draw(st.integers(0, len(problem) - 1))
    junk = data.draw(st.binary(max_size=6))
    outline(
        page_of(problem[:at] + junk + problem[at + data.draw(st.integers(0, 3)) :], certificate)
    )
    outline(page_of(problem, certificate[: data.draw(st.integers(0, len(certificate)))]))


@pytest.mark.parametrize("bad", [b"", b"\xff\xfe", b"[" * 200_000, b"NaN", b"1" * 30_000, b"null"])
def test_files_that_are_none_have_a_page(bad):
    assert "✗ REJECTED" in outline(page_of(bad, bad)).text


def test_long_tables_are_folded_and_say_what_they_leave_out():
    count = 300
    values = [[Fraction(int(i == j)) for j in range(count)] for i in range(count)]
    pair = files(
        "implementable",
        "table",
        {"types": [f"t{k}" for k in range(count)], "values": values},
        {"payments": [Fraction(0)] * count, "epsilon": Fraction(0), "participation": None,
         "tree": None, "cycle": None},
    )  # fmt: skip
    page = page_of(*pair)
    assert page.count("<details>") == 2
    assert "300 rows, the first 200 shown" in page
    assert "the first 24 of 300 columns" in page
    assert len(page) < 1_000_000


@pytest.mark.parametrize("backend", ["python", "flint"])
def test_a_folder_has_its_page(tmp_path, backend):
    folder, path = saved(tmp_path / "proof", WORKED["lp"]), tmp_path / "proof.html"
    write_page(folder, path, backend=backend)
    assert path.read_text("utf-8") == page(folder) == page_of(*WORKED["lp"])
    with pytest.raises(InvalidInput, match="exists already"):
        write_page(folder, path)
    saved(folder, rejected("lp"))
    write_page(folder, path, overwrite=True)
    assert "✗ REJECTED" in path.read_text("utf-8")
    with pytest.raises(InvalidInput, match="cannot be read"):
        page(tmp_path / "nowhere")
    assert {each.name for each in tmp_path.iterdir()} == {"proof", "proof.html"}


def command(*arguments):
    """Run the command line in its own process."""
    started = [sys.executable, "-m", "mdsolve", *map(str, arguments)]
    return subprocess.run(started, capture_output=True, text=True)


def test_the_command_writes_the_page(tmp_path):
    folder, path = saved(tmp_path / "proof", WORKED["gap"]), tmp_path / "out.html"
    done = command("check", folder, "--html", path)
    assert (done.returncode, done.stdout[:8]) == (0, "VERIFIED")
    assert path.read_text("utf-8") == page(folder)
    saved(folder, rejected("gap"))
    again = command("check", folder, "--html", path)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert "✓ VERIFIED" in path.read_text("utf-8")
    again = command("check", folder, "--html", path, "--overwrite", "--quiet")
    assert (again.returncode, again.stdout) == (1, "")
    assert "✗ REJECTED" in path.read_text("utf-8")
    other = command("check", folder, "--html", tmp_path / "out.pdf")
    assert other.returncode == 2
    assert ".html" in other.stderr


@settings(deadline=None)
@given(
    st.fractions(),
    st.fractions(min_value=0).map(lambda x: x / (1 + x) ** 9),
)
def test_the_ends_of_an_interval_are_rounded_outward_and_told_apart(low, width):
    one, other = (Fraction(_plain(word)) for word in ends(low, low + width))
    assert one <= low
    assert low + width <= other
    assert other - one <= 2 * width or width == 0 or abs(other - one) < abs(low) / 10**40


@settings(deadline=None)
@given(st.fractions(), st.integers(-80, 80))
def test_a_figure_without_an_ellipsis_is_exact_and_one_with_it_is_cut(x, power):
    x *= Fraction(10) ** power
    shown = figure(x)
    value = Fraction(_plain(shown))
    assert (value == x) == ("…" not in shown)
    assert abs(value) <= abs(x)
    assert abs(x - value) <= abs(x) / 10**8


def _plain(shown):
    lowered = shown.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-"))
    found = re.fullmatch(r"(-?)([\d./]*?)…?×?(?:10(-?\d+))?", lowered)
    plain = shown.replace("−", "-").replace("…", "")
    if "×" not in shown and not set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹") & set(shown):
        return plain
    mantissa, _, raised = plain.rpartition("×") if "×" in plain else ("1", "", plain.lstrip("-"))
    exponent = raised[2:].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    sign = "-" if plain.startswith("-") and "×" not in plain else ""
    assert found
    return f"{sign}{mantissa}e{exponent}"


def test_figures_are_cut_toward_zero():
    assert rounded(Fraction(-2, 3), 3) == (rounded(Fraction(-666, 1000), 3)[0], False)


FRAMES = """<!doctype html><meta charset="utf-8"><body>{frames}<script>
onload = () => {{
  const frames = [...document.querySelectorAll("iframe")];
  const shown = frames.map((frame) => frame.contentDocument.documentElement.outerHTML);
  document.body.textContent = JSON.stringify(shown);
}};
</script>"""


class Silent(BaseHTTPRequestHandler):
    """Serves pages by their number, and all of them in frames of one; remembers what is asked."""

    def do_GET(self):
        self.server.asked.append(self.path)
        page = self.server.pages.get(self.path)
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_):
        pass


@contextmanager
def serving(pages):
    """Serve pages on this machine; give the server's address and the list of what was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    server.pages, server.asked = pages, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def browse(profile, *options):
    """Run headless Chromium in a fresh profile and return what it prints."""
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--hide-scrollbars", f"--user-data-dir={profile}", *options,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()


PAIRS = {
    **{f"{kind} verified": WORKED[kind] for kind in WORKED},
    **{f"{kind} rejected": rejected(kind) for kind in WORKED},
    "hostile labels verified": hostile(),
    "no files rejected": (b"{", b""),
}


@needs_chromium
def test_a_browser_shows_every_kind_as_text_and_fetches_nothing(tmp_path):
    """What Chromium makes of each page has its elements and its text, and it asks for no more."""
    pages = {f"/{k}": page_of(*pair) for k, pair in enumerate(PAIRS.values())}
    frames = "".join(f'<iframe src="{path}"></iframe>' for path in pages)
    with serving({**pages, "/": FRAMES.format(frames=frames)}) as (address, asked):
        dom = browse(tmp_path / "profile", "--dump-dom", f"{address}/")
    assert sorted(set(asked) - {"/favicon.ico"}) == sorted([*pages, "/"])
    body = re.search(r"<body>(.*)</body>", dom, re.DOTALL)
    shown = json.loads(unescape(body[1]))
    for name, whole, made in zip(PAIRS, pages.values(), shown, strict=True):
        written, drawn = outline(whole), outline(made)
        assert drawn.text.split() == written.text.split(), name
        assert drawn.tags == written.tags, name
        assert name.rpartition(" ")[2].upper() in drawn.text, name


@needs_chromium
def test_a_browser_draws_it(tmp_path):
    """The screenshot of a long page has ink in every part, and is wide enough for its table."""
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text(page_of(*hostile()), "utf-8")
    browse(tmp_path / "p", f"--screenshot={picture}", "--window-size=700,1600", page.as_uri())
    from matplotlib.image import imread

    shown = imread(picture)[:, :, :3]
    assert shown.shape == (1600, 700, 3)
    bands = shown.reshape(8, 200, 700, 3)
    assert (bands.std(axis=(1, 2, 3)) > 0.01).all()
    edge = shown[:, -8:]
    assert (edge.std(axis=(1, 2)) < 0.02).all(), "something sticks out at the right"
