"""What a forecast leaves out is said wherever the answer is."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

import middlegame as mg
from middlegame.cli.main import commands
from middlegame.report.html.notebook import html_of
from middlegame.report.html.report import html_report
from middlegame.report.text.omissions import omission_sentences
from middlegame.scenario.yaml.dump import dumps
from middlegame.sweeps.forecast import forecast_over
from middlegame.workbench.live import LiveContest
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.full_view import full_view
from tests.equilibrium.test_omissions import bridge
from tests.report.pages import page_text, show_plain

SENTENCES = (
    "The public makes no decision; only its points are reported.",
    'This option is never available under the scenario\'s own conditions: "boat" (go by A).',
    "4 of 6 numbers (67%) cite no source.",
)


@pytest.fixture(scope="module")
def found() -> mg.Forecast:
    return bridge()


def test_sentences_name_actors_options_and_numbers(found):
    assert tuple(omission_sentences(found)) == SENTENCES


def test_terminal_report_and_notebook_say_what_is_left_out(found):
    said = f"Gaps: {' '.join(SENTENCES)}"
    assert said in " ".join(show_plain(found).split())
    assert said in page_text(html_report(found))
    assert said in page_text(html_of(found))


def test_workbench_says_what_is_left_out(found):
    live = LiveContest(found.scenario)
    assert f"Gaps: {' '.join(SENTENCES)}" in full_view(live, Setting(), found).notes


def test_json_has_what_is_left_out(found, tmp_path):
    file = tmp_path / "bridge.yaml"
    file.write_text(dumps(found.scenario), encoding="utf-8")
    answer = json.loads(CliRunner().invoke(commands, ["solve", str(file), "--json"]).output)
    assert answer["omissions"] == {
        "idle_actors": ["c"],
        "unavailable": {"go": ["boat"]},
        "numbers": 6,
        "unsourced": 4,
    }


def test_worlds_that_failed_are_said_beside_the_answer(found):
    worlds = replace(found.worlds, requested=515, failures={"left_out": 3})
    some = forecast_over(found.middle, lambda: worlds, 515)
    said = "3 of 515 worlds have no equilibrium that was reached quickly"
    assert said in " ".join(show_plain(some).split())
    assert said in page_text(html_report(some))
    assert said in page_text(html_of(some))
    assert some.to_dict()["worlds"]["failed"] == {"left_out": 3}
    live = LiveContest(found.scenario)
    assert any(note.startswith(said) for note in full_view(live, Setting(), some).notes)
