"""The weight of each piece of evidence for the rival states of a hidden factor.

Heuer (1999) asks of each piece of evidence how consistent it is with each hypothesis, and warns
that evidence consistent with every hypothesis cannot discriminate between them. Here consistency is
computed: it is the probability of the evidence under each state of a hidden factor, while all
actors behave as in the equilibrium.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from middlegame.base.encoding import plain
from middlegame.base.errors import QueryError
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.references import contest_node
from middlegame.equilibrium.strategy_profile import StrategyProfile

WEAK = 2.0
"""Bayes factor from which evidence is weak (ENFSI Guideline for Evaluative Reporting 2015)."""
WORTH_A_MENTION, STRONG, VERY_STRONG = 3.0, 20.0, 150.0
"""Bayes factors from which evidence is positive, strong, very strong (Kass & Raftery 1995)."""


@dataclass(frozen=True)
class EvidenceAssessment:
    """The weight of one piece of evidence for each state of a hidden factor.

    Attributes:
        name: the name of the piece of evidence, or of the observed move or factor.
        date: the date of the report, if it has one.
        likelihood: the probability of the evidence under each state; nan for an impossible state.
        bayes_factors: the Bayes factor for each state against all others, from this piece alone.
        bayes_factors_in_order: the Bayes factor for each state, given all earlier pieces.
        posterior: the probability of each state, given this piece and all earlier ones.
    """

    name: str
    date: date | None
    likelihood: dict[str, float]
    bayes_factors: dict[str, float]
    bayes_factors_in_order: dict[str, float]
    posterior: dict[str, float]

    @property
    def favoured_state(self) -> str:
        """The state with the largest Bayes factor; the first of equals."""
        return max(self.bayes_factors, key=lambda state: _or_least(self.bayes_factors[state]))

    @property
    def bayes_factor(self) -> float:
        """The Bayes factor for the favoured state, at least 1."""
        return self.bayes_factors[self.favoured_state]

    @property
    def discriminates(self) -> bool:
        """Whether the Bayes factor is more than barely worth mentioning."""
        return round(self.bayes_factor, 1) >= WORTH_A_MENTION

    def to_dict(self) -> dict[str, Any]:
        """Return the assessment as a JSON object."""
        return {
            "evidence": self.name,
            "date": self.date.isoformat() if self.date else None,
            "likelihood": plain(self.likelihood),
            "bayes_factors": plain(self.bayes_factors),
            "bayes_factors_in_order": plain(self.bayes_factors_in_order),
            "posterior": self.posterior,
            "favoured_state": self.favoured_state,
            "discriminates": self.discriminates,
        }


@dataclass(frozen=True)
class HypothesisSet:
    """The rival hypotheses about one hidden factor: its states, with the evidence weighed.

    Attributes:
        name: the factor's name.
        prior: the probability of each state before the evidence.
        posterior: the probability of each state given all evidence.
        pieces: the weight of each piece of evidence, in order of date.
    """

    name: str
    prior: dict[str, float]
    posterior: dict[str, float]
    pieces: tuple[EvidenceAssessment, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the hypotheses as a JSON object."""
        return {
            "factor": self.name,
            "prior": self.prior,
            "posterior": self.posterior,
            "evidence": [piece.to_dict() for piece in self.pieces],
        }


def weigh_evidence(
    equilibrium: Equilibrium, about: Iterable[str] = ()
) -> tuple[HypothesisSet, ...]:
    """Weigh all evidence about what is hidden.

    Args:
        equilibrium: the contest, given its evidence or other observations.
        about: the factors or moves in question; without any, those of `evidence_subjects`.

    Raises:
        QueryError: there is no evidence, nothing hidden, or no such factor or move.
    """
    names = select_subjects(equilibrium, about)
    pieces = evidence_by_date(equilibrium)
    return tuple(_weigh(equilibrium, name, pieces) for name in names)


