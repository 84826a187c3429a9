"""middlegame: write a geopolitical contest down, compute how it goes.

>>> import middlegame as mg
>>> eq = mg.solve(mg.load("harbour-lease"))
>>> {state: round(chance, 2) for state, chance in eq.forecast("lease").items()}
{'kept': 0.75, 'lost': 0.25}

Every analysis is a function of an equilibrium, or of a sweep:

>>> print(mg.dominoes(eq, [mg.Intervention("lease", "lost")]))
Dominoes of 'Harbour lease', interventions: 1
  lease = lost: bid = stay_out 24% -> 65%

Its result prints, shows itself in a notebook, and converts by `to_dict` and `to_dataframe`.

Importing this package imports neither JAX nor a solver; they come with the first solve.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from middlegame.base.display import set_html_renderer
from middlegame.base.version import __version__

if TYPE_CHECKING:
    from middlegame.analysis.attribution import Attribution, attribution
    from middlegame.analysis.coalitions import Coalitions, coalitions
    from middlegame.analysis.comparison import Comparison, compare
    from middlegame.analysis.discovery import Discovery, discover
    from middlegame.analysis.dominoes import Dominoes, dominoes
    from middlegame.analysis.drivers import Drivers, drivers
    from middlegame.analysis.flip_points import FlipPoints, flip_points
    from middlegame.analysis.hypotheses import Hypotheses, hypotheses
    from middlegame.analysis.interventions import Intervention
    from middlegame.analysis.reasons import Reasons, why
    from middlegame.analysis.robustness import Robustness, robust
    from middlegame.analysis.value_of_information import ValueOfInformation, value_of_information
    from middlegame.base.errors import MiddlegameError, NotConverged, QueryError, TooLarge
    from middlegame.compiler import compile_scenario
    from middlegame.diagram import Diagram
    from middlegame.equilibrium.check import CheckResult, check
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.equilibrium.nash import NashResult, nash
    from middlegame.equilibrium.storylines import Storyline
    from middlegame.estimation.fitting import fit
    from middlegame.estimation.model_comparison import ModelComparison, compare_models
    from middlegame.estimation.result import FitResult
    from middlegame.io.examples import load
    from middlegame.ledger.cases import HindcastScores, list_cases, score_cases
    from middlegame.ledger.ledger import Ledger
    from middlegame.scenario import Scenario
    from middlegame.scenario.faults import Fault, ScenarioError
    from middlegame.sweeps.forecast import Forecast, solve
    from middlegame.sweeps.result import Sweep
    from middlegame.sweeps.run import sweep

_HOMES = {
    "Attribution": "middlegame.analysis.attribution",
    "CheckResult": "middlegame.equilibrium.check",
    "Coalitions": "middlegame.analysis.coalitions",
    "Comparison": "middlegame.analysis.comparison",
    "Diagram": "middlegame.diagram",
    "Discovery": "middlegame.analysis.discovery",
    "Dominoes": "middlegame.analysis.dominoes",
    "Drivers": "middlegame.analysis.drivers",
    "Equilibrium": "middlegame.equilibrium.equilibrium",
    "Fault": "middlegame.scenario.faults",
    "FitResult": "middlegame.estimation.result",
    "FlipPoints": "middlegame.analysis.flip_points",
    "Forecast": "middlegame.sweeps.forecast",
    "HindcastScores": "middlegame.ledger.cases",
    "Hypotheses": "middlegame.analysis.hypotheses",
    "Intervention": "middlegame.analysis.interventions",
    "Ledger": "middlegame.ledger.ledger",
    "MiddlegameError": "middlegame.base.errors",
    "ModelComparison": "middlegame.estimation.model_comparison",
    "NashResult": "middlegame.equilibrium.nash",
    "NotConverged": "middlegame.base.errors",
    "QueryError": "middlegame.base.errors",
    "Reasons": "middlegame.analysis.reasons",
    "Robustness": "middlegame.analysis.robustness",
    "Scenario": "middlegame.scenario",
    "ScenarioError": "middlegame.scenario.faults",
    "Storyline": "middlegame.equilibrium.storylines",
    "Sweep": "middlegame.sweeps.result",
    "TooLarge": "middlegame.base.errors",
    "ValueOfInformation": "middlegame.analysis.value_of_information",
    "attribution": "middlegame.analysis.attribution",
    "check": "middlegame.equilibrium.check",
    "coalitions": "middlegame.analysis.coalitions",
    "compare": "middlegame.analysis.comparison",
    "compare_models": "middlegame.estimation.model_comparison",
    "compile_scenario": "middlegame.compiler",
    "discover": "middlegame.analysis.discovery",
    "dominoes": "middlegame.analysis.dominoes",
    "drivers": "middlegame.analysis.drivers",
    "fit": "middlegame.estimation.fitting",
    "flip_points": "middlegame.analysis.flip_points",
    "hypotheses": "middlegame.analysis.hypotheses",
    "list_cases": "middlegame.ledger.cases",
    "load": "middlegame.io.examples",
    "nash": "middlegame.equilibrium.nash",
    "robust": "middlegame.analysis.robustness",
    "score_cases": "middlegame.ledger.cases",
    "solve": "middlegame.sweeps.forecast",
    "sweep": "middlegame.sweeps.run",
    "value_of_information": "middlegame.analysis.value_of_information",
    "why": "middlegame.analysis.reasons",
}

__all__ = [
    "Attribution",
    "CheckResult",
    "Coalitions",
    "Comparison",
    "Diagram",
    "Discovery",
    "Dominoes",
    "Drivers",
    "Equilibrium",
    "Fault",
    "FitResult",
    "FlipPoints",
    "Forecast",
    "HindcastScores",
    "Hypotheses",
    "Intervention",
    "Ledger",
    "MiddlegameError",
    "ModelComparison",
    "NashResult",
    "NotConverged",
    "QueryError",
    "Reasons",
    "Robustness",
    "Scenario",
    "ScenarioError",
    "Storyline",
    "Sweep",
    "TooLarge",
    "ValueOfInformation",
    "__version__",
    "attribution",
    "check",
    "coalitions",
    "compare",
    "compare_models",
    "compile_scenario",
    "discover",
    "dominoes",
    "drivers",
    "fit",
    "flip_points",
    "hypotheses",
    "list_cases",
    "load",
    "nash",
    "robust",
    "score_cases",
    "solve",
    "sweep",
    "value_of_information",
    "why",
]


def _render_html(result: object) -> str:
    """Draw a result for a notebook; what draws is imported when the first result is shown."""
    from middlegame.report.html.notebook import html_of

    return html_of(result)


set_html_renderer(_render_html)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        home = import_module(_HOMES[name])
        value = globals()[name] = getattr(home, name)
        return value
    raise AttributeError(f"module 'middlegame' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
