"""Checks that need the compiled diagram."""

import pytest

from middlegame.equilibrium.check import check
from tests.paths import DATA


@pytest.mark.parametrize(
    ("will", "answer"), [("answer = refuse or demand = demand", "yes"), ("rain = wet", "")]
)
def test_check_warns_of_questions_whose_answer_is_certain(tmp_path, will, answer):
    text = (DATA / "cases" / "constant-question.yaml").read_text("utf-8")
    file = tmp_path / "constant.yaml"
    file.write_text(text.replace("will: rain = wet", f"will: {will}"), "utf-8")
    warned = [fault.message for fault in check(file).faults if fault.path[:1] == ("questions",)]
    expected = ["the answer to 'never' is no whatever happens"]
    expected += [f"the answer to 'rain-q' is {answer} whatever happens"] if answer else []
    assert warned == expected
