"""A run of the fuzzer: mutants by number, so that each can be made again, and what came of them."""

import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from middlegame.base.errors import MiddlegameError
from tests.fuzz.targets import TARGETS, Target


@dataclass
class Findings:
    """What a run found.

    Attributes:
        answered: how many mutants were accepted, by format.
        refused: how many were refused with a message, by format.
        exceptions: for each mutant that raised anything else its number and the traceback.
        slowest: processor time in seconds, format and number of the slowest mutant.
        peak: the most memory that a process held, in bytes; 0 where that is unknown.
    """

    answered: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    exceptions: dict[int, str] = field(default_factory=dict)
    slowest: tuple[float, str, int] = (0.0, "", 0)
    peak: int = 0

    def add(self, other: "Findings") -> None:
        """Add the findings of another run."""
        self.answered += other.answered
        self.refused += other.refused
        self.exceptions |= other.exceptions
        self.slowest = max(self.slowest, other.slowest)
        self.peak = max(self.peak, other.peak)

    def lines(self) -> Iterable[str]:
        """Yield a line for each format, and the extremes."""
        for name in TARGETS:
            total = self.answered[name] + self.refused[name]
            share = self.answered[name] / total if total else 0.0
            yield f"{name:10} {total:7,} mutants, {share:4.0%} accepted"
        seconds, name, number = self.slowest
        yield f"exceptions: {len(self.exceptions)}"
        yield f"slowest: {seconds:.1f} s of processor time ({name}, number {number})"
        if self.peak:
            yield f"peak memory: {self.peak / 2**20:,.0f} MiB"


def peak_memory() -> int:
    """Return the most memory that this process has held, in bytes; 0 where that is unknown."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def mutant(seed: int, number: int) -> tuple[str, Target, str | bytes]:
    """Make a mutant again: its format's name, the format, and the mutant itself."""
    choose = random.Random(f"{seed}/{number}")
    name = choose.choices(list(TARGETS), [target.weight for target in TARGETS.values()])[0]
    return name, TARGETS[name], TARGETS[name].mutate(choose)


def run(numbers: Iterable[int], seed: int = 0) -> Findings:
    """Use mutants one after the other.

    Args:
        numbers: which mutants.
        seed: of all of them.
    """
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            _use(seed, number, Path(folder) / "mutant.csv", findings)
    findings.peak = peak_memory()
    return findings


def _use(seed: int, number: int, file: Path, findings: Findings) -> None:
    name, target, made = mutant(seed, number)
    start = time.process_time()
    try:
        target.use(made, file)
        findings.answered[name] += 1
    except MiddlegameError:
        findings.refused[name] += 1
    except Exception:  # any other exception is a finding, and reported
        findings.exceptions[number] = f"{name}\n{traceback.format_exc()}"
    findings.slowest = max(findings.slowest, (time.process_time() - start, name, number))
