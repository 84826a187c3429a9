"""middlegame: write a geopolitical contest down, compute how it goes.

    import middlegame as mg

    game = mg.load("harbour-lease")
    eq = mg.solve(game)
    eq.forecast("lease")

Importing this package imports neither JAX nor a solver; they come with the first solve.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from middlegame.base.display import set_html_renderer
from middlegame.base.version import __version__

if TYPE_CHECKING:
    from middlegame.base.errors import MiddlegameError, NotConverged, QueryError, TooLarge
    from middlegame.compiler import compile_scenario
    from middlegame.diagram import Diagram
    from middlegame.equilibrium.equilibrium import Equilibrium, solve
    from middlegame.equilibrium.nash import NashResult, nash
    from middlegame.equilibrium.play import Storyline
    from middlegame.estimation.fitting import fit
    from middlegame.estimation.result import Fit
    from middlegame.io.examples import load
    from middlegame.scenario import Scenario
    from middlegame.scenario.faults import Fault, ScenarioError
    from middlegame.sweeps.result import Sweep
    from middlegame.sweeps.run import sweep

_HOMES = {
    "Diagram": "middlegame.diagram",
    "Equilibrium": "middlegame.equilibrium.equilibrium",
    "Fault": "middlegame.scenario.faults",
    "Fit": "middlegame.estimation.result",
    "MiddlegameError": "middlegame.base.errors",
    "NashResult": "middlegame.equilibrium.nash",
    "NotConverged": "middlegame.base.errors",
    "QueryError": "middlegame.base.errors",
    "Scenario": "middlegame.scenario",
    "ScenarioError": "middlegame.scenario.faults",
    "Storyline": "middlegame.equilibrium.play",
    "Sweep": "middlegame.sweeps.result",
    "TooLarge": "middlegame.base.errors",
    "compile_scenario": "middlegame.compiler",
    "fit": "middlegame.estimation.fitting",
    "load": "middlegame.io.examples",
    "nash": "middlegame.equilibrium.nash",
    "solve": "middlegame.equilibrium.equilibrium",
    "sweep": "middlegame.sweeps.run",
}

__all__ = [
    "Diagram",
    "Equilibrium",
    "Fault",
    "Fit",
    "MiddlegameError",
    "NashResult",
    "NotConverged",
    "QueryError",
    "Scenario",
    "ScenarioError",
    "Storyline",
    "Sweep",
    "TooLarge",
    "__version__",
    "compile_scenario",
    "fit",
    "load",
    "nash",
    "solve",
    "sweep",
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
