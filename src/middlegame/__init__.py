"""middlegame: write a geopolitical contest down, compute how it goes.

    import middlegame as mg

    game = mg.load("harbour-lease")
    eq = mg.solve(game)
    eq.forecast("lease")

Importing this package imports neither JAX nor a solver; they come with the first solve.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from middlegame.version import __version__

if TYPE_CHECKING:
    from middlegame.compile import compile_scenario
    from middlegame.diagram import Diagram
    from middlegame.equilibrium import Equilibrium, solve
    from middlegame.errors import MiddlegameError, NotConverged, QueryError, TooLarge
    from middlegame.estimation.fitting import fit
    from middlegame.estimation.result import Fit
    from middlegame.limit import NashLimit, nash
    from middlegame.play import Storyline
    from middlegame.scenario import Scenario
    from middlegame.scenario.faults import Fault, ScenarioError
    from middlegame.shipped import load
    from middlegame.sweeping.result import Sweep
    from middlegame.sweeping.run import sweep

_HOMES = {
    "Diagram": "middlegame.diagram",
    "Equilibrium": "middlegame.equilibrium",
    "Fault": "middlegame.scenario.faults",
    "Fit": "middlegame.estimation.result",
    "MiddlegameError": "middlegame.errors",
    "NashLimit": "middlegame.limit",
    "NotConverged": "middlegame.errors",
    "QueryError": "middlegame.errors",
    "Scenario": "middlegame.scenario",
    "ScenarioError": "middlegame.scenario.faults",
    "Storyline": "middlegame.play",
    "Sweep": "middlegame.sweeping.result",
    "TooLarge": "middlegame.errors",
    "compile_scenario": "middlegame.compile",
    "fit": "middlegame.estimation.fitting",
    "load": "middlegame.shipped",
    "nash": "middlegame.limit",
    "solve": "middlegame.equilibrium",
    "sweep": "middlegame.sweeping.run",
}

__all__ = [
    "Diagram",
    "Equilibrium",
    "Fault",
    "Fit",
    "MiddlegameError",
    "NashLimit",
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


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        home = import_module(_HOMES[name])
        value = globals()[name] = getattr(home, name)
        return value
    raise AttributeError(f"module 'middlegame' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
