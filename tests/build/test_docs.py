"""The documentation builds, and its API page follows what the package exports."""

import subprocess
import sys

import middlegame as mg
from tests.paths import ROOT


def test_documentation_builds_strictly_and_shows_every_public_name(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    built = subprocess.run(
        [*command, "--site-dir", str(tmp_path)], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert built.returncode == 0, built.stdout + built.stderr
    page = (tmp_path / "api" / "index.html").read_text("utf-8")
    assert [
        name for name in mg.__all__ if name[0] != "_" and f'id="middlegame.{name}"' not in page
    ] == []
