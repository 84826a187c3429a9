"""Ctrl-C in any command: one line, exit code 130, nothing half written."""

import os
import signal
import subprocess
import sys

import pytest

from middlegame.cli import interrupts

SLOW = """
import os, signal, sys, threading
from middlegame.cli.interrupts import prompt_interrupts

def press():
    os.kill(os.getpid(), signal.SIGINT)

with prompt_interrupts():
    threading.Timer(0.05, press).start()
    {work}
"""


def test_interrupt_in_python_code_raises_keyboard_interrupt() -> None:
    # A shell starts what runs in its background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt), interrupts.prompt_interrupts():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupt_ends_process_while_library_does_not_return() -> None:
    # Minutes of work outside Python, which lets other threads run, as a compilation does.
    work = "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)"
    ended = subprocess.run(
        [sys.executable, "-c", SLOW.format(work=work)], capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == interrupts.EXIT_CODE
    assert ended.stderr.split() == [b"Interrupted"]


@pytest.mark.parametrize(
    ("around", "code", "out"), [("", 130, b""), ("with partial_results():\n        ", 0, b"done")]
)
def test_swallowed_interrupt_ends_process_unless_work_returns_partial_results(
    around, code, out
) -> None:
    work = (
        f"import time\n    {around}\n"
        "        try: time.sleep(60)\n"
        "        except KeyboardInterrupt: time.sleep(1.5)\n"
        "    print('done')"
    )
    work = work.replace("    \n", "    if True:\n") if not around else work
    program = SLOW.replace("import prompt_interrupts", "import partial_results, prompt_interrupts")
    ended = subprocess.run(
        [sys.executable, "-c", program.format(work=work)], capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout.strip()) == (code, out)


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
    code = SLOW.format(
        work="signal.signal(signal.SIGINT, lambda *_: print('server stops')); "
        "import time; time.sleep(1.5)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout.split()) == (0, [b"server", b"stops"])


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
