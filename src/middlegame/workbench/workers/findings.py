"""The tasks whose findings the page shows as the report does: a section of it, in HTML."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.ranges import with_moved_ranges
from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.report.html.sections import Section

WORLDS = 4096
"""Worlds in which judgements are weighed by what knowing them would tell."""
_WEIGHED = 512
"""Worlds in which evidence is weighed."""


def value_of_information(bench: WorkerContext, text: str, setting: Setting) -> str:
    """Tell what is worth finding out, to the analyst and to each actor, and what worth fixing.

    Args:
        bench: the worker's.
        text: the scenario's.
        setting: what is changed; changed numbers move their ranges along.
    """
    from middlegame.analysis.commitment import commitment_values
    from middlegame.analysis.interventions import all_interventions, interventions
    from middlegame.analysis.mutual_information import mutual_information
    from middlegame.analysis.outcomes import select_questions
    from middlegame.analysis.value_of_information import information_values
    from middlegame.report.html.value_of_information import worth_section
    from middlegame.report.text.value_of_information import sharpened
    from middlegame.sweeps.run import sweep

    equilibrium = _solved(bench, text, setting)
    before = equilibrium.prior  # whoever is told something, or bound, is so before it all
    known = information_values(before, progress=_part(bench, "Telling actors what is hidden"))
    moves = {decision.name for decision in before.diagram.decisions} - set(before.supposed)
    pushes = [push for push in all_interventions(before.diagram) if push.name in moves]
    levers = commitment_values(interventions(before, pushes, progress=_part(bench, "Fixing moves")))
    chosen = select_questions(equilibrium, ())
    asks = {
        each.name: each.conditions[0] for each in chosen if each.name not in equilibrium.questions
    }
    bench.report("Compiling for many worlds")
    worlds = sweep(equilibrium, WORLDS, asks=asks, told=_part(bench, "Solving worlds"))
    bench.raise_if_cancelled()
    found = sharpened(equilibrium, chosen, mutual_information(equilibrium, worlds, chosen))
    return _html(worth_section(equilibrium, found, known, levers, worlds.count))


def weigh_evidence(bench: WorkerContext, text: str, setting: Setting) -> str:
    """Weigh what is known: what it says of what nobody can see, piece by piece.

    Args:
        bench: the worker's.
        text: the scenario's.
        setting: what is changed; what is observed counts as evidence.
    """
    from middlegame.analysis.hypotheses import hypotheses
    from middlegame.analysis.hypotheses_over_worlds import hypotheses_over_worlds
    from middlegame.report.html.hypotheses import hypothesis_section

    equilibrium = _solved(bench, text, setting)
    found, weighed = hypotheses(equilibrium), None
    if equilibrium.diagram.parameters and not equilibrium.surprise:
        bench.report(f"Weighing in {_WEIGHED} worlds")
        weighed = hypotheses_over_worlds(equilibrium, found, _WEIGHED)
    return _html(hypothesis_section(found, equilibrium, weighed))


def compare_views(bench: WorkerContext, text: str, numbers: Mapping[str, float]) -> str:
    """Set the contest's views side by side with it, and tell what parts them.

    Args:
        bench: the worker's.
        text: the scenario's.
        numbers: changed ones; their ranges are moved along.
    """
    from middlegame.analysis.analysts import analysts_of_scenario
    from middlegame.analysis.comparison import compare
    from middlegame.report.html.comparison import comparison_section

    contest = bench.contest(with_moved_ranges(bench, text, numbers)).scenario
    found = compare(
        analysts_of_scenario(contest, ""), progress=_part(bench, "Switching judgements")
    )
    return _html(comparison_section(found))


def _solved(bench: WorkerContext, text: str, setting: Setting) -> "Equilibrium":
    return bench.contest(with_moved_ranges(bench, text, setting.numbers)).full(
        {}, setting.supposed, setting.given, surprise=setting.surprise
    )


def _part(bench: WorkerContext, what: str) -> Callable[[int, int | None], None]:
    """Tell how far a part of the work is, and end it where nobody waits any more."""

    def told(done: int, of: int | None) -> None:
        bench.raise_if_cancelled()
        bench.report((what, done / of) if of else what)

    return told


def _html(section: "Section") -> str:
    from middlegame.report.html.report import section_html

    return section_html(section)
