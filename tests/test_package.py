"""What the package exports, and how little it imports for what it is asked."""

import json
import subprocess
import sys

import pytest

import middlegame as mg

SLOW = ("jax", "scipy.linalg", "pyarrow", "pandas")
STEPS = {
    "import middlegame": ("middlegame.report", "numpy", *SLOW),
    "import middlegame.cli.main": ("numpy", *SLOW),
    "middlegame.load": SLOW,
    "import middlegame.equilibrium.check": SLOW,
    "import middlegame.report.terminal.check": ("middlegame.sweeps", *SLOW),
    "import middlegame.report.terminal.equilibrium": ("altair", "pygraphviz", "jinja2", *SLOW),
    "from middlegame.sweeps.sobol import sobol_points; sobol_points(3, 0, 0, 8)": SLOW,
    # A module of the name would hide the function.
    "import middlegame.equilibrium.equilibrium; middlegame.solve.__call__": SLOW,
    "found = middlegame.solve(middlegame.load('harbour-lease')); found.forecasts": SLOW,
    "found.storylines(1)": SLOW,
}
"""What a process does one after another, and what it must not have imported by then."""


def test_everything_exported_is_there():
    assert sorted(mg.__all__) == list(mg.__all__)
    for name in mg.__all__:
        assert getattr(mg, name) is not None
    assert dir(mg) == mg.__all__


@pytest.fixture(scope="module")
def imported():
    """The modules that a new process has imported after each step."""
    lines = [f"{step}\nprint(json.dumps(sorted(sys.modules)))" for step in STEPS]
    code = "\n".join(["import json, sys", *lines])
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(STEPS, map(json.loads, ended.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("step", STEPS)
def test_what_is_slow_to_import_is_imported_only_for_what_needs_it(imported, step):
    assert set(STEPS[step]).isdisjoint(imported[step])
