"""Expand a scenario's offers into moves, factors and the costs of breaking promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from middlegame.scenario.conditions import All, Condition, Is
from middlegame.scenario.faults import Path
from middlegame.scenario.model.factors import Factor, Rule
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.moves import Move, Option
from middlegame.scenario.model.offers import Offer
from middlegame.scenario.model.scenario import Scenario

OFFERS, QUIET = "offers", "keeps_quiet"
ACCEPTS, DECLINES = "accepts", "declines"
ACCEPTED, NONE = "accepted", "none"


@dataclass(frozen=True)
class Breach:
    """The cost of breaking a promise, each time.

    Attributes:
        actor: the actor that can break it.
        when: the condition under which it is broken.
        costs: points.
        sourced_part: the term, for the reason and citations of the cost.
        path: where the cost is written.
    """

    actor: str
    when: Condition
    costs: Judgement
    sourced_part: Sourced
    path: Path


@dataclass
class OfferExpansion:
    """A scenario with its offers expanded.

    Attributes:
        scenario: the moves and factors of the offers in place, `offers` empty.
        breaches: the costs of breaking promises.
        origins: for paths that are not in the file, the path from which they were made.
    """

    scenario: Scenario
    breaches: list[Breach] = field(default_factory=list)
    origins: dict[Path, Path] = field(default_factory=dict)

    def original_path(self, path: Path) -> Path:
        """Translate a path of the expanded scenario into the path that was written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return path


def expand_offers(scenario: Scenario) -> OfferExpansion:
    """Expand a scenario's offers; the names in them need not exist."""
    if not scenario.offers:
        return OfferExpansion(scenario)
    moves, factors = dict(scenario.moves), dict(scenario.factors)
    expansion = OfferExpansion(scenario)
    for name, offer in scenario.offers.items():
        offered, answer = f"{name}_offer", f"{name}_answer"
        timed = scenario.periods is not None
        _apply_terms(expansion, name, offer, moves)
        made = {
            offered: _offer_move(name, offer, timed=timed),
            answer: _answer_move(name, offer),
        }
        moves = _inserted(moves, made, _position(offer, moves))
        factors[name] = _agreement(name, offer, moves, timed=timed)
        path: Path = ("offers", name)
        expansion.origins |= {
            ("moves", offered): path,
            ("moves", offered, "options", OFFERS): path,
            ("moves", answer): path,
            ("moves", answer, "by"): (*path, "to"),
            ("moves", answer, "knows"): (*path, "answer_knows"),
            ("moves", answer, "options", ACCEPTS, "costs"): (*path, "accepting_costs"),
            ("moves", answer, "options", ACCEPTS): path,
            ("factors", name): path,
        }
    expansion.scenario = scenario.model_copy(
        update={"moves": moves, "factors": factors, "offers": {}}
    )
    return expansion


def _offer_move(name: str, offer: Offer, *, timed: bool) -> Move:
    past = (f"{name}@previous",) if timed and f"{name}@previous" not in offer.knows else ()
    condition = Is(f"{name}@previous", (NONE,)) if timed else None
    return Move(
        label=f"The offer ({_label(name, offer)})",
        by=offer.by,
        knows=(*offer.knows, *past),
        periods=offer.periods,
        options={
            OFFERS: _option("makes the offer", condition, offer.costs),
            QUIET: Option(label="keeps quiet"),
        },
        **_sourced(offer),
    )


def _answer_move(name: str, offer: Offer) -> Move:
    offered = f"{name}_offer"
    # `answer_knows` comes first, so that positions in `knows` are those in the file.
    return Move(
        label=f"The answer to the offer ({_label(name, offer)})",
        by=offer.to,
        knows=(*offer.answer_knows, offered),
        periods=offer.periods,
        options={
            ACCEPTS: _option("accepts the offer", Is(offered, (OFFERS,)), offer.accepting_costs),
            DECLINES: Option(label="declines the offer"),
        },
        **_sourced(offer),
    )


