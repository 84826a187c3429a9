"""The number of processor cores that this process may use, on every system."""

import os


def available_cores() -> int:
    """Return the number of cores that this process may run on, at least 1.

    A container or a job scheduler may allow fewer than the machine has. Only some systems say so;
    elsewhere this is the number of the machine's cores.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
