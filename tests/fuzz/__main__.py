"""Run the fuzzer by hand: `python -m tests.fuzz -n 100000`; show a mutant: `--show 17`."""

import argparse
import sys

from tests.fuzz.campaign import Findings, mutant, run


def main() -> None:
    """Run as many mutants as asked for; exit with 1 if one raised what it should not."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("-n", type=int, default=10_000, help="how many mutants")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, help="print this mutant instead")
    parser.add_argument("--every", type=int, default=1000, help="mutants between reports")
    options = parser.parse_args()
    if options.show is not None:
        name, _, made = mutant(options.seed, options.show)
        raw = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
        print(name, flush=True)
        sys.stdout.buffer.write(raw)
        return

    shown: set[int] = set()

    def progress(number: int, findings: Findings) -> None:
        for new in findings.exceptions.keys() - shown:
            shown.add(new)
            print(f"number {new}: {findings.exceptions[new]}", flush=True)
        if (number + 1) % options.every == 0:
            print(f"--- up to {number + 1:,}", *findings.lines(), sep="\n", flush=True)

    numbers = range(options.start, options.start + options.n)
    findings = run(numbers, seed=options.seed, progress=progress)
    print("--- all", *findings.lines(), sep="\n")
    sys.exit(1 if findings.exceptions else 0)


if __name__ == "__main__":
    main()
