"""Assemble a scenario of a draft's answers: plain data, the places of its numbers, YAML text."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from middlegame.drafting.answers import Drafted, DraftedNumber, DraftedRule, Quoted
from middlegame.drafting.article import Article
from middlegame.drafting.worksheet import ARTICLE_FILE, SOURCE
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import Plain, dump_tree

Kind = Literal["points", "cost", "chance", "odds"]
_STAND_INS = {"points": "10", "cost": "1", "chance": "10%", "odds": "2:1"}
_LARGEST = {"points": 100.0, "cost": 100.0, "chance": 99.9, "odds": 1000.0}


@dataclass(frozen=True)
class NumberPlace:
    """A place of the scenario that needs a number.

    Attributes:
        path: the dotted path, such as `interests.moscow[0].worth`.
        kind: points, a cost in points, a chance in percent, or odds.
        about: what the number is about, in words.
    """

    path: str
    kind: Kind
    about: str


def number_places(drafted: Drafted) -> list[NumberPlace]:
    """Return the places of all numbers that a draft needs, in the order of the file."""
    return list(_places(drafted))


def scenario_text(
    drafted: Drafted, article: Article, today: dt.date, *, stand_ins: bool = False
) -> str:
    """Return the scenario that a draft's answers make, as YAML text.

    Every number is marked as drafted; a number that was not answered is left as a gap.

    Args:
        drafted: the answers, with at least the actors.
        article: the article that they quote.
        today: the date that the scenario is true on.
        stand_ins: whether to put a number of the right kind into every gap, so that everything
            else can be checked.
    """
    assert drafted.actors is not None
    numbers = {each.place: each for each in (drafted.numbers.numbers if drafted.numbers else [])}
    reader = _Assembler(drafted, numbers, stand_ins)
    sections = {
        "title": drafted.actors.title,
        "question": drafted.actors.question,
        "about": "Drafted by a language model. Every number marked as drafted waits for a person "
        "to confirm it; delete the mark then.",
        "as_of": Plain(str(today)),
        "sources": {SOURCE: {"title": article.title, "file": ARTICLE_FILE}},
        "actors": reader.actors(),
        "moves": reader.moves(),
        "factors": reader.factors(),
        "interests": reader.interests(),
        "evidence": reader.evidence(),
        "questions": reader.questions(),
    }
    return dump_tree({name: value for name, value in sections.items() if value})


def _places(drafted: Drafted) -> Iterator[NumberPlace]:
    for move in drafted.moves.moves if drafted.moves else ():
        for option in move.options:
            if option.costly:
                path = f"moves.{move.name}.options.{option.name}.costs"
                yield NumberPlace(
                    path, "cost", f"{move.label}: what it costs that it {option.label}"
                )
    for factor in drafted.factors.factors if drafted.factors else ():
        for position, rule in enumerate(factor.rules):
            for state in () if rule.certain else rule.states:
                path = f"factors.{factor.name}.rules[{position}].then.{state}"
                about = f"{factor.label}: chance of {state} {_where(rule)}"
                yield NumberPlace(path, "chance", about)
    seen: dict[str, int] = {}
    for interest in drafted.interests.interests if drafted.interests else ():
        position = seen.setdefault(interest.actor, 0)
        seen[interest.actor] += 1
        path = f"interests.{interest.actor}[{position}].worth"
        yield NumberPlace(path, "points", f"{interest.actor}: {interest.label}, if {interest.when}")
    for report in drafted.evidence.evidence if drafted.evidence else ():
        about = f"{report.label}: how much likelier it is where {report.saw}"
        yield NumberPlace(f"evidence.{report.name}.likelihood", "odds", about)


def _where(rule: DraftedRule) -> str:
    return f"where {rule.if_}" if rule.if_ else "in all other cases"


@dataclass(frozen=True)
class _Assembler:
    drafted: Drafted
    numbers: dict[str, DraftedNumber]
    stand_ins: bool

    def actors(self) -> dict[str, Any]:
        assert self.drafted.actors is not None
        return {
            each.name: {"name": each.label, "why": each.after, **_quoted(each, why=False)}
            for each in self.drafted.actors.actors
        }

    def moves(self) -> dict[str, Any]:
        found = {}
        for move in self.drafted.moves.moves if self.drafted.moves else ():
            options = {}
            for option in move.options:
                path = f"moves.{move.name}.options.{option.name}.costs"
                options[option.name] = {
                    "label": option.label,
                    **({"if": option.if_} if option.if_ else {}),
                    **({"costs": self._number(path, "cost")} if option.costly else {}),
                }
            known = {"knows": [*move.knows]} if move.knows else {}
            head = {"label": move.label, "by": move.by, **known}
            found[move.name] = {**head, "options": options, **_quoted(move)}
        return found

    def factors(self) -> dict[str, Any]:
        found = {}
        for factor in self.drafted.factors.factors if self.drafted.factors else ():
            rules = [
                {
                    **({"if": rule.if_} if rule.if_ else {}),
                    "then": self._then(f"factors.{factor.name}.rules[{position}].then", rule),
                    **_quoted(rule),
                }
                for position, rule in enumerate(factor.rules)
            ]
            head = {"label": factor.label, "states": [*factor.states], "headline": Plain("yes")}
            found[factor.name] = {**head, "rules": rules, **_quoted(factor)}
        return found

    def interests(self) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for interest in self.drafted.interests.interests if self.drafted.interests else ():
            mine = found.setdefault(interest.actor, [])
            worth = self._number(f"interests.{interest.actor}[{len(mine)}].worth", "points")
            entry = {"label": interest.label, "when": interest.when, "worth": worth}
            mine.append({**entry, **_quoted(interest)})
        return found

    def evidence(self) -> dict[str, Any]:
        return {
            each.name: {
                "label": each.label,
                "saw": each.saw,
                "likelihood": self._number(f"evidence.{each.name}.likelihood", "odds"),
                **({"date": Plain(each.date)} if each.date else {}),
                **_quoted(each),
            }
            for each in (self.drafted.evidence.evidence if self.drafted.evidence else ())
        }

    def questions(self) -> dict[str, Any]:
        return {
            each.name: {
                "label": each.label,
                "will": each.will,
                "by": Plain(each.by),
                **_quoted(each, why=False),
                "why": f"The article: {each.hedge}.",
            }
            for each in (self.drafted.claims.claims if self.drafted.claims else ())
        }

    def _then(self, path: str, rule: DraftedRule) -> Any:
        if rule.certain:
            return rule.states[0]
        return {state: self._number(f"{path}.{state}", "chance") for state in rule.states}

    def _number(self, path: str, kind: Kind) -> Any:
        number = self.numbers.get(path)
        if number is None:
            return Plain(_STAND_INS[kind] if self.stand_ins else GAP)
        mark = {"drafted": Plain("yes")}
        return {"is": Plain(_range(number, kind)), "why": number.why, **mark}


def _quoted(part: Quoted, *, why: bool = True) -> dict[str, Any]:
    """Return the citation and the quote of a part whose quote was found, and its reason."""
    reason = {"why": part.why} if why and part.why.strip() else {}
    if not part.quote:
        return reason
    return {**reason, "cite": f"{SOURCE}#{part.paragraph}", "quote": part.quote}


def _range(number: DraftedNumber, kind: Kind) -> str:
    """Write a number as the language writes it, within what its kind allows."""
    most = _LARGEST[kind]
    least = {"points": -most, "cost": 0.0, "chance": 0.1, "odds": 0.001}[kind]
    low, high = (round(min(max(end, least), most), 3) for end in sorted((number.low, number.high)))
    ends = "..".join(format_number(end) for end in dict.fromkeys((low, high)))
    return ends + {"points": "", "cost": "", "chance": "%", "odds": ":1"}[kind]


def step_of(path: str, numbers: bool) -> str:
    """Return the step that answers for a fault at a dotted path of the scenario.

    Args:
        path: the path.
        numbers: whether numbers have been asked for, so that a fault of one is theirs.
    """
    if numbers and re.search(r"\.(costs|worth|likelihood|then)\b", path):
        return "numbers"
    section = re.split(r"[.\[]", path, maxsplit=1)[0]
    known = ("actors", "moves", "factors", "interests", "evidence")
    return {"questions": "claims"}.get(section, section if section in known else "moves")
