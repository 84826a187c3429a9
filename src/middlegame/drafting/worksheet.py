"""Write a worksheet: a starter scenario of an article's candidates, without judgements."""

import datetime as dt
import re
import textwrap
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.base.files import write_text
from middlegame.drafting.article import Article
from middlegame.drafting.candidates import (
    ActorCandidate,
    Candidates,
    SentenceCandidate,
    find_candidates,
)
from middlegame.scenario.conditions import RESERVED
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import scalar

SOURCE = "article"
"""The name of the article among the scenario's sources."""
ARTICLE_FILE = "article.txt"
"""The file beside the scenario that holds the article's paragraphs."""
_WIDTH = 96
_MIN_MENTIONS = 2
_MAX_PARAGRAPHS = 6
_HEADINGS = {
    "moves": ("what actors can do, in order of play", "choosing, giving, threatening, supplying"),
    "factors": ("what nobody decides alone", "conditions and consequences"),
    "interests": ("what actors want and fear, in points", "aims, stakes, gains and losses"),
    "evidence": ("what was seen or reported", "dated events and reports"),
    "questions": ("what time will settle", "how likely the article holds it; no number follows"),
}


@dataclass(frozen=True)
class Worksheet:
    """A worksheet of an article.

    Attributes:
        text: the scenario's text, in YAML, with gaps.
        article: the article.
        candidates: what was found in it.
    """

    text: str
    article: Article
    candidates: Candidates

    @property
    def gaps(self) -> int:
        """How many gaps are left to the analyst."""
        lines = (line.partition(" #")[0] for line in self.text.splitlines())
        return sum(line.count(GAP) for line in lines if not line.lstrip().startswith("#"))

    def to_dict(self) -> dict[str, Any]:
        """Return the candidates as one JSON object."""
        return {
            "title": self.article.title,
            "paragraphs": len(self.article.paragraphs),
            "gaps": self.gaps,
            "actors": [asdict(each) for each in self.candidates.actors],
            "sentences": [asdict(each) for each in self.candidates.sentences],
            "other_names": self.candidates.other_names,
        }


def make_worksheet(article: Article, today: dt.date) -> Worksheet:
    """Make a worksheet of an article by rules, without a language model.

    Args:
        article: the article.
        today: the date that the scenario is true on until the analyst changes it.

    Raises:
        MiddlegameError: a library is not installed.
    """
    found = find_candidates(article)
    names = actor_names([each.name for each in found.actors])
    playing = [each for each in found.actors if each.count >= _MIN_MENTIONS] or [*found.actors[:2]]
    parts = [
        _head(article, today),
        _actors(found, playing, names),
        *(_section(section, found, playing, names) for section in _HEADINGS),
    ]
    return Worksheet("\n".join(parts), article, found)


def write_draft(folder: Path, text: str, article: Article) -> Path:
    """Write a scenario and the article that it cites into a folder; return the scenario's path.

    Raises:
        MiddlegameError: the folder holds a scenario already, or its name belongs to a file.
    """
    path = folder / "scenario.yaml"
    if path.exists() or (folder.exists() and not folder.is_dir()):
        raise MiddlegameError(f"{path if path.exists() else folder} exists already")
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / ARTICLE_FILE, article.text())
    write_text(path, text)
    return path


def actor_names(labels: list[str]) -> dict[str, str]:
    """Return a distinct name for each label: `venezuelan_army` for `the Venezuelan army`."""
    found: dict[str, str] = {}
    for label in labels:
        plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
        words = re.findall(r"[a-z0-9]+", plain.lower().removeprefix("the "))
        name = "_".join(words) or "actor"
        name = f"a_{name}" if name[0].isdigit() or name in RESERVED else name
        taken = set(found.values())
        numbered = (f"{name}_{k}" for k in range(2, len(labels) + 2))
        found[label] = next(n for n in (name, *numbered) if n not in taken)
    return found


