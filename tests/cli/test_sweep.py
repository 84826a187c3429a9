"""`middlegame sweep` as an analyst uses it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from middlegame.sweeps.plan import SweepPlan


@pytest.fixture
def run(run):
    return lambda *arguments: run("sweep", *arguments)


def test_sweep_prints_answer_before_method_and_writes_worlds_and_report(run, tmp_path):
    report, out = tmp_path / "report.html", tmp_path / "worlds.parquet"
    code, text, _ = run(
        "harbour-lease", "-n", "256", "--out", str(out), "--report", str(report), "--brief"
    )
    assert code == 0
    lines = text.splitlines()
    assert lines[3].startswith("  The tenant loses the berth: 25%; 90% of worlds between")
    assert "   25%  9..44%   .-==|=--........  The tenant loses the berth" in lines
    assert text.index("MOVES") < text.index("scrambled")
    assert pq.read_metadata(out).num_rows == 256
    page = report.read_text()
    places = [page.index(f'id="{name}"') for name in ("ranges", "middle", "questions")]
    assert places == sorted(places)
    assert "90% of worlds" in page[: places[0]]
    assert "Forecast and uncertainty" in page
    assert 'aria-label="Questions: The tenant loses the berth 25%; 90% of worlds' in page
    assert "var(--paper)" in page


def test_sweep_with_json_option_prints_case_and_forecast(run):
    code, text, _ = run("harbour-lease", "-n", "64", "--json", "--suppose", "bid=offer",
                        "--given", "depot = closes, 4:1", "--ask", "renew = switch",
                        "--method", "latin", "--seed", "2")  # fmt: skip
    found = json.loads(text)
    assert code == 0
    assert (found["status"], found["worlds"], found["seed"]) == ("done", 64, 2)
    assert found["supposed"] == {"bid": "offer"}
    assert found["questions"]["renew = switch"]["mean"] == pytest.approx(
        found["forecast"]["renew"]["switch"]["mean"]
    )


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["-n", "0"], 2, "0 worlds; expected at least 1, or auto"),
        (["-n", "many"], 2, "invalid number of worlds: 'many'"),
        (["-n", "2.5"], 2, "invalid number of worlds: '2.5'"),
        (["-n", "1e9"], 1, "worlds have room"),
        (["-n", "1e10"], 1, "10,000,000,000 worlds; expected from 1 to"),
        (["-n", "5", "--resume"], 2, "--resume goes with the --out"),
        (["-n", "5", "--workers", "2", "--cluster", "tcp://a:1"], 2, "give one"),
        (["-n", "5", "--out", "/nowhere/w.parquet"], 1, "there is no folder /nowhere"),
        (["-n", "5", "--cluster", "tcp://127.0.0.1:9"], 1, "no Dask scheduler answers"),
        (["-n", "5", "--cluster", "nonsense://"], 1, "no Dask scheduler answers"),
        (["-n", "5", "--suppose", "bidd=offer"], 1, "did you mean 'bid'"),
    ],
)
def test_sweep_with_invalid_input_prints_one_sentence(run, monkeypatch, arguments, code, problem):
    monkeypatch.setattr("middlegame.sweeps.cluster.SCHEDULER_TIMEOUT", 1.0)
    ended, out, err = run("harbour-lease", *arguments)
    assert (ended, out) == (code, "")
    assert problem in err
    assert "Traceback" not in err


def test_sweep_refuses_worlds_for_which_the_disk_has_no_room(run, monkeypatch, tmp_path):
    monkeypatch.setattr(SweepPlan, "solve", None)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    code, out, err = run("harbour-lease", "-n", "5", "--out", str(tmp_path / "worlds.parquet"))
    assert (code, out) == (1, "")
    assert f"in {tmp_path}, which has 0 bytes left" in " ".join(err.split())


def test_sweep_refuses_unwritable_folder_before_solving(run, monkeypatch, tmp_path):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(SweepPlan, "solve", None)
    monkeypatch.setattr(Path, "mkdir", refuse)
    out = tmp_path / "worlds.parquet"
    code, _, err = run("harbour-lease", "-n", "5", "--out", str(out))
    assert (code, err) == (1, f"{out}.parts: Permission denied\n")


def test_sweep_interrupted_without_a_file_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "middlegame", "sweep", "harbour-lease", "-n", "2000000"]
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp_path))
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    while process.poll() is None and len(list(tmp_path.glob("*/*.npy"))) < 2:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out_text, err_text = process.communicate(timeout=300)
    assert (process.returncode, err_text) == (1, "")
    assert "Stopped early: only" in out_text
    assert not list(tmp_path.iterdir())


def test_sweep_interrupted_prints_partial_result_and_keeps_parts(tmp_path):
    out = tmp_path / "worlds.parquet"
    command = [sys.executable, "-m", "middlegame", "sweep", "harbour-lease", "-n", "2000000",
               "--out", str(out)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    parts = Path(f"{out}.parts")
    while process.poll() is None and len(list(parts.glob("*.npy"))) < 2:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out_text, err_text = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "Traceback" not in err_text
    assert "Stopped early: only" in out_text
    assert f"Continue with --out {out} --resume" in " ".join(out_text.split())
    assert not out.exists()
    assert len(list(parts.glob("*.npy"))) > 1
