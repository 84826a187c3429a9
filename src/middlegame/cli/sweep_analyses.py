"""The analyses of a sweep that its report contains."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from middlegame.base.errors import NotConverged, QueryError
from middlegame.cli.console import counting

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes
    from middlegame.base.progress import ProgressCallback
    from middlegame.report.html.sections import Section
    from middlegame.sweeps.result import Sweep


def analysis_sections(found: "Sweep") -> list["Section"]:
    """Return the report's sections on dominoes, drivers, discovery and value of information.

    An analysis that fails, or that would take many minutes in a contest of many periods, is left
    out with a message on standard error.
    """
    from middlegame.analysis.discovery import discover
    from middlegame.analysis.dominoes import dominoes
    from middlegame.analysis.drivers import drivers
    from middlegame.analysis.outcomes import select_questions
    from middlegame.analysis.value_of_information import value_of_information
    from middlegame.report.html.sections import sections
    from middlegame.sweeps.batches import LONG

    effects: list[Dominoes] = []

    def run_dominoes(progress: "ProgressCallback") -> Any:
        results = dominoes(found.equilibrium.prior, progress=progress)
        effects.append(replace(results, forecast=found))
        return effects[0]

    def run_discovery(progress: "ProgressCallback") -> Any:
        first = select_questions(found.equilibrium, values=False)[0].name
        return discover(found, first, progress=progress)

    def run_value_of_information(progress: "ProgressCallback") -> Any:
        results = effects[0].results if effects else None
        return value_of_information(found, results=results, actors=bool(effects), progress=progress)

    analyses: dict[str, tuple[str, Callable[[ProgressCallback], Any]]] = {
        "dominoes": ("Running interventions", run_dominoes),
        "drivers": ("Decomposing variance", lambda progress: drivers(found, progress=progress)),
        "discovery": ("Looking for a box", run_discovery),
        "value of information": ("Valuing information", run_value_of_information),
    }
    if len(found.plan.diagram.nodes) > LONG:
        del analyses["dominoes"], analyses["drivers"]
        click.echo(
            "The report is without dominoes and drivers, which take many minutes in a contest of "
            "this length; run `middlegame dominoes` and `middlegame drivers`",
            err=True,
        )
    parts: list[Section] = []
    for name, (status, run) in analyses.items():
        try:
            with counting(status) as progress:
                parts += sections(run(progress))
        except (QueryError, NotConverged) as error:
            click.echo(f"The report is without {name}: {error}", err=True)
    return parts
