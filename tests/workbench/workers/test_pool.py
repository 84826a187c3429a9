import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from middlegame.workbench.workers import scheduling
from middlegame.workbench.workers.pool import Pool, Refused, Superseded, WorkerEnded
from middlegame.workbench.workers.scheduling import Kind
from tests.workbench import chores


@asynccontextmanager
async def started(size=1, audience=lambda home: 0):
    pool = Pool(size, audience)
    pool.start()
    try:
        yield pool
    finally:
        pool.close()


def play(scene):
    # In a thread of its own: a browser test of the process may keep a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(scene(), 180)).result()


async def begun(pool, key, **options):
    """Start a slow task and wait until it runs."""
    running = asyncio.Event()
    task = asyncio.create_task(
        pool.ask(key, chores.slow, 30, progress=lambda _: running.set(), **options)
    )
    await running.wait()
    return task


async def cancel_all(pool, *tasks):
    for visitor in "abc":
        pool.drop_visitor(visitor)
    await asyncio.gather(*tasks, return_exceptions=True)


def test_pool_passes_on_answers_refusals_and_failures(caplog):
    async def scene():
        async with started() as pool:
            assert await pool.ask(("a", "x"), chores.echo, {"value": 1}) == {"value": 1}
            with pytest.raises(Refused, match="not like that"):
                await pool.ask(("a", "x"), chores.refuse)
            with pytest.raises(Refused, match="log says"):
                await pool.ask(("a", "x"), chores.fail)
            assert "a mistake" in caplog.text
            assert await pool.ask(("a", "x"), chores.echo, 2) == 2

    play(scene)


def test_newer_request_takes_the_place_of_a_waiting_one_of_its_key():
    async def scene():
        async with started() as pool:
            first = await begun(pool, ("a", "long"))
            older = asyncio.create_task(pool.ask(("b", "slider"), chores.echo, 1))
            other = asyncio.create_task(pool.ask(("c", "slider"), chores.echo, 2))
            await asyncio.sleep(0)
            newer = asyncio.create_task(pool.ask(("b", "slider"), chores.echo, 3))
            await asyncio.sleep(0)
            pool.cancel(("a", "long"))
            for dropped in (first, older):
                with pytest.raises(Superseded):
                    await dropped
            assert [await other, await newer] == [2, 3]

    play(scene)


def test_urgent_request_overtakes_a_waiting_one():
    served = []

    async def ask(pool, name, kind):
        served.append(await pool.ask((name, "x"), chores.echo, name, kind=kind))

    async def scene():
        async with started() as pool:
            busy = await begun(pool, ("a", "long"))
            patient = asyncio.create_task(ask(pool, "patient", Kind.SHORT))
            await asyncio.sleep(0)
            urgent = asyncio.create_task(ask(pool, "urgent", Kind.URGENT))
            await asyncio.sleep(0)
            await cancel_all(pool, busy)
            await asyncio.gather(patient, urgent)
            assert served == ["urgent", "patient"]

    play(scene)


def test_worker_without_visitors_ends_once_it_is_idle(monkeypatch):
    monkeypatch.setattr(scheduling, "PATIENCE", 0.02)
    monkeypatch.setattr(scheduling, "_IDLE", 0.0)
    visitors = {"text": 1}

    async def scene():
        async with started(2, lambda home: visitors.get(home, 0)) as pool:
            busy = await begun(pool, ("a", "x"), home="other")
            await pool.ask(("b", "x"), chores.process_id, home="text")
            await cancel_all(pool, busy)
            await asyncio.sleep(0.2)
            assert len(pool.process_ids) == 2
            visitors.clear()
            while len(pool.process_ids) > 1:
                await asyncio.sleep(0.02)

    play(scene)


def test_all_requests_of_a_visitor_who_leaves_are_dropped():
    async def scene():
        async with started() as pool:
            running = await begun(pool, ("a", "sweep"))
            waiting = asyncio.create_task(pool.ask(("a", "slider"), chores.echo, 1))
            await asyncio.sleep(0)
            pool.drop_visitor("a")
            for dropped in (running, waiting):
                with pytest.raises(Superseded):
                    await dropped
            assert await pool.ask(("b", "slider"), chores.echo, 2) == 2

    play(scene)


def test_long_requests_leave_one_worker_to_short_ones():
    async def scene():
        async with started(2) as pool:
            first = await begun(pool, ("a", "sweep"), kind=Kind.LONG)
            second = asyncio.create_task(pool.ask(("b", "sweep"), chores.slow, 30, kind=Kind.LONG))
            await asyncio.sleep(0)
            assert await pool.ask(("c", "slider"), chores.echo, 1) == 1
            assert not second.done()
            await cancel_all(pool, first, second)

    play(scene)


def test_requests_about_one_contest_stay_with_one_worker():
    async def scene():
        async with started(2) as pool:
            busy = await begun(pool, ("b", "y"), home="other")
            places = [await pool.ask(("a", "x"), chores.process_id, home="text") for _ in range(3)]
            await cancel_all(pool, busy)
            places.append(await pool.ask(("a", "x"), chores.process_id, home="text"))
            assert len(set(places)) == 1

    play(scene)


def test_worker_has_imported_the_given_modules_before_its_first_task(tmp_path, monkeypatch):
    (tmp_path / "early.py").write_text("import os\nos.environ['MIDDLEGAME_EARLY'] = 'yes'\n")
    monkeypatch.syspath_prepend(tmp_path)

    async def scene():
        pool = Pool(1, imports=("early",))
        try:
            answer = await pool.ask(("a", "x"), chores.environment, "MIDDLEGAME_EARLY")
            assert answer == "yes"
        finally:
            pool.close()

    play(scene)


def test_dead_worker_is_replaced_and_its_exit_code_logged(caplog):
    async def scene():
        async with started() as pool:
            before = pool.process_ids
            with pytest.raises(WorkerEnded, match="try it again"):
                await pool.ask(("a", "x"), chores.die)
            assert "exit code 3 while it ran die" in caplog.text
            assert await pool.ask(("a", "x"), chores.echo, 1) == 1
            assert pool.process_ids != before

    play(scene)


def test_extra_worker_starts_while_all_are_busy_for_long(monkeypatch):
    monkeypatch.setattr(scheduling, "PATIENCE", 0.1)

    async def scene():
        async with started(1) as pool:
            busy = await begun(pool, ("a", "compile"))
            assert await pool.ask(("b", "slider"), chores.echo, 1) == 1
            assert len(pool.process_ids) == 2
            await cancel_all(pool, busy)

    play(scene)


def test_worker_that_ignores_cancellation_is_ended_once_others_wait(monkeypatch):
    monkeypatch.setattr(scheduling, "PATIENCE", 0.1)

    async def scene():
        async with started(1) as pool:
            before = pool.process_ids
            stuck = asyncio.create_task(pool.ask(("a", "compile"), chores.uninterruptible, 60))
            while not pool.busy_count:
                await asyncio.sleep(0.05)
            await cancel_all(pool, stuck)
            assert await pool.ask(("b", "slider"), chores.echo, 1) == 1
            assert not set(before) & set(pool.process_ids)

    play(scene)
