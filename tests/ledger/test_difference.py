"""Recording what was solved, and explaining what moved between two records."""

from dataclasses import replace
from pathlib import Path

import pytest

import middlegame as mg
from middlegame.io.examples import find_file
from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.difference import difference
from middlegame.ledger.entries import build_entry
from middlegame.ledger.records import Record, SampleDesign, digest, now
from middlegame.scenario import apply_view
from middlegame.scenario.model.walk import judgements, replace_at
from middlegame.scenario.yaml.load import read_text
from tests.ledger.entries import entry

TEXT = """\
title: S
as_of: 2026-01-08
actors: {a: A, b: B}
moves:
  m: {by: a, options: [x, y]}
  n: {by: b, knows: [m], options: [p, q]}
factors:
  f:
    states: [on, off, out]
    rules:
      - {if: m = x, then: {on: 60%, off: 30%}}
      - {then: {on: 10..30%, out: 20%}}
interests:
  a: [{when: n = p, worth: 20..40}, {when: f = on, worth: 30}]
  b: [{when: m = x and n = p, worth: 10}, {when: f = on, worth: -10}]
questions:
  f-on: {will: f = on, by: 2026-12-31}
  n-p: {will: n = p, on: 2026-12-31, label: B does p, resolves: it is seen}
"""


def solved(text: str) -> mg.Equilibrium:
    scenario = read_text(text).scenario
    assert scenario is not None
    return mg.solve(scenario).middle


def record(text: str, number: int = 1) -> Record:
    put = build_entry(solved(text), text, by="anna", name="s")
    return Record(**vars(put), id=number, recorded_at=now())


@pytest.fixture(scope="module")
def old() -> Record:
    return record(TEXT)


def changed(*pairs: tuple[str, str]) -> Record:
    text = TEXT
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return record(text, 2)


def test_record_keeps_answers_text_and_parameter_values(file_ledger: Ledger) -> None:
    equilibrium = solved(TEXT)
    got = file_ledger.record(
        equilibrium, text=TEXT, intervals={"f-on": (0.2, 0.6)}, note=" n ", by="anna", uid="u"
    )
    assert file_ledger.record(equilibrium, text=TEXT, by="anna", uid="u") == got
    assert got.scenario is not None
    assert (got.scenario.name, got.scenario.sha256) == ("s", digest(TEXT))
    assert got.scenario.text == TEXT
    assert got.note == "n"
    assert got.version == mg.__version__
    assert dict(got.theta) == {p.name: p.median for p in equilibrium.diagram.parameters}
    first, second = got.forecasts
    assert first.probability == equilibrium.probability("f = on")
    assert (first.low, first.high, second.low) == (0.2, 0.6, None)
    assert (second.label, second.will, second.resolves) == ("B does p", "n = p", "it is seen")
    assert [q.due_words for q in file_ledger.questions()] == ["by 2026-12-31", "on 2026-12-31"]


def test_record_refuses_conditional_or_mismatched_solution(file_ledger: Ledger) -> None:
    equilibrium = solved(TEXT)
    for wrong, more, message in (
        (equilibrium.suppose({"m": "x"}), {}, "supposes something"),
        (equilibrium.given({"f": "on"}), {}, "supposes something"),
        (replace(equilibrium, scenario=None), {}, "a bare diagram asks no questions"),
        (equilibrium, {"text": TEXT.replace("30%", "31%")}, "not that of the scenario"),
        (equilibrium, {"intervals": {"f_on": (0, 1)}}, "did you mean 'f-on'?"),
        (equilibrium, {"intervals": {"f-on": (0.9, 0.1)}}, "no interval"),
        (equilibrium, {"by": ""}, "name is missing"),
    ):
        with pytest.raises(LedgerError) as error:
            file_ledger.record(wrong, **({"text": TEXT} | more))
        assert message in str(error.value)
    assert file_ledger.records() == []


def test_difference_effect_equals_solution_with_that_number_switched(old: Record) -> None:
    new = changed(("20..40", "40..60"), ("10..30%", "40..60%"))
    steps: list[int] = []
    found = difference(old, new, lambda done, _: steps.append(done))
    assert steps == [250, 500, 750, 1000]
    assert {n.name: (str(n.before), str(n.after)) for n in found.numbers} == {
        "factors.f.rules[1].then.on": ("10..30%", "40..60%"),
        "interests.a[0].worth": ("20..40", "40..60"),
    }
    start = solved(TEXT).questions
    one = solved(TEXT.replace("20..40", "40..60")).questions
    two = solved(TEXT.replace("10..30%", "40..60%")).questions
    for moved in found.questions:
        name = moved.question.name
        effects = {effect.numbers[0]: effect.change for effect in moved.effects}
        assert effects["interests.a[0].worth"] == pytest.approx(one[name] - start[name])
        assert effects["factors.f.rules[1].then.on"] == pytest.approx(two[name] - start[name])
        total = sum(effects.values()) + moved.interaction + moved.other_changes
        assert total == pytest.approx(moved.after - moved.before)
        assert moved.other_changes == 0
        assert moved.recomputed is None
    assert found.notes == ()


def test_difference_between_sweeps_computes_effects_as_means_over_worlds() -> None:
    text = TEXT.replace("20..40", "40..60")
    was, now_ = (mg.sweep(read_text(each).scenario, 128, seed=3) for each in (TEXT, text))
    older, newer = (
        Record(**vars(build_entry(found, each, by="anna", name="s")), id=k, recorded_at=now())
        for k, (found, each) in enumerate([(was, TEXT), (now_, text)], 1)
    )
    assert older.sample == SampleDesign(worlds=128, method="sobol", seed=3)
    found = difference(older, newer)
    assert found.worlds == 128
    for moved in found.questions:
        name = moved.question.name
        (effect,) = moved.effects
        change = now_.questions[name] - was.questions[name]
        assert effect.change == pytest.approx(change, abs=1e-9)
        assert (moved.before, moved.recomputed) == (was.questions[name], None)
    # A record of the middle world has no worlds: both are explained there.
    assert difference(older, record(text, 2)).worlds == 0


