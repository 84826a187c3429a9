"""Ctrl-C in any command: one line, exit code 130, nothing half written."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from middlegame.cli import interrupts

PROGRAM = """
import os, hashlib, signal, threading, time
from middlegame.cli.interrupts import partial_results, prompt_interrupts

def press_soon():
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()

def hang():
    # Minutes of work outside Python, which lets other threads run, as a compilation does.
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)

"""
"""What a command line of its own does; a slow machine may press long before or after it hangs."""


def run_program(work: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROGRAM + textwrap.dedent(work)]
    return subprocess.run(command, capture_output=True, check=False, timeout=300)


def test_interrupt_in_python_code_raises_keyboard_interrupt() -> None:
    # A shell starts what runs in its background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt), interrupts.prompt_interrupts():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupt_ends_process_while_library_does_not_return() -> None:
    ended = run_program("""
        with prompt_interrupts():
            try:
                press_soon()
                hang()
            finally:
                hang()
    """)
    assert ended.returncode == interrupts.EXIT_CODE
    assert ended.stderr.split() == [b"Interrupted"]


@pytest.mark.parametrize(
    ("around", "seconds", "code", "out"),
    [("nullcontext", 60, 130, b""), ("partial_results", 2.5 * interrupts.PATIENCE, 0, b"done")],
)
def test_swallowed_interrupt_ends_process_unless_work_returns_partial_results(
    around, seconds, code, out
) -> None:
    ended = run_program(f"""
        from contextlib import nullcontext
        with prompt_interrupts(), {around}():
            try:
                press_soon()
                time.sleep(60)
            except KeyboardInterrupt:
                time.sleep({seconds})
            print("done")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (code, out)


def test_interrupted_process_does_not_wait_for_threads_that_compute() -> None:
    ended = run_program("""
        from middlegame.cli.interrupts import end_process
        threading.Thread(target=hang).start()
        code = 0
        with prompt_interrupts():
            try:
                press_soon()
                time.sleep(60)
            except KeyboardInterrupt:
                code = 130
        print("done")
        end_process(code)
    """)
    assert (ended.returncode, ended.stdout.strip()) == (130, b"done")


DROPPED = """
import os, signal, time
from middlegame.cli.interrupts import partial_results, prompt_interrupts

class Dropping:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
with prompt_interrupts(), partial_results():
    Dropping()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(1.5)
        print("done")
"""


def test_interrupt_in_a_destructor_is_raised_again_and_work_returns_partial_results() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DROPPED], capture_output=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, b"done", b"")


def test_interrupt_is_left_to_handler_of_a_server() -> None:
    ended = run_program(f"""
        stopped = threading.Event()
        with prompt_interrupts():
            signal.signal(signal.SIGINT, lambda *_: stopped.set())
            press_soon()
            if stopped.wait(60):
                time.sleep({2.5 * interrupts.PATIENCE})
                print("server stops")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (0, b"server stops")


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("middlegame.equilibrium.equilibrium.solve", ("solve", "harbour-lease")),
        ("middlegame.equilibrium.check.check", ("check", "harbour-lease")),
        ("middlegame.io.open.open_contest", ("export", "harbour-lease", "--to", "json")),
    ],
)
def test_interrupted_command_prints_one_line_and_exits_130(
    run, monkeypatch, target, arguments
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(target, interrupted)
    assert run(*arguments) == (130, "", "Interrupted\n")


def test_interrupted_report_leaves_no_file(run, monkeypatch, tmp_path) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    assert run("export", "harbour-lease", "--to", "json", "-o", tmp_path / "x.json")[0] == 130
    assert list(tmp_path.iterdir()) == []
