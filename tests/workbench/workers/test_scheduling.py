import pytest

from middlegame.workbench.workers import scheduling
from middlegame.workbench.workers.scheduling import Kind, Request, WorkerState

NOW = 1000.0


def request(kind=Kind.SHORT, home="text", *, since=NOW, **more):
    return Request(("visitor", "purpose"), kind, home, since=since, **more)


def idle(*homes, since=NOW):
    return WorkerState(list(homes), since=since)


def busy(kind=Kind.SHORT, home="text", *, since=NOW, homes=(), **more):
    worker = idle(*homes)
    worker.begin(request(kind, home, since=since, **more), since)
    return worker


def choose(wanted, *workers, size=2):
    """Choose a worker; return its place among the workers, "start" or None."""
    choice = scheduling.choose_worker(wanted, workers, size, NOW)
    return workers.index(choice) if isinstance(choice, WorkerState) else choice


def test_request_goes_to_idle_worker_that_holds_its_contest():
    assert choose(request(), idle("other"), idle("text", "other")) == 1


def test_request_for_new_contest_goes_to_worker_with_fewest_contests():
    assert choose(request(home="new"), idle("a", "b"), idle("c")) == 1


@pytest.mark.parametrize("kind", [Kind.SHORT, Kind.URGENT, Kind.HEAVY])
def test_request_waits_for_worker_that_will_be_free_soon(kind):
    assert choose(request(kind), busy(Kind.URGENT), idle("other")) is None


def test_patient_request_waits_for_contest_being_compiled_and_urgent_one_does_not():
    compiling = busy(Kind.LONG)
    assert choose(request(), compiling, idle()) is None
    assert choose(request(Kind.URGENT), compiling, idle()) == 1
    assert choose(request(since=NOW - 60), compiling, idle()) == 1


@pytest.mark.parametrize("kind", [Kind.LONG, Kind.HEAVY])
def test_long_and_heavy_requests_leave_one_worker_to_others(kind):
    occupied = busy(kind, "other")
    assert choose(request(kind), occupied, idle()) is None
    assert choose(request(kind), occupied, idle(), size=3) == 1
    assert choose(request(), occupied, idle()) == 1


def test_long_request_starts_worker_rather_than_disturb_another_contest():
    assert choose(request(Kind.LONG), idle("other")) == "start"
    assert choose(request(Kind.SHORT), idle("other")) == 0
    assert choose(request(Kind.LONG), idle("other"), size=1) == 0


def test_heavy_request_leaves_first_ready_worker_to_sliders():
    assert choose(request(Kind.HEAVY), idle("text"), idle("text")) == 1
    assert choose(request(Kind.URGENT), idle("text"), idle("text")) == 0


def test_spread_request_goes_to_worker_without_the_contest_or_starts_one():
    spread = request(Kind.LONG, spread=True)
    assert choose(spread, idle("text"), idle("other")) == 1
    assert choose(spread, idle("text")) == "start"
    assert choose(spread, idle("text"), idle("text")) == 0
    assert choose(spread, busy(home="other"), busy(home="other")) is None


def test_request_waits_where_all_workers_are_busy_and_none_may_start():
    assert choose(request(), busy(home="other"), size=1) is None
    assert choose(request(), busy(home="other")) == "start"


def test_urgent_requests_go_first_until_others_have_waited():
    urgent = request(Kind.URGENT, since=NOW)
    recent, patient = request(since=NOW - 1), request(since=NOW - 10)
    queue = sorted([recent, urgent, patient], key=scheduling.queue_order)
    assert queue == [patient, urgent, recent]


def test_worker_remembers_latest_contests_without_repetition():
    worker = idle()
    for home in [*map(str, range(scheduling.CACHED_CONTESTS + 2)), "3"]:
        worker.begin(request(home=home), NOW)
    assert worker.homes[:2] == ["3", str(scheduling.CACHED_CONTESTS + 1)]
    assert len(worker.homes) == scheduling.CACHED_CONTESTS


def test_worker_is_stuck_once_its_cancelled_request_runs_on():
    stuck = busy(since=NOW - 60, cancelled=True)
    assert scheduling.stuck_worker([busy(since=NOW - 60), stuck], NOW) is stuck
    assert scheduling.stuck_worker([busy(cancelled=True)], NOW) is None


def test_extra_worker_is_needed_only_where_all_are_busy_for_long():
    long_busy, just_busy = busy(since=NOW - 60), busy()
    assert scheduling.needs_extra_worker([long_busy], 1, NOW)
    assert not scheduling.needs_extra_worker([long_busy, just_busy], 1, NOW)
    assert not scheduling.needs_extra_worker([long_busy] * 3, 1, NOW)


def test_spare_worker_is_idle_for_long_and_holds_only_contests_without_visitors():
    visitors = {"text": 1}

    def spare(*workers):
        return scheduling.spare_worker(workers, lambda home: visitors.get(home, 0), NOW)

    first, old = idle("other"), idle("text", since=NOW - 600)
    assert spare(first, old) is None  # a visitor has its contest open
    assert spare(idle("text"), old) is old  # another worker holds it too
    visitors.clear()
    assert spare(first, old) is old
    assert spare(first, idle("text")) is None  # idle for a moment only
    assert spare(old) is None  # the first worker stays