def _agreement(name: str, offer: Offer, moves: Mapping[str, Move], *, timed: bool) -> Factor:
    agreed = _rule(Is(f"{name}_answer", (ACCEPTS,)), ACCEPTED)
    words: dict[str, Any] = {"label": offer.label, "states": (ACCEPTED, NONE)}
    words |= {"headline": offer.headline, **_sourced(offer)}
    if not timed:
        return Factor(**words, rules=(agreed, Rule(then=_certain(NONE))))
    broken = tuple(
        _rule(
            All((Is(f"{name}@previous", (ACCEPTED,)), Is(f"{move}@previous", others))),
            NONE,
        )
        for move, others in _breakable(offer, moves)
    )
    return Factor(
        **words,
        start=_certain(NONE),
        rules=(*broken, agreed, Rule.model_validate({"from": "previous"})),
    )


def _option(label: str, condition: Condition | None, costs: Judgement | None) -> Option:
    return Option.model_validate({"label": label, "if": condition, "costs": costs})


def _rule(condition: Condition, state: str) -> Rule:
    return Rule.model_validate({"if": condition, "then": _certain(state)})


def _breakable(offer: Offer, moves: Mapping[str, Move]) -> list[tuple[str, tuple[str, ...]]]:
    """List each promise that can be broken: its move, and the options that break it."""
    found = []
    for term in offer.terms:
        if isinstance(term.promise, Is) and term.breaking_costs is not None:
            others = _others(term.promise, moves)
            if others:
                found.append((term.promise.variable, others))
    return found


def _others(promise: Is, moves: Mapping[str, Move]) -> tuple[str, ...]:
    move = moves.get(promise.variable)
    return tuple(option for option in move.options if option not in promise.states) if move else ()


def _apply_terms(
    expansion: OfferExpansion, name: str, offer: Offer, moves: dict[str, Move]
) -> None:
    """Make options depend on the agreement, and record the costs of breaking it."""
    for place, term in enumerate(offer.terms):
        promise = term.promise
        if not isinstance(promise, Is) or promise.variable not in moves:
            continue
        others = _others(promise, moves)
        if term.breaking_costs is None:
            _restrict(moves, promise.variable, others, Is(name, (NONE,)))
            continue
        moves[promise.variable] = _with_knowledge(moves[promise.variable], name)
        if others:
            expansion.breaches.append(
                Breach(
                    actor=moves[promise.variable].by,
                    when=All((Is(name, (ACCEPTED,)), Is(promise.variable, others))),
                    costs=term.breaking_costs,
                    sourced_part=term,
                    path=("offers", name, "terms", place, "breaking_costs"),
                )
            )
    opens, closes = offer.if_accepted.opens, offer.if_accepted.closes
    for listed, state in ((opens, ACCEPTED), (closes, NONE)):
        for each in listed:
            if isinstance(each, Is) and each.variable in moves:
                _restrict(moves, each.variable, each.states, Is(name, (state,)))


def _restrict(moves: dict[str, Move], name: str, options: tuple[str, ...], condition: Is) -> None:
    """Make options of a move available only where a further condition holds."""
    move = moves[name]
    changed = {
        option: what.model_copy(
            update={"if_": All((what.if_, condition)) if what.if_ else condition}
        )
        if option in options
        else what
        for option, what in move.options.items()
    }
    moves[name] = _with_knowledge(move.model_copy(update={"options": changed}), condition.variable)


def _with_knowledge(move: Move, name: str) -> Move:
    knows = move.knows if name in move.knows else (*move.knows, name)
    return move.model_copy(update={"knows": knows})


def _position(offer: Offer, moves: Mapping[str, Move]) -> int:
    """Return the position among the moves at which an offer is inserted."""
    named = [offer.before] if offer.before else [
        name
        for each in (*(t.promise for t in offer.terms), *offer.if_accepted.opens,
                     *offer.if_accepted.closes)
        for name in each.variables()
    ]  # fmt: skip
    return min((place for place, name in enumerate(moves) if name in named), default=len(moves))


def _inserted(moves: dict[str, Move], made: dict[str, Move], place: int) -> dict[str, Move]:
    entries = list(moves.items())
    return dict([*entries[:place], *made.items(), *entries[place:]])


def _label(name: str, offer: Offer) -> str:
    label = offer.label or name.replace("_", " ")
    article = label.startswith(("The ", "A ", "An "))
    return f"{label[0].lower()}{label[1:]}" if article else label


def _certain(state: str) -> dict[str, Judgement]:
    return {state: Judgement(1.0, 1.0, "probability")}


def _sourced(offer: Offer) -> dict[str, Any]:
    return {"cite": offer.cite, "why": offer.why}
