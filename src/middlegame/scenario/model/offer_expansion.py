"""A scenario's offers written out as moves, factors and the costs of breaking what was promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from middlegame.scenario.conditions import All, Condition, Is
from middlegame.scenario.faults import Path
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.offers import Offer
from middlegame.scenario.model.scenario import Factor, Move, Option, Rule, Scenario

OFFERS, QUIET = "offers", "keeps_quiet"
ACCEPTS, DECLINES = "accepts", "declines"
ACCEPTED, NONE = "accepted", "none"


@dataclass(frozen=True)
class Breach:
    """What breaking a promise costs whoever breaks it, each time."""

    actor: str
    when: Condition
    costs: Judgement
    sourced_part: Sourced
    path: Path


@dataclass
class OfferExpansion:
    """A scenario without offers that says the same.

    Attributes:
        scenario: with their moves and factors in place.
        breaches: what breaking promises costs.
        origins: where what stands at a path was written, for paths that are not in the file.
    """

    scenario: Scenario
    breaches: list[Breach] = field(default_factory=list)
    origins: dict[Path, Path] = field(default_factory=dict)

    def original_path(self, path: Path) -> Path:
        """Return the place in the file of what stands at a path."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return path


def expand_offers(scenario: Scenario) -> OfferExpansion:
    """Write a scenario's offers out; what they speak of need not exist."""
    if not scenario.offers:
        return OfferExpansion(scenario)
    moves, factors = dict(scenario.moves), dict(scenario.factors)
    expansion = OfferExpansion(scenario)
    for name, offer in scenario.offers.items():
        asked, answer = f"{name}_offer", f"{name}_answer"
        timed = scenario.periods is not None
        _bind(expansion, name, offer, moves)
        made = {
            asked: _asking(name, offer, timed=timed),
            answer: _answering(name, offer),
        }
        moves = _inserted(moves, made, _place(offer, moves))
        factors[name] = _bargain(name, offer, moves, timed=timed)
        path: Path = ("offers", name)
        expansion.origins |= {
            ("moves", asked): path,
            ("moves", asked, "options", OFFERS): path,
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


def _asking(name: str, offer: Offer, *, timed: bool) -> Move:
    past = (f"{name}@previous",) if timed and f"{name}@previous" not in offer.knows else ()
    condition = Is(f"{name}@previous", (NONE,)) if timed else None
    return Move(
        label=f"{_label(name, offer)}: the offer",
        by=offer.by,
        knows=(*offer.knows, *past),
        periods=offer.periods,
        options={
            OFFERS: _option("makes the offer", condition, offer.costs),
            QUIET: Option(label="keeps quiet"),
        },
        **_sourced(offer),
    )


def _answering(name: str, offer: Offer) -> Move:
    asked = f"{name}_offer"
    # What it knows besides comes first, so that its places are those in the file.
    return Move(
        label=f"{_label(name, offer)}: the answer",
        by=offer.to,
        knows=(*offer.answer_knows, asked),
        periods=offer.periods,
        options={
            ACCEPTS: _option("accepts the offer", Is(asked, (OFFERS,)), offer.accepting_costs),
            DECLINES: Option(label="declines the offer"),
        },
        **_sourced(offer),
    )


def _bargain(name: str, offer: Offer, moves: Mapping[str, Move], *, timed: bool) -> Factor:
    agreed = _rule(Is(f"{name}_answer", (ACCEPTS,)), ACCEPTED)
    words: dict[str, Any] = {"label": offer.label, "states": (ACCEPTED, NONE)}
    words |= {"headline": offer.headline, **_sourced(offer)}
    if not timed:
        return Factor(**words, rules=(agreed, Rule(then=_sure(NONE))))
    broken = tuple(
        _rule(
            All((Is(f"{name}@previous", (ACCEPTED,)), Is(f"{move}@previous", others))),
            NONE,
        )
        for move, others in _breakable(offer, moves)
    )
    return Factor(
        **words,
        start=_sure(NONE),
        rules=(*broken, agreed, Rule.model_validate({"from": "previous"})),
    )


def _option(label: str, condition: Condition | None, costs: Judgement | None) -> Option:
    return Option.model_validate({"label": label, "if": condition, "costs": costs})


def _rule(condition: Condition, state: str) -> Rule:
    return Rule.model_validate({"if": condition, "then": _sure(state)})


def _breakable(offer: Offer, moves: Mapping[str, Move]) -> list[tuple[str, tuple[str, ...]]]:
    """Return for each promise that can be broken its move and the options that break it."""
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


def _bind(expansion: OfferExpansion, name: str, offer: Offer, moves: dict[str, Move]) -> None:
    """Let the bargain open, close and cost what it says."""
    for place, term in enumerate(offer.terms):
        promise = term.promise
        if not isinstance(promise, Is) or promise.variable not in moves:
            continue
        others = _others(promise, moves)
        if term.breaking_costs is None:
            _condition(moves, promise.variable, others, Is(name, (NONE,)))
            continue
        moves[promise.variable] = _knowing(moves[promise.variable], name)
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
                _condition(moves, each.variable, each.states, Is(name, (state,)))


def _condition(moves: dict[str, Move], name: str, options: tuple[str, ...], condition: Is) -> None:
    """Let these options of a move be open only where the condition holds too."""
    move = moves[name]
    changed = {
        option: what.model_copy(
            update={"if_": All((what.if_, condition)) if what.if_ else condition}
        )
        if option in options
        else what
        for option, what in move.options.items()
    }
    moves[name] = _knowing(move.model_copy(update={"options": changed}), condition.variable)


def _knowing(move: Move, name: str) -> Move:
    knows = move.knows if name in move.knows else (*move.knows, name)
    return move.model_copy(update={"knows": knows})


def _place(offer: Offer, moves: Mapping[str, Move]) -> int:
    """Return before which of the moves an offer stands."""
    spoken = [offer.before] if offer.before else [
        name
        for each in (*(t.promise for t in offer.terms), *offer.if_accepted.opens,
                     *offer.if_accepted.closes)
        for name in each.variables()
    ]  # fmt: skip
    return min((place for place, name in enumerate(moves) if name in spoken), default=len(moves))


def _inserted(moves: dict[str, Move], made: dict[str, Move], place: int) -> dict[str, Move]:
    entries = list(moves.items())
    return dict([*entries[:place], *made.items(), *entries[place:]])


def _label(name: str, offer: Offer) -> str:
    return offer.label or name.replace("_", " ")


def _sure(state: str) -> dict[str, Judgement]:
    return {state: Judgement(1.0, 1.0, "probability")}


def _sourced(offer: Offer) -> dict[str, Any]:
    return {"cite": offer.cite, "why": offer.why}
