"""What the data leave open is named, with rows where they do."""

from dataclasses import replace

import numpy as np
import pytest

from middlegame.estimation.fitting import fit
from middlegame.estimation.separation import runaway_coefficients
from tests.estimation.histories import CRISIS, crisis, simulated


def test_precision_and_points_are_identified_only_where_points_are_fixed():
    text = CRISIS.replace("precision: exp(10)", "precision: exp(10 * sharp)").replace(
        "coefficients: {", "coefficients: {sharp: {prior: 0.5..1.5, least: 0}, "
    )
    found = fit(crisis(text), simulated(), starts=3)
    assert found.status == "not_identified"
    assert found.identified_count == 5
    assert all(np.isnan(each.value) for each in found.estimates)
    assert any("only the product of precision and points" in note for note in found.notes)
    fixed = text.replace("war: free", "other: free").replace("worth: war", "worth: -1.2")
    fixed = fixed.replace("other: free, ", "")
    found = fit(crisis(fixed), simulated(), starts=3)
    assert found.status == "converged"
    sharp = found.estimates[0]
    assert abs(sharp.value - 1) < 3 * sharp.standard_error


def test_notes_name_coefficients_of_which_only_a_sum_is_identified():
    text = CRISIS.replace("worth: war", "worth: war + war2").replace(
        "war: free", "war: free, war2: free"
    )
    found = fit(crisis(text), simulated(), starts=2)
    assert found.status == "not_identified"
    loose = [each.name for each in found.estimates if each.note == "not identified"]
    assert loose == ["war", "war2"]
    assert any("only a combination of war, war2" in note for note in found.notes)
    plain = {each.name: each for each in fit(crisis(), simulated(), starts=2).estimates}
    for each in found.estimates:
        if each.name not in loose:
            assert each.value == pytest.approx(plain[each.name].value, abs=1e-4)
            assert each.standard_error == pytest.approx(plain[each.name].standard_error, rel=1e-3)


def test_notes_name_complete_separation_with_its_rows():
    history = simulated()
    threatened = (history.threatened == "yes") & (history.ally == "yes")
    history.loc[threatened, "fought"] = 1.0
    found = fit(crisis(), history, starts=2)
    assert found.status == "not_identified"
    (estimate,) = [each for each in found.estimates if each.note]
    assert (estimate.name, estimate.note) == ("defence_ally", "runs off without end (above)")
    (note,) = found.notes
    assert note.startswith(
        "defence_ally (above) runs off without end, so it has no estimate: in all "
        f"{threatened.sum()} rows where ally is yes, resist is fight (data, row"
    )
    assert note.endswith("--penalty ridge gives it an estimate, and so does a range for each with "
                         "--bayes.")  # fmt: skip
    assert fit(crisis(), history, starts=1, penalty="ridge", strength=1.0).status == "converged"
    others = [each for each in found.estimates if each is not estimate]
    assert np.isfinite([each.standard_error for each in others]).all()


def test_notes_name_separation_by_several_columns_with_its_rows():
    text = CRISIS.replace("(ally = yes)}", "(ally = yes) + defence_trade * trade}").replace(
        "defence_ally: free", "defence_ally: free, defence_trade: free"
    )
    history = simulated()
    threatened = history.threatened == "yes"
    ahead = np.where(history.ally == "yes", 0.4, 1.4)
    history.loc[threatened, "fought"] = 1.0 * (history.trade > ahead)[threatened]
    found = fit(crisis(text), history, starts=2)
    assert found.status == "not_identified"
    (note,) = found.notes
    assert note.startswith(
        "defence (below), defence_ally (above), defence_trade (above) run off without end, so they "
        "have no estimate: together they leave no doubt what resist is in "
        f"{threatened.sum()} rows (data, row"
    )
    assert note.endswith(
        "No penalty holds defence, which multiplies no column: give it a bound (least, most), or a "
        "range and --bayes; --penalty ridge holds the others."
    )


def test_a_climb_that_is_given_up_names_the_coefficients_that_it_drove_off():
    learnt = fit(crisis(), simulated(), starts=1)
    begin = learnt.maximum.values
    far = begin + learnt.space.scale * [0, 0, -4000, 900, 20]
    given_up = replace(learnt.maximum, values=far, converged=False, newton_gain=0.04)
    assert runaway_coefficients(given_up, learnt.space.scale, begin) == {2: -1, 3: 1}
    assert runaway_coefficients(learnt.maximum, learnt.space.scale, begin) == {}
    first, second, *_ = replace(learnt, maximum=given_up).notes
    assert "another step would still gain 0.04" in first
    assert second.startswith(
        "war (below), defence (above) run off while the likelihood hardly rises"
    )
