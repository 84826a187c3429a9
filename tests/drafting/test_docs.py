"""The page 'From an article to a forecast in an hour', followed to the letter."""

import re
import shlex
import shutil

from middlegame.scenario.syntax import GAP
from tests.drafting.articles import PORT
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "drafting.md").read_text("utf-8")


def commands(block):
    return [shlex.split(line[2:])[1:] for line in block.splitlines() if line.startswith("$ ")]


def test_page_leads_from_the_article_to_a_recorded_forecast(
    run, tmp_path, monkeypatch, ledger_file
):
    shutil.copy(PORT, tmp_path)
    monkeypatch.chdir(tmp_path)
    first, *others = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    [scenario] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    draft, check = commands(first)
    assert run(*draft)[0] == 0
    code, out, _ = run(*check)
    assert code == 1
    assert GAP in out
    (tmp_path / "port" / "scenario.yaml").write_text(scenario, encoding="utf-8")
    said = {}
    for command in (each for block in others for each in commands(block)):
        code, out, err = run(*command)
        assert (code, err) == (0, ""), command
        said[command[0]] = out
    assert list(said) == ["check", "solve", "sweep", "why", "drivers", "suppose", "ledger"]
    assert "warning" not in said["check"]
    assert "no source and no reason" not in said["check"]
    assert "Ethiopia attacks" in (tmp_path / "port.html").read_text("utf-8")
    assert ledger_file.exists()


def test_options_that_the_page_names_are_those_of_the_command(run):
    _, help_text, _ = run("draft", "--help")
    for option in re.findall(r"`(--[a-z-]+)", PAGE):
        assert option in help_text