def select_subjects(equilibrium: Equilibrium, about: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the factors and moves about which evidence is weighed.

    Args:
        equilibrium: the contest, given its evidence or other observations.
        about: the factors or moves in question; without any, those of `evidence_subjects`.

    Raises:
        QueryError: there is no evidence, nothing hidden, or no such factor or move.
    """
    if not equilibrium.known:
        raise QueryError(
            "this contest has no evidence; write it under 'evidence', or give an observation "
            "(--given)"
        )
    named = tuple(contest_node(equilibrium.diagram, name).name for name in about)
    names = named or evidence_subjects(equilibrium)
    if not names:
        raise QueryError("this contest has no hidden factor; name a factor or move in question")
    return names


def evidence_subjects(equilibrium: Equilibrium) -> tuple[str, ...]:
    """Return what the evidence may say something about, what it is directly about first.

    The hidden factors that are settled before play; where there are none, the moves and factors
    that reports are about, and the factors that some mover observes and another does not.
    """
    diagram = equilibrium.diagram
    known = [diagram.nodes[diagram.index[name]] for name in equilibrium.known]
    direct = {name for node in known for name in node.parents if node.name in diagram.evidence}
    direct -= set(equilibrium.known)
    hidden = diagram.hidden_factors
    if not set(hidden) & set(diagram.exogenous_factors):
        about = [node.name for node in diagram.contest_nodes if node.name in direct]
        hidden = tuple(dict.fromkeys([*about, *hidden]))
    return tuple(sorted(hidden, key=lambda name: name not in direct))


def evidence_by_date(equilibrium: Equilibrium) -> tuple[str, ...]:
    """Return the names of all evidence in order of date, undated evidence last."""
    dates = evidence_dates(equilibrium)
    known = list(equilibrium.known)
    return tuple(sorted(known, key=lambda n: (n not in dates, dates.get(n, date.min))))


def evidence_dates(equilibrium: Equilibrium) -> Mapping[str, date]:
    """Return the date of each piece of evidence that has one."""
    written = equilibrium.scenario.evidence if equilibrium.scenario else {}
    return {name: piece.date for name, piece in written.items() if piece.date is not None}


def _weigh(equilibrium: Equilibrium, name: str, pieces: Sequence[str]) -> HypothesisSet:
    before, dates = equilibrium.prior, evidence_dates(equilibrium)
    prior = before.forecast(name)
    found: list[EvidenceAssessment] = []
    so_far: StrategyProfile = before
    for piece in pieces:
        seen = {piece: equilibrium.known[piece]}
        alone = before.given(seen)
        then = so_far.given(seen)
        was, now = so_far.forecast(name), then.forecast(name)
        posterior = alone.forecast(name)
        found.append(
            EvidenceAssessment(
                name=piece,
                date=dates.get(piece),
                likelihood={
                    state: posterior[state] * alone.evidence_probability / chance
                    if chance
                    else math.nan
                    for state, chance in prior.items()
                },
                bayes_factors=bayes_factors(prior, posterior),
                bayes_factors_in_order=bayes_factors(was, now),
                posterior=now,
            )
        )
        so_far = then
    return HypothesisSet(name, prior, so_far.forecast(name), tuple(found))


def bayes_factors(prior: Mapping[str, float], posterior: Mapping[str, float]) -> dict[str, float]:
    """Return the Bayes factor for each state against all others (Good 1950).

    The Bayes factor is the ratio of posterior to prior odds; it is nan where the prior probability
    is 0 or 1, and infinite where the posterior probability is 1.
    """
    return {state: _ratio(prior[state], posterior[state]) for state in prior}


def _ratio(prior: float, posterior: float) -> float:
    if not 0 < prior < 1:
        return math.nan
    if posterior >= 1:
        return math.inf
    return posterior / (1 - posterior) * (1 - prior) / prior


def _or_least(factor: float) -> float:
    return -math.inf if math.isnan(factor) else round(factor, 9)
