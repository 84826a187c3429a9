"""How the questions of a historical contest turned out: `outcomes.yaml` beside its scenario.

Outcomes stand apart from the scenario, so that nothing in the scenario can refer to them.
"""

import datetime as dt
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from middlegame.base.spelling import nearest
from middlegame.io.examples import FOLDER
from middlegame.scenario import Scenario
from middlegame.scenario.faults import Fault, ScenarioError
from middlegame.scenario.model.fields import Date
from middlegame.scenario.syntax import describe, quote
from middlegame.scenario.yaml.tree import ParsedYaml, parse_yaml

FILE_NAME = "outcomes.yaml"
_KEYS = ("happened", "value", "on", "source", "note")
_FLAGS = {"yes": True, "no": False, True: True, False: False}
_DATE: TypeAdapter[dt.date] = TypeAdapter(Date)


@dataclass(frozen=True)
class KnownOutcome:
    """How one question turned out.

    Attributes:
        question: the question's name.
        happened: whether the answer is yes; None where a value is asked.
        on: the day on which the answer was settled.
        source: where it is documented.
        note: what else to know; empty if nothing.
        value: the value that came about; None where the answer is yes or no.
    """

    question: str
    happened: bool | None
    on: dt.date
    source: str
    note: str = ""
    value: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as a JSON object."""
        return {
            "question": self.question,
            "happened": self.happened,
            "value": self.value,
            "on": self.on.isoformat(),
            "source": self.source,
            "note": self.note,
        }


def read_outcomes(path: Path, scenario: Scenario) -> tuple[KnownOutcome, ...]:
    """Read how a scenario's questions turned out.

    Args:
        path: the file with the outcomes.
        scenario: the scenario whose questions they answer.

    Returns:
        The outcomes in the order of the file.

    Raises:
        ScenarioError: the file has faults; all of them are listed.
        OSError: the file cannot be read.
    """
    parsed = parse_yaml(path.read_text(encoding="utf-8-sig"))
    reader = _Reader(parsed, scenario)
    outcomes = reader.read()
    if reader.faults:
        located = [_located(fault, parsed, path) for fault in reader.faults]
        raise ScenarioError(sorted(located, key=lambda fault: (fault.line, fault.column)))
    return outcomes


def find_historical(text: str) -> str | None:
    """Return the name of the historical contest that a scenario's text is; None if it is none."""
    written = text.encode("utf-8", "surrogatepass")
    for outcomes in sorted(FOLDER.glob(f"*/{FILE_NAME}")):
        if outcomes.with_name("scenario.yaml").read_bytes() == written:
            return outcomes.parent.name
    return None


def _located(fault: Fault, parsed: ParsedYaml, path: Path) -> Fault:
    line, column = (fault.line, fault.column) if fault.line else parsed.places.locate(fault.path, 0)
    return replace(fault, file=str(path), line=line, column=column)


class _Reader:
    """Reads the outcomes and collects faults."""

    def __init__(self, parsed: ParsedYaml, scenario: Scenario) -> None:
        self.parsed = parsed
        self.scenario = scenario
        self.faults = list(parsed.faults)

    def read(self) -> tuple[KnownOutcome, ...]:
        data = self.parsed.data
        entries = data.get("outcomes") if isinstance(data, dict) else None
        if not isinstance(entries, dict) or len(data) > 1:
            expected = "one key, outcomes: with an entry for each question"
            self.faults.append(
                Fault("the file holds no outcomes alone", expected, line=1, column=1)
            )
            return ()
        read = [self._outcome(str(name), entry) for name, entry in entries.items()]
        for name in self.scenario.questions:
            if name not in entries:
                self.faults.append(Fault(f"the outcome of '{name}' is missing", path=("outcomes",)))
        return tuple(outcome for outcome in read if outcome is not None)

    def _outcome(self, name: str, entry: object) -> KnownOutcome | None:
        path = ("outcomes", name)
        known = self.scenario.questions
        if name not in known:
            self.faults.append(
                Fault(f"unknown question '{name}'", suggestion=nearest(name, known), path=path)
            )
        if not isinstance(entry, dict):
            expected = "a mapping with happened or value, on and source"
            self.faults.append(Fault(f"'{name}' is {describe(entry)}", expected, path=path))
            return None
        for key in entry:
            if key not in _KEYS:
                near = nearest(str(key), _KEYS)
                self.faults.append(
                    Fault(f"unknown key '{key}'", ", ".join(_KEYS), near, path=(*path, key))
                )
        asks_value = name in self.scenario.value_questions
        answer, other = ("value", "happened") if asks_value else ("happened", "value")
        if other in entry:
            kind = "a value" if asks_value else "yes or no"
            message = f"'{name}' asks for {kind}, not for '{other}'"
            self.faults.append(Fault(message, f"the key '{answer}'", path=(*path, other)))
        missing = [key for key in (answer, "on", "source") if entry.get(key, "") == ""]
        self.faults += [Fault(f"the key '{key}' is missing", path=path) for key in missing]
        if missing:
            return None
        happened = None if asks_value else self._flag(entry, path)
        value = self._value(entry, path) if asks_value else None
        on = self._date(entry, path)
        if on is None or (happened is None and value is None):
            return None
        source, note = str(entry["source"]), str(entry.get("note", ""))
        return KnownOutcome(name, happened, on, source, note, value)

    def _flag(self, entry: dict[str, Any], path: tuple[str, str]) -> bool | None:
        happened = _FLAGS.get(entry["happened"])
        if happened is None:
            message = f"{quote(entry['happened'])} is neither yes nor no"
            self.faults.append(Fault(message, "yes or no", path=(*path, "happened")))
        return happened

    def _value(self, entry: dict[str, Any], path: tuple[str, str]) -> float | None:
        value = entry["value"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            message = f"{quote(value)} is not a number"
            self.faults.append(Fault(message, "a number such as 18", path=(*path, "value")))
            return None
        return float(value)

    def _date(self, entry: dict[str, Any], path: tuple[str, str]) -> dt.date | None:
        try:
            return _DATE.validate_python(entry["on"])
        except ValidationError as error:
            context = error.errors(include_url=False)[0].get("ctx", {})
            problem = context.get("problem", f"{quote(entry['on'])} is not a date")
            expected = context.get("expected", "year-month-day, such as 1962-10-28")
            self.faults.append(Fault(problem, expected, path=(*path, "on")))
            return None
