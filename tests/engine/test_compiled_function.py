"""A compiled function is traced once for all runs, and anew where anything differs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from middlegame.engine import compiled_function
from middlegame.engine.compiled_function import CompiledFunction


class Doubled:
    """A function that counts how often it is traced."""

    def __init__(self) -> None:
        self.traces = 0

    def __call__(self, numbers, more):
        self.traces += 1
        return {"sum": 2 * numbers["a"] + more, "more": (more, more.sum())}


ARGUMENTS = {"a": np.arange(3.0)}, np.array([0.1, 0.2, 0.3])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled_function, "cache_folder", lambda: tmp_path)
    return tmp_path


def test_later_run_does_not_trace_and_has_the_same_results(folder):
    first, later = Doubled(), Doubled()
    found = CompiledFunction(first, "doubled", (1, 2))(*ARGUMENTS)
    again = CompiledFunction(later, "doubled", (1, 2))(*ARGUMENTS)
    assert (first.traces, later.traces) == (1, 0)
    assert np.array_equal(found["sum"], [0.1, 2.2, 4.3])
    assert np.array_equal(again["sum"], found["sum"])
    assert np.array_equal(again["more"][0], ARGUMENTS[1])


def test_function_is_traced_anew_for_another_shape_or_dependence(folder):
    every = Doubled()
    kept = CompiledFunction(every, "doubled", (1, 2))
    kept(*ARGUMENTS)
    kept(*ARGUMENTS)
    assert every.traces == 1
    kept({"a": np.arange(2.0)}, np.zeros(2))
    assert every.traces == 2
    CompiledFunction(every, "doubled", (1, 3))(*ARGUMENTS)
    assert every.traces == 3


def test_edited_program_traces_anew(folder, monkeypatch):
    every = Doubled()
    CompiledFunction(every, "doubled")(*ARGUMENTS)
    monkeypatch.setattr(compiled_function, "_program", lambda: ("another",))
    CompiledFunction(every, "doubled")(*ARGUMENTS)
    assert every.traces == 2


@pytest.mark.parametrize("content", [b"", b"not a function", b"\0" * 4096])
def test_spoilt_file_is_replaced(folder, content):
    every = Doubled()
    CompiledFunction(every, "doubled")(*ARGUMENTS)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(content)
    found = CompiledFunction(every, "doubled")(*ARGUMENTS)
    assert np.array_equal(found["sum"], [0.1, 2.2, 4.3])
    assert every.traces == 2
    assert len(file.read_bytes()) == len(whole)


def test_folder_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    for folder in (tmp_path / "file" / "below", None):
        monkeypatch.setattr(compiled_function, "cache_folder", lambda folder=folder: folder)
        found = CompiledFunction(Doubled(), "doubled")(*ARGUMENTS)
        assert np.array_equal(found["sum"], [0.1, 2.2, 4.3])


def test_threads_that_call_it_at_once_compile_it_once(folder):
    every, together = Doubled(), Barrier(4)
    kept = CompiledFunction(every, "doubled")

    def call(_place: int) -> list[float]:
        together.wait(10)
        return kept(*ARGUMENTS)["sum"].tolist()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(call, range(4))) == [[0.1, 2.2, 4.3]] * 4
    assert every.traces == 1
