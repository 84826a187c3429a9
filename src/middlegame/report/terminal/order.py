"""The order of solution and its cost, in the terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console

from middlegame.diagram import Diagram
from middlegame.engine.cost import predict_cost
from middlegame.engine.graph.relevance import (
    relevance_components,
    relevant_decisions,
    traced_decisions,
)
from middlegame.report.terminal.columns import Page
from middlegame.report.text.grammar import capitalize_first, join_list, quote
from middlegame.report.text.narrative import contest_words
from middlegame.report.text.numbers import significant
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scenario import Scenario


def order(diagram: Diagram) -> dict[str, Any]:
    """Return the order of solution and the predicted cost as one JSON object."""
    structure = diagram.structure
    name = {place: node.name for place, node in enumerate(diagram.nodes)}
    relevant, first = relevant_decisions(structure), set(traced_decisions(structure))
    cost = predict_cost(structure)
    return {
        "order": [
            {
                "decisions": [name[d] for d in component.decisions],
                "cyclic": component.cyclic,
                "traced": component.decisions[0] in first,
                "relies_on": sorted(
                    {name[e] for d in component.decisions for e in relevant[d]}
                    - {name[d] for d in component.decisions}
                ),
            }
            for component in relevance_components(structure)
        ],
        "perceived": [
            {"actor": each.actor, "aware_of": list(each.aware_of)} for each in diagram.perceptions
        ],
        "cost": {
            "unknowns": cost.unknowns,
            "operations": cost.operations,
            "largest_table": cost.largest_table,
            "largest_over": [name[node] for node in cost.largest_table_nodes],
        },
    }


def show_order(diagram: Diagram, scenario: Scenario | None, console: Console) -> None:
    """Print the moves in their order of solution with the reason, then the predicted cost."""
    found, words = order(diagram), contest_words(diagram, scenario)
    page = Page(console)
    page.title(words.title)
    page.section("Order of solution", "behind each move its name")
    for number, step in enumerate(found["order"], start=1):
        names = _by_move(step["decisions"])
        page.hanging(
            f"{number}.",
            "; ".join(
                f"{words.heading(move)} ({_names(diagram, some)})" for move, some in names.items()
            ),
        )
        if step["cyclic"]:
            why = "solved together, because these moves depend on each other"
        elif step["relies_on"]:
            moves = [quote(words.heading(move)) for move in _by_move(step["relies_on"])]
            why = f"depends on {join_list(moves)}"
        else:
            why = "depends on no other move"
        how = (
            "traced from precision 0, because moves on a cycle depend on it"
            if step["traced"] and not step["cyclic"]
            else "traced from precision 0"
            if step["traced"]
            else "one evaluation"
        )
        page.hanging("", capitalize_first(f"{why}; {how}."))
    page.gap()
    if found["perceived"]:
        page.paragraph(
            f"Solved so {len(found['perceived']) + 1} times: once as written, then once as each of "
            "these actors sees it. The moves of each are taken from its own solution."
        )
    for seen in found["perceived"]:
        given = join_list([words.mid_sentence(words.actor(name)) for name in seen["aware_of"]])
        known = f"aware of the wrong beliefs of {given}, whose moves it foresees"
        actor = capitalize_first(words.actor(seen["actor"]))
        page.hanging("", f"{actor}: {known if given else 'by its own wrong beliefs'}")
    if found["perceived"]:
        page.gap()
    cost = found["cost"]
    if cost["operations"]:  # not predicted where a table of the contest itself is too large
        operations = significant(cost["operations"])
        page.paragraph(f"One evaluation of all payoffs takes about {operations} operations.")
    page.paragraph(
        f"The largest table has {cost['largest_table']:,.0f} numbers; the number of unknowns is "
        f"{cost['unknowns']:,.0f}."
    )


def _by_move(names: Iterable[str]) -> dict[str, list[str]]:
    """Group the names of decisions by their move, which over time is made in many periods."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(base_name(name), []).append(name)
    return found


def _names(diagram: Diagram, names: Sequence[str]) -> str:
    """Return a move's decisions as they are typed; all of its periods by the first and the last."""
    every = [node.name for node in diagram.instances(base_name(names[0])) if node.period != 0]
    whole = len(names) > 2 and set(names) == set(every)
    return f"{every[0]} to {every[-1]}" if whole else ", ".join(names)
