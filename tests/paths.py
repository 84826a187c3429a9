"""Where the project, the tests' data and Gambit's reference equilibria lie."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
REFERENCE = DATA / "reference"
