import os

import pytest

from middlegame.base.cores import available_cores


@pytest.mark.parametrize(("machine", "expected"), [(8, 8), (None, 1)])
def test_available_cores_without_affinity_counts_cores_of_machine(monkeypatch, machine, expected):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: machine)
    assert available_cores() == expected


def test_available_cores_with_affinity_counts_permitted_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 3}, raising=False)
    assert available_cores() == 2
