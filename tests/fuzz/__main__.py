"""Run the fuzzer by hand: `python -m tests.fuzz -n 100000`; show a mutant: `--show 17`.

Each batch has a process of its own, so that the memory measured is not that of all mutants.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.fuzz.campaign import Findings, mutant, run


def main() -> None:
    """Run as many mutants as asked for; exit with 1 if one raised what it should not."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("-n", type=int, default=10_000, help="how many mutants")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, help="print this mutant instead")
    parser.add_argument("--batch", type=int, default=1000, help="mutants in one process")
    options = parser.parse_args()
    if options.show is not None:
        name, _, made = mutant(options.seed, options.show)
        raw = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
        print(name, flush=True)
        sys.stdout.buffer.write(raw)
        return

    end, total = options.start + options.n, Findings()
    for first in range(options.start, end, options.batch):
        numbers = range(first, min(first + options.batch, end))
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            findings = fresh.submit(run, numbers, options.seed).result()
        for number, traceback in findings.exceptions.items():
            print(f"number {number}: {traceback}")
        total.add(findings)
        print(f"--- up to {numbers.stop:,}", *total.lines(), sep="\n", flush=True)
    sys.exit(1 if total.exceptions else 0)


if __name__ == "__main__":
    main()
