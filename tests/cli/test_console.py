"""What commands print where the terminal is plain: encodings, colours, closed pipes."""

import errno
import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

import pytest

import middlegame.equilibrium.equilibrium as equilibrium_module
from middlegame.cli.console import counting, prepare_streams, print_data, print_json
from middlegame.cli.main import commands, main

POLISH = """\
title: Cieśnina – „most” → 水
as_of: 2026-01-08
actors: {ł: Łódź, ż: Żywiec}
moves:
  ruch: {by: ł, label: Łódź ≥ rusza…, options: [zostań, idź]}
  odzew: {by: ż, knows: [ruch, siła], options: [ustąp, walcz]}
factors:
  siła: {states: [duża, mała], chance: {duża: 30..50%}}
  most:
    states: [pada, stoi]
    headline: yes
    rules: [{if: odzew = walcz and siła = duża, then: {pada: 60..80%}}, {then: {pada: 10%}}]
interests:
  ł: [{when: ruch = zostań, worth: 10..20}, {when: most = pada, worth: -30}]
  ż: [{when: odzew = ustąp, worth: 5}, {when: most = pada, worth: 20..30}]
evidence: {szept: {saw: siła = duża, likelihood: 3:1}}
questions: {pytanie: {label: Most – padnie…, will: most = pada, by: 2199-12-31}}
"""
ASK = ("--ask", "most = pada")
COMMANDS = [
    ("check", "FILE"), ("check", "FILE", "--json"), ("explain", "FILE"),
    ("solve", "FILE"), ("solve", "FILE", "--json"), ("solve", "FILE", "--others", "3"),
    ("solve", "FILE", "--ask", "ruch = idź"), ("solve", "FILE", "--ask", "ruch = płyń"),
    ("suppose", "FILE", "ruch=idź"), ("suppose", "FILE", "rąch=idź"),
    ("why", "FILE", "odzew"), ("why", "FILE", "ódzew"), ("robust", "FILE"),
    ("coalitions", "FILE"), ("hypotheses", "FILE"),
    ("dominoes", "FILE"), ("drivers", "FILE", "-n", "16", *ASK), ("sweep", "FILE", "-n", "16"),
    ("discover", "FILE", "most = pada", "-n", "320"), ("voi", "FILE", "-n", "320", *ASK),
    ("compare", "FILE", "FILE"), ("export", "FILE", "--to", "json"), ("fit", "FILE", "ŷ.csv"),
    ("draft", "ARTICLE"), ("new", "FOLDER"), ("list",), ("cases",), ("cases", "łódź"), ("schema",),
    ("serve", "ŷ"), ("mcp", "ŷ"),
    ("ledger", "record", "FILE", "--middle", "--by", "Łucja"), ("ledger", "list"),
    ("ledger", "show", "1"), ("ledger", "diff", "1", "1"), ("ledger", "score"),
    ("ledger", "resolve", "pytąnie", "yes", "--on", "2026-01-09", "--source", "„Głos”"),
    ("ledger", "calibrate", "Łucja"), ("ledger", "export", "--to", "csv"),
    ("ledger", "import", "ŷ.csv"),
]  # fmt: skip
"""Command lines about a contest, an article, a new folder and what is not there."""


def test_texts_of_a_contest_are_neither_markup_nor_emoji(run, tmp_path, monkeypatch):
    file = tmp_path / ":100:.yaml"
    title = "Most [red]pada[/blue] :100: {x}"
    text = POLISH.replace("Cieśnina – „most” → 水", json.dumps(title))
    file.write_text(text.replace("Most – padnie…", "'Czy :fire: [/b]?'"), "utf-8")
    code, out, _ = run("check", file)
    assert code == 0
    assert title in out
    file.write_text(text.replace("by: ł", "by: ź"), "utf-8")
    assert "/:100:.yaml:5:14: " in run("check", file)[1]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)  # progress is shown, with the title
    file.write_text(text.replace("Most – padnie…", "'Czy :fire: [/b]?'"), "utf-8")
    code, out, err = run("solve", file)
    assert code == 0
    assert title in out
    assert "Czy :fire: [/b]?" in out
    assert "Traceback" not in err


def test_check_counts_offers_and_indents_paths_that_wrap(run, tmp_path):
    file = tmp_path / "a.yaml"
    terms = "[{promise: odzew = ustąp, breaking_costs: 5}]"
    deal = f"offers: {{deal: {{by: ż, to: ł, terms: {terms}}}}}\nfactors:"
    long = "factor_with_a_name_that_takes_most_of_the_line"
    file.write_text(POLISH.replace("siła", long).replace("factors:", deal, 1), "utf-8")
    code, out, _ = run("check", file)
    assert code == 0
    assert "2 moves, 1 offer, " in out
    lines = out.splitlines()
    start = lines.index("  no source and no reason:")
    assert lines[start + 1].startswith(f"  factors.{long}.chance")


