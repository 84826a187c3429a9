"""One visitor's session, with tasks that run at once instead of in workers."""

import asyncio
from collections import Counter

from middlegame.workbench.address import PagePlace
from middlegame.workbench.session import Session
from middlegame.workbench.setting import Setting
from middlegame.workbench.worker_pools import WorkerPools
from tests.workbench.contests import HARBOUR


class DirectPool:
    """Runs each task at once; `asked` holds the name of each."""

    def __init__(self, context):
        self.context, self.asked = context, []

    async def ask(self, key, task, *arguments, **options):
        self.asked.append(task.__name__)
        return task(self.context, *arguments)

    def cancel(self, key):
        pass


CHANGED = Setting(numbers={"interests.tenant[0].worth": 70.0})


def new_session(context, setting):
    pool = DirectPool(context)
    pools = WorkerPools(pool, pool, Counter())
    return Session(pools, None, "harbour", HARBOUR, setting, PagePlace()), pool


def test_address_with_a_change_is_previewed_before_its_full_view(context):
    async def visit():
        session, pool = new_session(context, CHANGED)
        shown = asyncio.Event()
        session.on_full_view.append(shown.set)
        await session.open(lambda _: None)
        await shown.wait()
        assert pool.asked == ["open_contest", "quick_forecast", "full_answer"]
        assert (session.setting, session.shown) == (CHANGED, CHANGED)

    asyncio.run(visit())


def test_undo_and_redo_ask_the_workers_for_nothing_that_they_answered(context):
    async def visit():
        session, pool = new_session(context, Setting())
        await session.open(lambda _: None)
        shown = asyncio.Event()
        session.on_full_view.append(shown.set)

        async def after(act):
            shown.clear()
            act()
            await shown.wait()
            return session.forecast

        first = await after(lambda: session.change(CHANGED, settled=True))
        assert pool.asked == ["open_contest", "quick_forecast", "full_answer"]
        assert await after(session.undo) == session.baseline.forecast
        assert await after(session.redo) == first
        assert (session.setting, session.shown) == (CHANGED, CHANGED)
        assert len(pool.asked) == 3

    asyncio.run(visit())


def test_two_changes_that_come_at_once_are_two_steps_to_undo(context):
    async def visit():
        session, _ = new_session(context, Setting())
        await session.open(lambda _: None)
        second = CHANGED.with_state("bid", "suppose", "offer")
        session.change(CHANGED, settled=True)
        session.change(second, settled=True)
        session.undo()
        assert session.setting == CHANGED
        session.undo()
        assert session.setting == Setting()

    asyncio.run(visit())
