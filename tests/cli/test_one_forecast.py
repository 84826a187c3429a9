"""One number everywhere: each way to a contest's forecast gives the mean over the same worlds."""

import json
import threading

import pytest

import middlegame as mg
from middlegame.io.examples import FOLDER
from middlegame.report.text.numbers import percent
from middlegame.workbench.workers.solve import open_contest
from middlegame.workbench.workers.worker import WorkerContext
from tests.paths import DATA

CONTESTS = {
    "timed": (DATA / "siege.yaml", "bombard@1=fires"),
    "untimed": (FOLDER / "harbour-lease" / "scenario.yaml", "bid=offer"),
}


@pytest.mark.parametrize("kind", CONTESTS)
def test_every_way_to_a_forecast_gives_the_same_means(run, ledger_file, tmp_path, kind):
    source, supposed = CONTESTS[kind]
    contest = tmp_path / "contest.yaml"
    contest.write_text(source.read_text())
    forecast = mg.solve(mg.load(contest))
    count = forecast.worlds.count

    def shown(*arguments):
        code, out, err = run(*arguments)
        assert code == 0, err
        return out

    swept = json.loads(shown("sweep", contest, "-n", count, "--json"))
    recorded = json.loads(shown("ledger", "record", contest, "-n", count, "--json"))
    compared = json.loads(shown("compare", contest, contest, "--json"))
    opened = open_contest(WorkerContext(lambda _: None, threading.Event()), contest.read_text())
    ways = {
        "solve": json.loads(shown("solve", contest, "--json"))["questions"],
        "sweep": {name: each["mean"] for name, each in swept["questions"].items()},
        "ledger": {each["question"]: each["probability"] for each in recorded["forecasts"]},
        "compare": {
            each["question"]: next(iter(each["probabilities"].values()))
            for each in compared["forecasts"]
        },
        "workbench": opened.baseline.forecast.questions,
    }
    for way, questions in ways.items():
        assert questions == pytest.approx(forecast.questions, abs=1e-9), way
    assert swept["error"] == pytest.approx(forecast.error)

    report = tmp_path / "report.md"
    texts = {
        "solve": shown("solve", contest, "--report", report),
        "report": report.read_text(),
        "suppose": shown("suppose", contest, supposed),
        "sweep": shown("sweep", contest, "-n", count),
        "notebook": forecast._repr_html_(),
    }
    for way, text in texts.items():
        for number in map(percent, forecast.questions.values()):
            assert number in text, way
