"""A short run of the fuzzer; a long one is `python -m tests.fuzz -n 100000` (docs/security.md)."""

from tests.fuzz.campaign import mutant, run
from tests.fuzz.targets import TARGETS


def test_mutants_of_every_format_are_accepted_or_refused_with_a_message():
    findings = run(range(80), seed=1)
    assert findings.exceptions == {}
    assert {*findings.answered, *findings.refused} == {*TARGETS}
    assert findings.answered["scenario"] > findings.refused["scenario"]


def test_mutants_can_be_made_again_by_their_number():
    first, second = mutant(0, 17), mutant(0, 17)
    assert first[2] == second[2]
