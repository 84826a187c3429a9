import asyncio
from contextlib import asynccontextmanager

import pytest

from middlegame.workbench.workers import pool as pools
from middlegame.workbench.workers.pool import Pool, Refused, Superseded

CHORES = "tests.workbench"


@asynccontextmanager
async def pool(size=1, audience=lambda home: 0):
    made = Pool(CHORES, size, audience)
    made.start()
    try:
        yield made
    finally:
        made.close()


def play(scene):
    asyncio.run(asyncio.wait_for(scene(), 180))


async def begun(pool, key, **more):
    """Start a slow task and wait until it runs."""
    running = asyncio.Event()
    task = asyncio.create_task(
        pool.ask(key, "chores.slow", 30, progress=lambda _: running.set(), **more)
    )
    await running.wait()
    return task


def test_answers_refusals_and_mistakes_come_back(caplog):
    async def scene():
        async with pool() as workers:
            assert await workers.ask(("a", "x"), "chores.echo", {"value": 1}) == {"value": 1}
            with pytest.raises(Refused, match="not like that"):
                await workers.ask(("a", "x"), "chores.refuse")
            with pytest.raises(Refused, match="log says"):
                await workers.ask(("a", "x"), "chores.fail")
            assert "a mistake" in caplog.text
            assert await workers.ask(("a", "x"), "chores.echo", 2) == 2

    play(scene)


def test_the_latest_request_wins():
    async def scene():
        async with pool() as workers:
            first = await begun(workers, ("a", "long"))
            older = asyncio.create_task(workers.ask(("b", "slider"), "chores.echo", 1))
            other = asyncio.create_task(workers.ask(("c", "slider"), "chores.echo", 2))
            await asyncio.sleep(0)
            newer = asyncio.create_task(workers.ask(("b", "slider"), "chores.echo", 3))
            await asyncio.sleep(0)
            workers.cancel(("a", "long"))
            for dropped in (first, older):
                with pytest.raises(Superseded):
                    await dropped
            assert [await other, await newer] == [2, 3]

    play(scene)


@pytest.mark.parametrize(("head_start", "first"), [(1000.0, "urgent"), (0.0, "patient")])
def test_urgent_requests_go_first_until_others_have_waited(monkeypatch, head_start, first):
    monkeypatch.setattr(pools, "PATIENCE", 1000.0)
    monkeypatch.setattr(pools, "_HEAD_START", head_start)
    served = []

    async def ask(workers, name, **more):
        served.append(await workers.ask((name, "x"), "chores.echo", name, **more))

    async def scene():
        async with pool() as workers:
            busy = await begun(workers, ("a", "long"))
            patient = asyncio.create_task(ask(workers, "patient"))
            await asyncio.sleep(0.01)
            urgent = asyncio.create_task(ask(workers, "urgent", urgent=True))
            await asyncio.sleep(0.01)
            workers.leave("a")
            await asyncio.gather(busy, return_exceptions=True)
            await asyncio.gather(patient, urgent)
            assert served[0] == first

    play(scene)


def test_a_worker_that_nobody_would_miss_ends(monkeypatch):
    monkeypatch.setattr(pools, "PATIENCE", 0.02)
    monkeypatch.setattr(pools, "_IDLE", 0.0)
    looking = {"text": 1}

    async def scene():
        async with pool(2, lambda home: looking.get(home, 0)) as workers:
            busy = await begun(workers, ("a", "x"), home="other")
            await workers.ask(("b", "x"), "chores.where", home="text")
            workers.leave("a")
            await asyncio.gather(busy, return_exceptions=True)
            await asyncio.sleep(0.2)
            assert len(workers.processes) == 2  # somebody looks at what it has
            looking.clear()
            while len(workers.processes) > 1:
                await asyncio.sleep(0.02)

    play(scene)


def test_a_visitor_who_leaves_is_worked_for_no_longer():
    async def scene():
        async with pool() as workers:
            running = await begun(workers, ("a", "sweep"))
            waiting = asyncio.create_task(workers.ask(("a", "slider"), "chores.echo", 1))
            await asyncio.sleep(0)
            workers.leave("a")
            for given_up in (running, waiting):
                with pytest.raises(Superseded):
                    await given_up
            assert await workers.ask(("b", "slider"), "chores.echo", 2) == 2

    play(scene)


def test_long_work_leaves_a_worker_to_others():
    async def scene():
        async with pool(2) as workers:
            first = await begun(workers, ("a", "sweep"), long=True)
            second = asyncio.create_task(workers.ask(("b", "sweep"), "chores.slow", 30, long=True))
            await asyncio.sleep(0)
            assert await workers.ask(("c", "slider"), "chores.echo", 1) == 1
            assert not second.done()
            workers.leave("a")
            workers.leave("b")
            await asyncio.gather(first, second, return_exceptions=True)

    play(scene)


def test_work_goes_to_the_worker_that_has_it_ready():
    async def scene():
        async with pool(2) as workers:
            busy = await begun(workers, ("b", "y"), home="other")
            places = [await workers.ask(("a", "x"), "chores.where", home="text") for _ in range(3)]
            workers.leave("b")
            await asyncio.gather(busy, return_exceptions=True)
            places.append(await workers.ask(("a", "x"), "chores.where", home="text"))
            assert len(set(places)) == 1

    play(scene)


def test_a_hand_on_a_slider_does_not_wait_for_long_work_on_the_same(monkeypatch):
    monkeypatch.setattr(pools, "_HOPE", 1000.0)

    async def scene():
        async with pool(2) as workers:
            busy = await begun(workers, ("a", "prepare"), home="text", long=True)
            await workers.ask(("a", "glance"), "chores.echo", 1, home="text", urgent=True)
            workers.leave("a")
            await asyncio.gather(busy, return_exceptions=True)

    play(scene)


def test_what_workers_import_first_is_there(tmp_path, monkeypatch):
    (tmp_path / "early.py").write_text("import os\nos.environ['MIDDLEGAME_EARLY'] = 'yes'\n")
    monkeypatch.syspath_prepend(tmp_path)

    async def scene():
        workers = Pool("tests.workbench", 1, first=("early",))
        try:
            answer = await workers.ask(("a", "x"), "chores.told", "MIDDLEGAME_EARLY")
            assert answer == "yes"
        finally:
            workers.close()

    play(scene)


def test_a_worker_that_dies_is_replaced():
    async def scene():
        async with pool() as workers:
            before = workers.processes
            with pytest.raises(Refused, match="ended"):
                await workers.ask(("a", "x"), "chores.die")
            assert await workers.ask(("a", "x"), "chores.echo", 1) == 1
            assert workers.processes != before

    play(scene)


def test_a_few_more_workers_help_out_while_all_are_busy():
    async def scene():
        async with pool(1) as workers:
            busy = await begun(workers, ("a", "compile"))
            assert await workers.ask(("b", "slider"), "chores.echo", 1) == 1
            assert len(workers.processes) == 2
            workers.leave("a")
            await asyncio.gather(busy, return_exceptions=True)

    play(scene)


def test_a_worker_that_cannot_be_interrupted_is_ended_once_nobody_wants_what_it_does():
    async def scene():
        async with pool(1) as workers:
            before = workers.processes
            stuck = asyncio.create_task(workers.ask(("a", "compile"), "chores.deaf", 60))
            while not workers.busy:
                await asyncio.sleep(0.05)
            workers.leave("a")
            await asyncio.gather(stuck, return_exceptions=True)
            assert await workers.ask(("b", "slider"), "chores.echo", 1) == 1
            assert not set(before) & set(workers.processes)

    play(scene)
