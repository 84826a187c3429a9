"""Reports lead with what was asked for, and list their sections."""

import re

import pytest

import middlegame as mg
from middlegame.analysis.hypotheses import hypotheses
from middlegame.analysis.interventions import Intervention
from middlegame.report.html.forms import as_markdown
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.numbers import percent
from middlegame.scenario import apply_view
from middlegame.scenario.yaml.load import read_text
from tests.report.pages import page_text
from tests.workbench.contests import KNOWN


@pytest.fixture(scope="module")
def scenario():
    return read_text(KNOWN).scenario


@pytest.fixture(scope="module")
def known(scenario):
    return mg.solve(scenario)


def led_by(known, result):
    """Return the text of a report that leads with a result."""
    return page_text(html_report(known, leads=sections(result)))


def test_report_on_dominoes_begins_with_the_largest_effect_of_a_direct_supposition(known):
    text = led_by(known, mg.dominoes(known, [Intervention("bid", "offer")]))
    before = known.middle.prior
    after = before.suppose({"bid": "offer"})
    largest = max(
        (abs(after.forecasts[name][state] - chance), name, state)
        for name in ("lease", "depot")
        for state, chance in before.forecasts[name].items()
    )
    was, now = (percent(each.forecasts[largest[1]][largest[2]]) for each in (before, after))
    sentence = re.search(r"if the rival power makes an offer, the .*? from (\S+) to (\S+)\.", text)
    assert sentence.groups() in {(was, now), (opposite(was), opposite(now))}
    assert text.index("What falls with what?") < sentence.start() < text.index("The forecast")


def opposite(words):
    return f"{100 - int(words.removesuffix('%'))}%"


def test_report_on_hypotheses_begins_with_prior_and_posterior(known):
    found = hypotheses(known.middle, n=0)
    (factor,) = found.factors
    state = max(factor.posterior, key=factor.posterior.get)
    posterior, prior = percent(factor.posterior[state]), percent(factor.prior[state])
    assert f"is {posterior} (prior: {prior})." in led_by(known, found)


def test_report_on_rival_analysts_begins_with_the_widest_difference(known, scenario):
    found = mg.compare(scenario)
    views = [scenario.model_copy(update={"views": {}}), apply_view(scenario, "doubter")]
    answers = [mg.solve(view).questions for view in views]
    name = max(answers[0], key=lambda each: abs(answers[0][each] - answers[1][each]))
    low, high = map(percent, sorted(each[name] for each in answers))
    text = led_by(known, found)
    assert re.search(rf"The analysts differ most on .*: {low} \(.*\) to {high} \(", text)


def test_contents_list_every_section_once_and_lead_to_it(known, scenario):
    page = html_report(known, leads=sections(mg.compare(scenario)))
    (contents,) = re.findall(r'<nav class="contents".*?</nav>', page, re.DOTALL)
    linked = re.findall(r'href="#([^"]+)"', contents)
    assert linked == re.findall(r'<h2 id="([^"]+)">', page)
    assert len(linked) == page.count("<h2") == len(set(linked))
    assert linked.index("comparison") < linked.index("middle") < linked.index("judgements")
    assert "Contents" not in as_markdown(page)
