"""All checks of a scenario's meaning: errors, and warnings of what is hardly meant."""

from dataclasses import replace
from pathlib import Path as FilePath

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.expansion import expand
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import apply_beliefs, apply_view
from middlegame.scenario.validation.behaviour import check_behaviour
from middlegame.scenario.validation.beliefs import check_beliefs
from middlegame.scenario.validation.context import CheckContext
from middlegame.scenario.validation.coverage import check_coverage
from middlegame.scenario.validation.evidence import check_evidence
from middlegame.scenario.validation.fit import check_fit
from middlegame.scenario.validation.formulas import check_formulas
from middlegame.scenario.validation.moves import check_moves, check_resources
from middlegame.scenario.validation.names import check_names
from middlegame.scenario.validation.numbers import (
    check_correlations,
    check_distributions,
    check_views,
)
from middlegame.scenario.validation.offers import check_offers
from middlegame.scenario.validation.order import check_order
from middlegame.scenario.validation.partial import COMPLETE, PartialParse
from middlegame.scenario.validation.periods import check_periods
from middlegame.scenario.validation.private_numbers import check_private_numbers
from middlegame.scenario.validation.relevance import check_relevance
from middlegame.scenario.validation.scales import check_scales
from middlegame.scenario.validation.sources import check_citations, check_quotes

_CHECKS = (
    check_names,
    check_citations,
    check_distributions,
    check_coverage,
    check_order,
    check_moves,
    check_resources,
    check_evidence,
    check_offers,
    check_periods,
    check_relevance,
    check_correlations,
    check_private_numbers,
    check_behaviour,
    check_formulas,
    check_scales,
    check_fit,
    check_views,
    check_beliefs,
    check_quotes,
)


def find_faults(
    scenario: Scenario, *, folder: FilePath | None = None, partial: PartialParse = COMPLETE
) -> list[Fault]:
    """Find everything in a scenario that is wrong (errors) or hardly meant (warnings).

    Args:
        scenario: the scenario, read from a file or built in Python.
        folder: the folder of the sources' files; without it quotes are not checked.
        partial: what the scenario lacks because of faults reported earlier.
    """
    expansion = expand(scenario)
    # Offers are checked too, beside the moves and factors that they stand for.
    expanded = expansion.scenario.model_copy(update={"offers": scenario.offers})
    contest = CheckContext(expanded, partial, folder)
    found = [
        replace(fault, path=expansion.original_path(fault.path))
        for check in _CHECKS
        for fault in check(contest)
    ]
    if partial.missing or any(fault.severity == "error" for fault in found):
        return found
    for name in scenario.views:
        changed = apply_view(scenario, name)
        found += _faults_in(changed, f"in the view '{name}'", ("views", name))
    for name in scenario.beliefs:
        changed = apply_beliefs(scenario, name)
        found += _faults_in(changed, f"as '{name}' believes", ("beliefs", name))
    return found


def _faults_in(changed: Scenario, where: str, path: Path) -> list[Fault]:
    """Find the errors that only the judgements of a view or belief cause."""
    return [
        replace(fault, message=f"{where}: {fault.message}", path=path)
        for fault in find_faults(changed)
        if fault.severity == "error"
    ]
