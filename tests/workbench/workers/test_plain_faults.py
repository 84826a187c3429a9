"""Faults in the words of the forms of the tab Build."""

import pytest

from middlegame.scenario import read_text
from middlegame.workbench.workers.plain_faults import plain_message, plain_sentence


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("unknown option 'figth'; did you mean 'fight'?", None),
        ("the key 'by' is missing", "This is missing."),
        ("'options' has too few entries; expected at least 2", "At least 2 options are needed."),
        ("'terms' has too few entries; expected at least 1", "At least one promise is needed."),
        (
            "'kestrel' has no interests, so it chooses at random; "
            "expected interests: {kestrel: [...]}",
            "'kestrel' has no interests, so it chooses at random; "
            "expected interests, added under Interests.",
        ),
        (
            "'reply' is not on a scale, so it has no value; "
            "expected scale: {from: 0, to: 100, step: 10}, at 'reply'",
            "'reply' is not on a scale, so it has no value; expected a scale for 'reply'.",
        ),
    ],
)
def test_message_is_a_sentence_in_the_words_of_forms(message: str, sentence: str | None) -> None:
    expected = sentence or message[:1].upper() + message[1:]
    assert plain_sentence(message, ("moves", "x")) == expected


def test_faults_of_a_contest_just_begun_have_no_yaml_in_them() -> None:
    text = """title: Strait
actors: {kestrel: Kestrel, mora: Mora, idle: Idle}
resources: {kestrel: {ships: 3}}
moves:
  block: {by: kestrel, options: [go, stay]}
  answer: {by: mora, options: {fight: {if: block = go, spends: {cash: 2}}, yield: {}}}
  third: {by: mora, options: []}
factors:
  war: {states: []}
  trade: {states: [open, shut]}
  price: {scale: {from: 3, to: 3, step: 1}}
  toll: {states: [high, low], rules: [{if: block = go}, {then: {high: 50%}}]}
interests:
  mora: [{worth: 20}, {worth: block * 3}]
questions:
  q: {label: Asked}
"""
    faults = read_text(text).faults
    assert len(faults) > 5
    for fault in faults:
        said = f"{fault.message}; expected {fault.expected}" if fault.expected else fault.message
        plain = plain_message(said, fault.path)
        assert not set("{}[]") & set(plain), plain
        assert "entries" not in plain, plain
