"""Questions and scenarios by the names that people type."""

from collections.abc import Sequence

from middlegame.base.spelling import nearest
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import Question


def find_question(name: str, questions: Sequence[Question]) -> Question:
    """Find a question by its name, or by SCENARIO/QUESTION.

    Raises:
        LedgerError: there is none, or more than one.
    """
    found = [q for q in questions if q.key == name] or [q for q in questions if q.name == name]
    if len(found) > 1:
        keys = " or ".join(question.key for question in found)
        raise LedgerError(f"more than one scenario asks '{name}': say {keys}")
    if not found:
        known = [q.key for q in questions] if "/" in name else [q.name for q in questions]
        raise _no_such("question", name, list(dict.fromkeys(known)))
    return found[0]


def check_scenario(name: str, questions: Sequence[Question]) -> None:
    """Refuse a scenario that asks none of the questions.

    Raises:
        LedgerError: there is no such scenario.
    """
    names = dict.fromkeys(question.scenario for question in questions)
    if name not in names:
        raise _no_such("scenario", name, list(names))


def _no_such(kind: str, name: str, known: Sequence[str]) -> LedgerError:
    if not known:
        return LedgerError(f"there is no {kind} '{name}': the ledger is empty")
    near = nearest(name, known)
    hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(known)}"
    return LedgerError(f"the ledger has no {kind} '{name}'; {hint}")
