import threading

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.io.examples import FOLDER
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.workers import texts
from middlegame.workbench.workers.worker import WorkerContext

HOME = FOLDER / "harbour-lease"
TEXT = (HOME / "scenario.yaml").read_text()
WORTH = "interests.tenant[0].worth"


@pytest.fixture
def bench():
    return WorkerContext(lambda _: None, threading.Event())


def line_of(part):
    return next(n for n, line in enumerate(TEXT.splitlines(), start=1) if part in line)


def test_faults_are_told_with_their_lines(bench):
    assert not [f for f in texts.check_text(bench, TEXT, str(HOME)) if f.severity == "error"]
    line = line_of("by: rival")
    found = texts.check_text(bench, TEXT.replace("by: rival", "by: rivel"), str(HOME))
    (fault,) = [f for f in found if f.severity == "error"]
    assert fault.line == line
    assert "did you mean 'rival'" in fault.message


def test_the_paragraph_that_a_line_cites_is_shown(bench):
    source = (HOME / "briefing.txt").read_text().split("\n\n")
    number = line_of("cite: brief#")
    cite = TEXT.splitlines()[number - 1].split("brief#")[1][0]
    (found, *_) = texts.cited_passages(bench, TEXT, str(HOME), number)
    assert found.citation == f"brief#{cite}"
    assert found.text == " ".join(source[int(cite) - 1].split())


def test_nothing_outside_the_folder_is_read(bench, tmp_path):
    (tmp_path / "secret.txt").write_text("a secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    text = TEXT.replace("file: briefing.txt", "file: ../secret.txt")
    found = texts.check_text(bench, text, str(inside))
    assert any("outside" in fault.message for fault in found)
    line = line_of("cite: brief#")
    assert not any(p.text for p in texts.cited_passages(bench, text, str(inside), line))
    assert not any(p.text for p in texts.cited_passages(bench, TEXT, "", line))


@pytest.mark.parametrize("keep", [True, False])
def test_changed_numbers_are_written_into_the_text(bench, keep):
    new = texts.write_numbers(bench, TEXT, {WORTH: 71.5}, keep)
    judged = read_text(new).scenario.interests["tenant"][0].worth
    assert judged.median == pytest.approx(71.5)
    assert judged.exact is not keep
    changed = [(a, b) for a, b in zip(TEXT.splitlines(), new.splitlines(), strict=True) if a != b]
    assert len(changed) == 1


def test_a_number_that_is_not_there_is_told(bench):
    with pytest.raises(MiddlegameError, match="no number"):
        texts.write_numbers(bench, TEXT, {"interests.tenant[99].worth": 1.0}, True)
