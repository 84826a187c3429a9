"""Install a built wheel where nothing else is, and use it: `make build` runs this.

    python -m tests.build.try_wheel UV WHEEL

Each of these environments is new and lies in a temporary folder:

- the wheel with the newest libraries, without extras: what `pip install middlegame` brings;
- the wheel with the lowest versions that `pyproject.toml` declares, without extras and with all.

It needs the package registry, so it is no test of the suite. It ends with an error where an
installation, a command or an import fails.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = sorted(PROJECT["optional-dependencies"].keys() - {"all", "dev"})
"""What `middlegame[all]` consists of."""
OPTIONAL = {
    "SALib",
    "anyio",
    "countryinfo",
    "dask",
    "distributed",
    "ema_workbench",
    "fastapi",
    "mcp",
    "nicegui",
    "numpyro",
    "pdfminer",
    "psycopg",
    "pydantic_ai",
    "pypandoc",
    "sklearn",
    "spacy",
    "statsmodels",
    "trafilatura",
    "typst",
}
"""The packages that come with extras; every module imports without all others."""

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys, middlegame
for name in middlegame.__all__:
    getattr(middlegame, name)
missing = set()
for module in pkgutil.walk_packages(middlegame.__path__, "middlegame."):
    if module.name.rpartition(".")[2] in ("__main__", "env"):
        continue  # what runs when imported: the command line, and a migration
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        missing.add(error.name.partition(".")[0])
print(*sorted(missing))
"""


class Installation:
    """An environment with the wheel in it, and nothing of this folder.

    Attributes:
        folder: where the environment lies; commands run there.
    """

    def __init__(self, uv: str, folder: Path) -> None:
        self.uv, self.folder = uv, folder
        self.scripts = folder / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)

    def install(self, *arguments: str | Path) -> None:
        """Install from wheels only."""
        command = [self.uv, "pip", "install", "--quiet", "--python", self.scripts / "python"]
        subprocess.run([*command, "--only-binary", ":all:", *arguments], check=True)

    def run(self, program: str, *arguments: str) -> str:
        """Return what a program of the environment prints.

        Raises:
            subprocess.CalledProcessError: if it fails.
        """
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.scripts / program, *arguments],
            cwd=self.folder,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ).stdout

    def missing(self) -> set[str]:
        """Import the public names and every module; return the libraries that were missing."""
        return set(self.run("python", "-c", IMPORT_EVERYTHING).split())

    def use(self) -> None:
        """List the contests and forecast one as a user does."""
        subprocess.run([self.uv, "pip", "check", "--quiet", "--python", self.folder], check=True)
        assert "harbour-lease" in self.run("middlegame", "list")
        answer = json.loads(self.run("middlegame", "solve", "harbour-lease", "--json"))
        assert 0.2 < answer["questions"]["lease-2026"] < 0.3, answer["questions"]
        self.run("mg", "sweep", "harbour-lease", "-n", "64")
        for _ in range(2):  # compiled, and then found in the cache
            self.run("mg", "sweep", "venezuela-2026", "-n", "10000")
        self.run("mg", "dominoes", "harbour-lease", "--report", "dominoes.html")
        assert "</html>" in (self.folder / "dominoes.html").read_text("utf-8")


def try_newest(uv: str, wheel: Path, folder: Path) -> None:
    """Use the wheel as `pip install middlegame` brings it: newest libraries, no extras."""
    newest = Installation(uv, folder)
    newest.install(wheel)
    newest.use()
    assert newest.missing() <= OPTIONAL, newest.missing() - OPTIONAL
    print("newest libraries, no extras: works")


def try_lowest(uv: str, wheel: Path, folder: Path, extras: list[str]) -> None:
    """Use the wheel with some extras and the lowest versions that are declared."""
    lowest = Installation(uv, folder)
    # Lowest are only direct requirements: the project's file has them, a wheel's are indirect.
    words = [word for extra in extras for word in ("--extra", extra)]
    lowest.install("--resolution", "lowest-direct", "-r", ROOT / "pyproject.toml", *words)
    lowest.install("--no-deps", wheel)
    lowest.use()
    if extras:
        lowest.run("mg", "drivers", "harbour-lease")
    missing = lowest.missing() - (set() if extras else OPTIONAL)
    assert not missing, missing
    print(f"lowest libraries, {'all' if extras else 'no'} extras: works")


def main(uv: str, wheel: str) -> None:
    """Try the wheel in both environments."""
    path = Path(wheel).resolve()
    assert PROJECT["optional-dependencies"]["all"] == [f"middlegame[{','.join(EXTRAS)}]"]
    with tempfile.TemporaryDirectory() as folder:
        try_newest(uv, path, Path(folder) / "newest")
        # Extras may bring later versions of what is needed without them.
        try_lowest(uv, path, Path(folder) / "lowest", [])
        try_lowest(uv, path, Path(folder) / "all", EXTRAS)


if __name__ == "__main__":
    main(*sys.argv[1:])
