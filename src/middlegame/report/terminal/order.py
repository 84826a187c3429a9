"""The order of solution and its cost, in the terminal."""

from typing import Any

from rich.console import Console
from rich.markup import escape

from middlegame.diagram import Diagram
from middlegame.engine.cost import predict_cost
from middlegame.engine.graph.relevance import (
    relevance_components,
    relevant_decisions,
    traced_decisions,
)


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


def show_order(diagram: Diagram, console: Console) -> None:
    """Print the moves in their order of solution with the reason, then the predicted cost."""
    found = order(diagram)
    console.print(f"[bold]{escape(diagram.title)}[/]: order of solution", highlight=False)
    for number, step in enumerate(found["order"], start=1):
        names = escape(", ".join(step["decisions"]))
        console.print(f"  {number}. {names}", highlight=False)
        if step["cyclic"]:
            why = "solved together, because these moves depend on each other"
        elif step["relies_on"]:
            why = f"depends on {', '.join(step['relies_on'])}"
        else:
            why = "depends on no other move"
        how = (
            "traced from precision 0, because moves on a cycle depend on it"
            if step["traced"] and not step["cyclic"]
            else "traced from precision 0"
            if step["traced"]
            else "one evaluation"
        )
        console.print(f"     {escape(why)};\n     {how}", highlight=False)
    if found["perceived"]:
        console.print(
            f"  Solved so {len(found['perceived']) + 1} times: once as written, then once as each "
            "of these actors sees it;\n  the moves of each are taken from its own solution.",
            highlight=False,
        )
    for seen in found["perceived"]:
        given = ", ".join(seen["aware_of"])
        known = f"aware of the wrong beliefs of {given}, whose moves it foresees"
        line = f"     {seen['actor']}: {known if given else 'by its own wrong beliefs'}"
        console.print(escape(line), highlight=False)
    cost = found["cost"]
    if cost["operations"]:  # not predicted where a table of the contest itself is too large
        console.print(
            f"  One evaluation of all payoffs takes about {cost['operations']:.1e} operations.",
            highlight=False,
        )
    console.print(
        f"  The largest table has {cost['largest_table']:.0f} numbers; the number of unknowns is "
        f"{cost['unknowns']:.0f}.",
        highlight=False,
    )
