"""Expand what stands for other things: the values of scales become options, offers moves."""

from dataclasses import replace

from middlegame.scenario.conditions import ALWAYS, NEVER, Condition, Predicate
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement
from middlegame.scenario.model.moves import Move, Option
from middlegame.scenario.model.offer_expansion import OfferExpansion, expand_offers
from middlegame.scenario.model.scales import MoveScale
from middlegame.scenario.model.scenario import Scenario


def expand(scenario: Scenario) -> OfferExpansion:
    """Expand the scales of a scenario's moves, then its offers; names need not exist."""
    scaled = {name: move for name, move in scenario.moves.items() if move.scale is not None}
    if not scaled:
        return expand_offers(scenario)
    moves = {name: _with_values(name, move) for name, move in scenario.moves.items()}
    expansion = expand_offers(scenario.model_copy(update={"moves": moves}))
    for name, move in scaled.items():
        for value in move.scale.names if move.scale else ():
            expansion.origins["moves", name, "options", value] = ("moves", name, "scale")
    return expansion


def _with_values(name: str, move: Move) -> Move:
    if move.scale is None:
        return move
    every = zip(move.scale.names, move.scale.values, move.scale.cells, strict=True)
    options = dict(move.options)
    for text, value, cell in every:  # those that stand there already were expanded before
        options.setdefault(text, _option(name, move.scale, (text, value), cell))
    return move.model_copy(update={"options": options})


def _option(name: str, scale: MoveScale, named: tuple[str, float], cell: float) -> Option:
    """Return the option for a value: its condition, costs and share of the scale's weight."""
    text, value = named

    def at_value(leaf: Predicate) -> Condition:
        if leaf.variable != name:
            return leaf
        return ALWAYS if leaf.matching((text,)) else NEVER

    condition = scale.if_.substitute(at_value) if scale.if_ is not None else ALWAYS
    return Option.model_validate(
        {
            "if": None if condition == ALWAYS else condition,
            "costs": None if scale.costs is None else _at_value(scale.costs, name, value),
            "weight": cell * (1.0 if scale.weight is None else scale.weight),
            "cite": scale.cite,
            "why": scale.why,
        }
    )


def _at_value(costs: Judgement, name: str, value: float) -> Judgement:
    if not isinstance(costs, FormulaJudgement) or name not in costs.formula.names:
        return costs
    return replace(costs, values=((name, value),))
