"""What follows from a sweep, as sections of its report: call, show."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from middlegame.base.errors import NotConverged, QueryError
from middlegame.cli.console import counting, working

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes
    from middlegame.report.html.sections import Section
    from middlegame.sweeps.result import Sweep


def sections(found: "Sweep") -> list["Section"]:
    """Give what falls with what, what drives and flips answers, where it happens, what to find out.

    A contest of many periods is not solved anew so often: there, only what the sweep's own worlds
    tell. What is left out is told on standard error.
    """
    from middlegame.sweeps.batches import LONG

    falling: list[Dominoes] = []
    parts: dict[str, Callable[[], Section]] = {
        "dominoes": lambda: _dominoes(found, falling),
        "drivers": lambda: _drivers(found),
        "discovery": lambda: _discovery(found),
        "what is worth finding out": lambda: _worth(found, falling),
    }
    if len(found.plan.diagram.nodes) > LONG:
        del parts["dominoes"], parts["drivers"]
        click.echo(
            "The report is without dominoes and drivers: in so long a contest they take many "
            "minutes, and have commands of their own",
            err=True,
        )
    told: list[Section] = []
    for what, make in parts.items():
        try:
            told.append(make())
        except (QueryError, NotConverged) as error:
            click.echo(f"The report is without {what}: {error}", err=True)
    return told


def _dominoes(found: "Sweep", falling: list["Dominoes"]) -> "Section":
    from middlegame.analysis.dominoes import dominoes
    from middlegame.report.html.dominoes import domino_section

    with counting("Pushing") as told:
        falling.append(dominoes(found.equilibrium.prior, progress=told))
    return domino_section(falling[0])


def _drivers(found: "Sweep") -> "Section":
    """Find drivers in the sweep's own worlds, and flips in worlds of their own."""
    from middlegame.analysis.one_at_a_time import search_flip_points
    from middlegame.analysis.outcomes import BatchEvaluator, outcomes_in_sweep
    from middlegame.analysis.sensitivity_indices import pawn_drivers
    from middlegame.report.html.drivers import driver_section

    answers = BatchEvaluator.of(found.equilibrium)
    with working("Parting the spread"):
        there = {each.name: outcomes_in_sweep(found, each) for each in answers.questions}
        drivers = pawn_drivers(answers.questions, found.plan.sequence.space, found.parameter_values, there)
    with counting("Looking for flips") as told:
        moves = search_flip_points(answers, told)
    return driver_section(found.equilibrium, answers, moves, drivers)


def _discovery(found: "Sweep") -> "Section":
    """Draw the box of the first question alone: each takes as long as the sweep."""
    from middlegame.analysis.discovery import find_box
    from middlegame.analysis.outcomes import outcomes_in_sweep, select_questions
    from middlegame.report.html.discovery import discovery_section

    asked = select_questions(found.equilibrium)[0]
    chances = asked.probability(outcomes_in_sweep(found, asked))
    with working("Looking for a box"):
        box = find_box(found.plan.diagram.parameters, found.parameter_values, chances)
    return discovery_section(found.equilibrium, asked, box, found.count)


def _worth(found: "Sweep", falling: list["Dominoes"]) -> "Section":
    """Weigh the sweep's own worlds; moves were fixed for the dominoes."""
    from middlegame.analysis.commitment import commitment_values
    from middlegame.analysis.mutual_information import mutual_information
    from middlegame.analysis.outcomes import select_questions
    from middlegame.analysis.value_of_information import information_values
    from middlegame.report.html.value_of_information import worth_section
    from middlegame.report.text.value_of_information import information_gain_rows

    equilibrium, asked = found.equilibrium, select_questions(found.equilibrium)
    known, levers = [], []
    if falling:
        levers = commitment_values(falling[0].results)
        with counting("Telling actors") as told:
            known = information_values(equilibrium.prior, progress=told)
    with working("Weighing"):
        worths = mutual_information(equilibrium, found, asked)
    told_worth = information_gain_rows(equilibrium, asked, worths)
    return worth_section(equilibrium, told_worth, known, levers, found.count)
