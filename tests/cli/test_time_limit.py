import json
import signal
import sys
import time
from typing import Any

import pytest

from middlegame.cli import time_limit
from middlegame.cli.main import commands
from middlegame.engine.qre import principal
from middlegame.sweeps.plan import BLOCK, SweepPlan

LIMITED = (
    "compare", "discover", "dominoes", "drivers", "fit", "hypotheses", "solve", "suppose", "sweep",
    "voi",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="the clock ends commands by a signal"
)


def let_time_pass(*_arguments: Any, **_options: Any) -> None:
    """Have the clock's signal arrive, as when the time is up."""
    signal.raise_signal(signal.SIGALRM)


@pytest.mark.parametrize("name", LIMITED)
def test_commands_that_solve_have_a_time_limit_by_default(name: str) -> None:
    (option,) = (each for each in commands.commands[name].params if each.name == "time_limit")
    assert option.default > 0


@pytest.mark.parametrize("as_json", [False, True])
def test_solve_beyond_time_limit_says_that_nothing_is_known(run, monkeypatch, as_json) -> None:
    monkeypatch.setattr(principal, "solve", let_time_pass)
    json_option = ["--json"] if as_json else []
    code, out, err = run("solve", "harbour-lease", "--time-limit", 900, *json_option)
    assert code == 1
    if as_json:
        answer = json.loads(out)
        assert (answer["status"], answer["known"]) == ("time_limit", None)
        (err,) = answer["faults"]
    else:
        assert out == ""
    assert err.startswith("Stopped after 900 s. Solving ")
    assert "--time-limit" in err


def test_solve_beyond_time_limit_says_how_far_along_the_branch_it_came(run, monkeypatch) -> None:
    follow = principal.continuation.trace_branch

    def trace(equations, probabilities, unknowns, controls, goal, target):
        def slow(point):
            if point[-1] > 0.2 * target:
                let_time_pass()
            return equations(point)

        return follow(slow, probabilities, unknowns, controls, goal, target)

    monkeypatch.setattr(principal.continuation, "trace_branch", trace)
    code, _, err = run("solve", "venezuela-2026", "--time-limit", 900)
    assert code == 1
    assert "% of the precision" in err


@pytest.mark.parametrize("as_json", [False, True])
def test_dominoes_beyond_time_limit_print_forecast_and_count(run, monkeypatch, as_json) -> None:
    def slow(_equilibrium, _chosen, *, progress):
        progress(3, 8)
        let_time_pass()

    monkeypatch.setattr("middlegame.analysis.dominoes.dominoes", slow)
    json_option = ["--json"] if as_json else []
    code, out, err = run("dominoes", "harbour-lease", "--time-limit", 900, *json_option)
    assert code == 1
    if as_json:
        answer = json.loads(out)
        assert answer["known"]["forecast"]
        (err,) = answer["faults"]
    else:
        assert "OUTCOMES" in out.upper() or "MOVES" in out.upper()
    assert "Running interventions: 3 of 8 done, the rest would take about " in err
    assert "; the forecast is complete" in err


def test_time_limit_reached_in_a_destructor_is_raised_again(run, monkeypatch) -> None:
    class Dropping:
        def __del__(self) -> None:
            let_time_pass()  # Python prints and drops what a destructor raises

    def slow(*_arguments: Any, **_options: Any) -> None:
        Dropping()
        for _ in range(6000):
            time.sleep(0.01)

    monkeypatch.setattr(principal, "solve", slow)
    before = sys.unraisablehook
    code, out, err = run("solve", "harbour-lease", "--time-limit", 900)
    assert (code, out) == (1, "")
    assert err.startswith("Stopped after 900 s. Solving ")
    assert "Exception ignored" not in err
    assert sys.unraisablehook is before


@pytest.mark.parametrize("as_json", [False, True])
def test_drivers_beyond_time_limit_say_that_only_the_middle_world_is_solved(
    run, monkeypatch, as_json
) -> None:
    monkeypatch.setattr("middlegame.analysis.drivers.drivers", let_time_pass)
    json_option = ["--json"] if as_json else []
    code, out, err = run("drivers", "harbour-lease", "--time-limit", 900, *json_option)
    assert code == 1
    if as_json:
        answer = json.loads(out)
        assert answer["known"]["middle_world"] is True
        (err,) = answer["faults"]
    else:
        assert out.startswith("! All numbers are those of the middle world, ")
    assert "; the middle world alone is solved" in err


def test_dominoes_beyond_time_limit_in_their_chains_tell_the_interventions_as_json(
    run, monkeypatch
) -> None:
    monkeypatch.setattr("middlegame.analysis.dominoes.Dominoes.chain", let_time_pass)
    code, out, _ = run("dominoes", "harbour-lease", "--time-limit", 900, "--json")
    answer = json.loads(out)
    assert code == 1
    assert "Finding the causal chains" in answer["faults"][0]
    found = answer["known"]["dominoes"]["interventions"]
    assert found
    assert all(each["effects"] and not each["chains"] for each in found)


def test_forecast_that_is_complete_when_time_is_up_is_not_said_to_be_unfinished(
    run, monkeypatch
) -> None:
    monkeypatch.setattr("middlegame.cli.solve.print_answer", let_time_pass)
    code, _, err = run("solve", "harbour-lease", "--time-limit", 900)
    assert code == 1
    assert "Writing the answer is not finished; the forecast is complete" in err


def test_whole_precision_is_not_said_to_be_the_end_of_solving() -> None:
    clock = time_limit._Clock(5, stage="solving it", fraction=0.9999)
    assert clock.progress() == "Solving it is not finished, although the full precision is reached"


def test_sweep_beyond_time_limit_prints_worlds_solved_by_then(run, monkeypatch) -> None:
    solve = SweepPlan.solve

    def slow(plan, number, worlds=BLOCK, **options):
        if number == 1:  # once: threads go on for a while after the first
            let_time_pass()
        return solve(plan, number, worlds, **options)

    monkeypatch.setattr(SweepPlan, "solve", slow)
    code, out, _ = run("sweep", "harbour-lease", "-n", 3 * BLOCK, "--json")
    assert (code, json.loads(out)["worlds"]) == (1, BLOCK)
    _, out, _ = run("sweep", "harbour-lease", "-n", 3 * BLOCK)
    assert "Stopped early: only " in out


def test_stopped_clock_whose_time_was_up_says_how_far_the_command_came(capsys, monkeypatch) -> None:
    clock = time_limit._Clock(5, stage="solving worlds", done=8, total=16, reached=True)
    monkeypatch.setattr(time_limit, "_clock", clock)
    time_limit.stop_clock()
    err = capsys.readouterr().err
    assert err.startswith("Stopped after 5 s. Solving worlds: 8 of 16 done, ")
    assert "--time-limit" in err


def test_time_limit_of_zero_starts_no_clock(run) -> None:
    before = signal.getsignal(signal.SIGALRM)
    code, out, _ = run("solve", "harbour-lease", "--time-limit", 0)
    assert code == 0
    assert out
    assert signal.getsignal(signal.SIGALRM) is before