def _head(article: Article, today: dt.date) -> str:
    return f"""\
# A worksheet of an article, made by rules: no judgement in it is anybody's yet.
#
# - Fill every {GAP} with your own judgement. `middlegame check .` lists those that are left.
# - Take over what you need from the candidates, which stand in comments, and delete the rest.
#   [5] is paragraph 5 of {ARTICLE_FILE}; cite it as {SOURCE}#5.
# - Numbers are yours: a range such as 20..40 says that you are 90% sure it holds the number.

title: {scalar(article.title)}
# question: in words, what the contest is about
as_of: {today}

sources:
  {SOURCE}: {{title: {scalar(article.title)}, file: {ARTICLE_FILE}}}
"""


def _actors(found: Candidates, playing: list[ActorCandidate], names: dict[str, str]) -> str:
    lines = [*_heading("who wants something", "those that the article names, most often first")]
    lines += ["", "actors:"]
    if not playing:
        lines.append(f"  {GAP}: {GAP}")
    for each in found.actors:
        cites = ", ".join(f"{SOURCE}#{n}" for n in each.paragraphs[:_MAX_PARAGRAPHS])
        called = scalar(each.name[:1].upper() + each.name[1:])
        entry = f"{names[each.name]}: {{name: {called}, cite: [{cites}]}}"
        words = ", ".join(f"{text} {count}" for text, count in each.mentions.items())
        lines.append(f"  {entry}" if each in playing else f"  # {entry}")
        lines += _comment(f"{words}", "    # ")
    if found.other_names:
        others = ", ".join(f"{text} {count}" for text, count in found.other_names.items())
        lines += _comment(f"Other names: {others}", "  # ")
    return "\n".join(lines) + "\n"


def _section(
    section: str, found: Candidates, playing: list[ActorCandidate], names: dict[str, str]
) -> str:
    lines = list(_heading(*_HEADINGS[section]))
    for each in found.in_section(section):
        lines += _candidate(each, names)
    lines += ["", *_gaps(section, [names[each.name] for each in playing])]
    return "\n".join(lines) + "\n"


def _heading(what: str, candidates: str) -> list[str]:
    return [f"# {'-' * max(4, _WIDTH - len(what) - 3)} {what}", "#", f"# Candidates: {candidates}."]


def _candidate(each: SentenceCandidate, names: dict[str, str]) -> list[str]:
    actors = f"; {', '.join(names[actor] for actor in each.actors)}" if each.actors else ""
    cues = ", ".join(each.cues)
    return ["#", f"# [{each.paragraph}] {cues}{actors}", *_comment(f'"{each.text}"', "#     ")]


def _comment(text: str, margin: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def _gaps(section: str, actors: list[str]) -> list[str]:
    """Return the entries of a section that the analyst completes."""
    if section == "moves":
        return [
            "moves:",
            f"  {GAP}:                     # a name, such as offer",
            f"    by: {GAP}                # an actor's name",
            f"    options: [{GAP}, {GAP}]     # at least two: names, or names with if, costs, why",
        ]
    if section == "factors":
        return [
            "factors:",
            f"  {GAP}:                     # a name, such as trade",
            f"    states: [{GAP}, {GAP}]",
            "    rules:                 # the first that fits applies",
            f"      - {{if: {GAP}, then: {{{GAP}: {GAP}}}, cite: {SOURCE}}}",
            f"      - {{then: {{{GAP}: {GAP}}}}}",
        ]
    if section == "interests":
        entry = f"[{{when: {GAP}, worth: {GAP}}}]"
        return ["interests:", *(f"  {actor}: {entry}" for actor in actors or [GAP])]
    if section == "evidence":
        return [
            "# evidence:",
            "#   name: {saw: factor = state, likelihood: 2..4:1, date: 2026-01-05}",
        ]
    return ["questions:", f"  {GAP}: {{will: {GAP}, by: {GAP}}}   # a condition, a date"]