def test_record_of_view_keeps_whole_text_and_differs_by_its_judgements(file_ledger: Ledger) -> None:
    text = f"{TEXT}views: {{hawk: {{judgements: {{'interests.a[0].worth': 40..60}}}}}}\n"
    contest = read_text(text).scenario
    assert contest is not None
    plain = file_ledger.record(mg.solve(contest).middle, text=text, by="anna")
    equilibrium = mg.solve(apply_view(contest, "hawk")).middle
    with pytest.raises(LedgerError, match="not that of the scenario"):
        file_ledger.record(equilibrium, text=text)
    hawk = file_ledger.record(equilibrium, text=text, by="hawk", view="hawk")
    assert hawk.scenario is not None
    assert (hawk.scenario.view, hawk.scenario.text) == ("hawk", text)
    found = difference(plain, hawk)
    assert [number.name for number in found.numbers] == ["interests.a[0].worth"]
    assert found.questions[0].effects[0].change == pytest.approx(
        solved(TEXT.replace("20..40", "40..60")).questions["f-on"] - solved(TEXT).questions["f-on"]
    )
    assert (found.questions[0].other_changes, found.notes) == (0, ())


def test_difference_switches_numbers_of_one_distribution_together(old: Record) -> None:
    found = difference(old, changed(("on: 60%, off: 30%", "on: 85%, off: 5%")))
    (effect,) = found.questions[0].effects
    assert effect.numbers == ("factors.f.rules[0].then.on", "factors.f.rules[0].then.off")
    assert found.questions[0].interaction == pytest.approx(0, abs=1e-12)


def test_difference_separates_changes_that_are_no_numbers(old: Record) -> None:
    found = difference(
        old, changed(("when: m = x and n = p, worth: 10", "when: m = x and n = q, worth: 25"))
    )
    moved = found.questions[1]
    assert moved.other_changes is not None
    assert abs(moved.other_changes) > 0.01
    assert sum(
        e.change for e in moved.effects
    ) + moved.interaction + moved.other_changes == pytest.approx(moved.after - moved.before)
    assert found.notes == ("the texts differ in more than numbers",)


def test_difference_lists_removed_number_without_new_value(old: Record) -> None:
    found = difference(old, changed((", {when: f = on, worth: -10}", "")))
    (number,) = found.numbers
    assert (number.name, str(number.before), number.after) == ("interests.b[1].worth", "-10", None)
    assert found.to_dict()["numbers"][0]["to"] is None


def test_difference_counts_other_parameter_value_as_change(old: Record) -> None:
    equilibrium = solved(TEXT)
    theta = equilibrium.theta.copy()
    theta[-1] += 5
    scenario = read_text(TEXT).scenario
    assert scenario is not None
    put = build_entry(mg.solve(scenario, theta=theta).middle, TEXT, by="anna", name="s")
    found = difference(old, Record(**vars(put), id=2, recorded_at=now()))
    (number,) = found.numbers
    assert number.value_after == pytest.approx(number.value_before + 5)
    assert found.questions[0].recomputed is None


def test_difference_of_record_with_itself_is_empty(old: Record) -> None:
    found = difference(old, old)
    assert found.numbers == ()
    assert all(moved.before == moved.after for moved in found.questions)


def test_difference_reports_recomputed_probabilities_where_they_differ(old: Record) -> None:
    forecasts = tuple(replace(f, probability=0.5) for f in old.forecasts)
    found = difference(replace(old, forecasts=forecasts), old)
    assert found.questions[0].recomputed == pytest.approx((old.forecasts[0].probability,) * 2)


def test_difference_without_scenario_compares_probabilities_only(old: Record) -> None:
    theirs = Record(**vars(entry(0.9, question=old.forecasts[0].question)), id=3, recorded_at=now())
    found = difference(old, theirs)
    assert found.questions[0].after == 0.9
    assert [q.name for q in found.removed] == ["n-p"]
    assert found.notes == ("record 3 came without a scenario, so only probabilities are compared",)
    with pytest.raises(LedgerError, match="no question in common"):
        difference(old, Record(**vars(entry()), id=4, recorded_at=now()))


def test_difference_notes_text_that_cannot_be_read(old: Record) -> None:
    assert old.scenario is not None
    odd = replace(old, id=7, scenario=replace(old.scenario, text="title: [what"))
    assert "cannot read the text of record 7" in difference(old, odd).notes[0]


@pytest.mark.parametrize("name", ["harbour-lease", "cuba-1962", "venezuela-2026"])
def test_replaced_changes_one_number_and_nothing_else(name: str) -> None:
    path = find_file(name)
    scenario = read_text(Path(path).read_text(encoding="utf-8")).scenario
    assert scenario is not None
    for place, judgement, _ in judgements(scenario):
        other = replace(judgement, low=judgement.low / 2 + 0.3, high=judgement.high / 2 + 0.3)
        again = replace_at(scenario, place, other)
        assert {p: j for p, j, _ in judgements(again)} == {
            p: other if p == place else j for p, j, _ in judgements(scenario)
        }
        assert replace_at(again, place, judgement) == scenario
    with pytest.raises(KeyError):
        replace_at(scenario, ("interests", "nobody", 0, "worth"), None)