def printed_on_cp1252(write: Callable[[], object]) -> bytes:
    """Return what a function writes to a standard output of Windows' Western code page."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    with redirect_stdout(stream):
        prepare_streams()
        write()
    stream.flush()
    return stream.buffer.getvalue()


@pytest.fixture
def polish(tmp_path):
    """A scenario in a folder with spaces and letters that no Western code page has."""
    folder = tmp_path / "mój folder 水"
    folder.mkdir()
    path = folder / "cieśnina.yaml"
    path.write_bytes(POLISH.encode().replace(b"\n", b"\r\n"))
    return path


def test_stream_without_character_prints_nearest_ascii() -> None:
    text = printed_on_cp1252(lambda: print("Łódź → zostań, x ≥ 3, 水", end=""))
    assert text.decode("cp1252") == "Lódz -> zostan, x >= 3, ?"


def test_print_json_is_ascii_where_stream_is_not_utf8() -> None:
    text = printed_on_cp1252(lambda: print_json({"label": "Łódź"}))
    assert json.loads(text.decode("ascii")) == {"label": "Łódź"}


def test_print_json_keeps_letters_where_stream_is_utf8(capsys) -> None:
    print_json({"label": "Łódź"})
    assert "Łódź" in capsys.readouterr().out


def test_print_data_is_utf8_whatever_the_stream_encoding() -> None:
    assert printed_on_cp1252(lambda: print_data("Łódź\n")) == "Łódź\n".encode()


def test_every_command_is_tried_on_a_cp1252_console() -> None:
    ledger = commands.commands["ledger"].commands
    assert {line[0] for line in COMMANDS} == set(commands.commands)
    assert {line[1] for line in COMMANDS if line[0] == "ledger"} == set(ledger)


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_command_on_cp1252_console_prints_no_traceback(
    polish, ledger_file, line, monkeypatch
) -> None:
    monkeypatch.chdir(polish.parent)  # where `draft` writes
    article = polish.with_name("artykuł.txt")
    article.write_text("Łódź grozi. Norway threatens Sweden – „most”.\n", encoding="utf-8")
    named = {"FILE": polish, "ARTICLE": article, "FOLDER": polish.with_name("nowy – 水")}
    if line[0] == "ledger" and line[1] != "record":
        assert run_on_cp1252("ledger", "record", str(polish), "--middle")[0] == 0
    code, out, err = run_on_cp1252(*(str(named.get(word, word)) for word in line))
    assert code in (0, 1)
    assert b"Traceback" not in out + err
    assert out if code == 0 else err
    if "--json" in line:
        assert json.loads(out.decode("ascii"))


def run_on_cp1252(*arguments: str) -> tuple[int, bytes, bytes]:
    """Run a command line on streams of Windows' Western code page; return code, output, errors."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="cp1252") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out.flush()
    err.flush()
    return int(ended.value.code or 0), out.buffer.getvalue(), err.buffer.getvalue()


def test_process_with_cp1252_streams_prints_no_traceback(run_process, polish) -> None:
    ended = run_process("solve", polish, PYTHONIOENCODING="cp1252")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "lódz" in ended.stdout.decode("cp1252").lower()


def test_report_is_written_to_path_with_spaces_and_letters(run, polish) -> None:
    report = polish.with_name("raport – wynik.html")
    code, out, _ = run("solve", polish, "--report", report)
    assert code == 0
    assert report.name in out.replace("\n", "")
    assert "Łódź" in report.read_text(encoding="utf-8")


def test_not_finite_number_of_a_command_is_null(run, monkeypatch) -> None:
    to_dict = equilibrium_module.Equilibrium.to_dict

    def with_nan(self, *arguments):
        return to_dict(self, *arguments) | {"residual": math.nan, "points": {"owner": -math.inf}}

    monkeypatch.setattr(equilibrium_module.Equilibrium, "to_dict", with_nan)
    code, out, _ = run("solve", "harbour-lease", "--json")
    answer = json.loads(out, parse_constant=pytest.fail)
    assert code == 0
    assert (answer["residual"], answer["points"]) == (None, {"owner": None})


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours_obey_force_color_and_no_color(run, monkeypatch, environment, coloured) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    # In true colour, as elsewhere: Rich keeps the codes of a style from its first use.
    for name, value in {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}.items():
        monkeypatch.setenv(name, value)
    code, out, _ = run("solve", "harbour-lease")
    assert code == 0
    assert bool(re.search(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;)", out)) == coloured


def test_closed_pipe_ends_command_in_silence() -> None:
    command = [sys.executable, "-m", "middlegame", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_closed_pipe_on_windows_ends_command_in_silence(monkeypatch, capsys) -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdout", Closed())
    with pytest.raises(SystemExit) as ended:
        main(["schema"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == ""


def test_help_of_no_command_imports_a_heavy_library() -> None:
    code = (
        "import sys\nfrom middlegame.cli.main import main\n"
        "for name in [[], *([each] for each in sys.argv[1:])]:\n"
        "  try: main([*name, '--help'])\n  except SystemExit: pass\n"
        "  heavy = {'jax', 'numpy', 'pandas', 'altair', 'rich', 'pydantic', 'scipy',"
        " 'sqlalchemy', 'alembic', 'nicegui'} & set(sys.modules)\n"
        "  if heavy: sys.exit(f'{name} imported {heavy}')"
    )
    names = sorted(commands.commands)
    command = [sys.executable, "-c", code, *names]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("Usage: middlegame") == 1 + len(names)


@pytest.mark.parametrize(("options", "shown"), [([], False), (["-W", "default"], True)])
def test_warnings_of_libraries_appear_only_where_python_is_asked_for_them(options, shown):
    code = (
        "import sys, warnings; sys.argv = ['middlegame', 'list']; "
        "import middlegame.cli.list as it; "
        "it.list_command.callback = lambda **_: warnings.warn('old', UserWarning); "
        "from middlegame.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, check=False
    )
    assert ("UserWarning" in done.stderr) == shown


def test_costly_work_tells_its_cost_after_the_first_step(capsys, monkeypatch):
    monkeypatch.setattr("middlegame.cli.console.time.monotonic", lambda: 0.0)
    with counting("Solving coalitions", "equilibria at most") as progress:
        monkeypatch.setattr("middlegame.cli.console.time.monotonic", lambda: 3.0)
        progress(1, 50)
        progress(2, 50)
    assert capsys.readouterr().err == "Solving coalitions: 50 equilibria at most, about 2 min.\n"
