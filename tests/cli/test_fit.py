"""The command line: what it prints, writes and exits with; and what follows from a fit."""

import json

import numpy as np
import pytest

from middlegame.compiler import compile_scenario
from middlegame.scenario import read_text
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from tests.estimation.histories import CRISIS, TRUTH, simulated


@pytest.fixture
def files(tmp_path):
    scenario, data = tmp_path / "crisis.yaml", tmp_path / "crises.csv"
    scenario.write_text(CRISIS.replace("war: free, ", "war: free,  # a comment\n    "), "utf-8")
    simulated(unseen=0.1).to_csv(data, index=False)
    return scenario, data


def test_fit_prints_writes_and_its_output_solves(run, files, tmp_path):
    scenario, data = files
    output, report = tmp_path / "fitted.yaml", tmp_path / "fit.html"
    arguments = ("fit", scenario, data, "-o", output, "--report", report, "--folds", "3")
    code, out, _ = run(*arguments, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["status"] == "converged"
    assert [each["name"] for each in answer["coefficients"]] == list(TRUTH)
    assert len(answer["validation"]["scores"]) == 3
    assert "Marginal effects" in report.read_text("utf-8")
    text = output.read_text("utf-8")
    assert "# a comment" in text
    learnt = read_text(text).scenario.fit
    for each in answer["coefficients"]:
        fitted = learnt.coefficients[each["name"]].fitted
        assert (fitted.low, fitted.high) == pytest.approx((each["low"], each["high"]), rel=1e-3)
    assert learnt.coefficients["defence"].prior.high == 9
    assert str(learnt.columns["ally"].at) == "no"
    space = ParameterSpace(compile_scenario(read_text(text).scenario).parameters)
    drawn = SampleSequence(space).parameter_values(0, 4096)
    covariance = np.array(answer["covariance"])
    sizes = np.sqrt(np.diag(covariance))
    assert np.cov(drawn.T) / np.outer(sizes, sizes) == pytest.approx(
        covariance / np.outer(sizes, sizes), abs=0.03
    )
    code, out, _ = run("solve", output, "--row", "ally=yes", "--json")
    assert code == 0
    again = tmp_path / "again.yaml"
    code, out, _ = run("fit", output, data, "--starts", "1", "-o", again)
    assert code == 0
    assert again.read_text("utf-8") == text
    assert "OUTCOMES  average probability" in out
    assert f"log-likelihood {answer['log_likelihood']:.4f}" in " ".join(out.split())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("trade: number", "trade: {column: trad}"), "there is no column 'trad'; did you mean"),
        (("peace_trade * trade", "peace_trade * * trade"), "crisis.yaml:12:"),
        (("yield: 0", "yield: 7"), "fought is '0.0', which shows none of the options of resist"),
    ],
)
def test_fit_refuses_faulty_scenario_or_data_with_place(run, files, change, message):
    scenario, data = files
    scenario.write_text(scenario.read_text().replace(*change))
    code, out, err = run("fit", scenario, data)
    assert (code, out) == (1, "")
    assert message in err


def test_solve_refuses_scenario_whose_coefficients_have_no_value(run, files):
    code, _, err = run("solve", files[0])
    assert code == 1
    assert "4 coefficients have no value yet" in err
    code, out, _ = run("check", files[0])
    assert code == 0
    assert "can be fitted to data" in out
