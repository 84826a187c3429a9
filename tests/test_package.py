import subprocess
import sys

import middlegame as mg


def test_everything_exported_is_there():
    assert sorted(mg.__all__) == list(mg.__all__)
    for name in mg.__all__:
        assert getattr(mg, name) is not None
    assert dir(mg) == mg.__all__


def test_importing_does_not_import_jax():
    for what in (
        "import middlegame",
        "import middlegame.cli.main",
        "import middlegame; middlegame.load",
        "import middlegame.report.terminal.equilibrium",
        "import middlegame.equilibrium.check",
    ):
        code = f"{what}\nimport sys; sys.exit('jax' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0, what


def test_solving_once_does_not_import_jax():
    code = (
        "import middlegame as mg; mg.solve(mg.load('harbour-lease')).storylines(1)\n"
        "import sys; sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_function_is_not_hidden_by_a_module():
    code = "import middlegame.equilibrium.equilibrium, middlegame as mg; mg.solve.__call__"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
