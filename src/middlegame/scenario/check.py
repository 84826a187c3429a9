"""What a scenario says that cannot be, or is unlikely to be meant."""

from pathlib import Path as FilePath

from middlegame.scenario.checks.contest import Contest
from middlegame.scenario.checks.correlations import check_correlations
from middlegame.scenario.checks.coverage import check_coverage
from middlegame.scenario.checks.distributions import check_distributions
from middlegame.scenario.checks.evidence import check_evidence
from middlegame.scenario.checks.learning import check_learning
from middlegame.scenario.checks.means import check_means
from middlegame.scenario.checks.moves import check_moves
from middlegame.scenario.checks.names import check_names
from middlegame.scenario.checks.order import check_order
from middlegame.scenario.checks.periods import check_periods
from middlegame.scenario.checks.purposes import check_purposes
from middlegame.scenario.checks.quotes import check_quotes
from middlegame.scenario.damage import UNDAMAGED, Damage
from middlegame.scenario.faults import Fault
from middlegame.scenario.model import Scenario

_CHECKS = (
    check_names,
    check_distributions,
    check_coverage,
    check_order,
    check_moves,
    check_means,
    check_evidence,
    check_periods,
    check_purposes,
    check_correlations,
    check_learning,
    check_quotes,
)


def faults_of(
    scenario: Scenario, *, folder: FilePath | None = None, damage: Damage = UNDAMAGED
) -> list[Fault]:
    """Find everything in a scenario that cannot be (errors) or is hardly meant (warnings).

    Args:
        scenario: the scenario, read from a file or built in Python.
        folder: where the sources' files are looked for; quotes are not looked up without it.
        damage: what the scenario lacks because of faults that were told already.
    """
    contest = Contest(scenario, damage, folder)
    return [fault for check in _CHECKS for fault in check(contest)]
