"""Visitors who move sliders, many at once: how long each waits, and what memory it takes.

    python -m benchmarks.visitors [--visitors 50] [--seconds 60] [--contest venezuela-2026]

It starts a workbench of its own on loopback, and talks to it as the pages do, without drawing.
"""

import argparse
import asyncio
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

import psutil
import socketio

PATIENCE = 240.0
_QUERY = re.compile(r"'client_id': '([^']+)'")
_REST = 90.0
"""Seconds after which memory is to be back where it was: workers that nobody needs end after 60."""
_PAUSE = (0.1, 0.4)
"""Seconds between two moves of a slider, at least and at most."""


@dataclass
class Visitor:
    """One page: its sliders, and how long each move of one took to be answered."""

    url: str
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def visit(self, begin: asyncio.Event, seconds: float) -> None:
        """Open the page, wait for all others, then move sliders."""
        html = await asyncio.to_thread(_get, self.url)
        client_id = _QUERY.search(html)
        if client_id is None:
            self.errors.append("the page has no client")
            return
        self.client_id = client_id[1]
        self.sio = socketio.AsyncClient(reconnection=False)
        self.numbers: dict[str, Any] | None = None
        self.drawn = asyncio.Event()
        self.next = 0
        self.sio.on("update", self._update)
        self.sio.on("run_javascript", self._javascript)
        query = (
            f"client_id={self.client_id}&next_message_id=0&implicit_handshake=true"
            f"&document_id={uuid.uuid4()}&tab_id={uuid.uuid4()}&old_tab_id="
        )
        root = self.url.split("/contest")[0]
        await self.sio.connect(
            f"{root}?{query}",
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
            wait_timeout=60,
        )
        try:
            until = time.monotonic() + PATIENCE
            while self.numbers is None and time.monotonic() < until:
                await asyncio.sleep(0.1)
            if self.numbers is None:
                self.errors.append("the sliders did not come")
                return
            await begin.wait()
            await self._move(seconds)
        finally:
            await self.sio.disconnect()

    async def _move(self, seconds: float) -> None:
        assert self.numbers is not None
        every = [n for group in self.numbers["props"]["groups"] for n in group["ranges"]]
        listener = next(e for e in self.numbers["events"] if e["type"] == "move")
        until, place = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            number = random.choice(every)
            for share in (0.2, 0.4, 0.6, 0.8):
                place += 1
                value = number["low"] + share * (number["high"] - number["low"])
                self.drawn.clear()
                begun = time.monotonic()
                await self.sio.emit(
                    "event",
                    {
                        "id": self.numbers["id"],
                        "client_id": self.client_id,
                        "listener_id": listener["listener_id"],
                        "args": [
                            json.dumps({"name": number["name"], "value": value, "place": place})
                        ],
                    },
                )
                try:
                    await asyncio.wait_for(self.drawn.wait(), 30)
                except TimeoutError:
                    moved = f"{number['name']} to {value:g}, after {len(self.waits)} moves"
                    self.errors.append(f"a move was not answered in 30 s: {moved}")
                    return
                self.waits.append(time.monotonic() - begun)
                await asyncio.sleep(random.uniform(*_PAUSE))

    async def _update(self, elements: dict[str, Any]) -> None:
        await self._acknowledge(elements)
        for name, element in elements.items():
            if isinstance(element, dict) and "groups" in element.get("props", {}):
                self.numbers = element | {"id": int(name)}

    async def _javascript(self, message: dict[str, Any]) -> None:
        await self._acknowledge(message)
        if '"now":' in message.get("code", ""):
            self.drawn.set()

    async def _acknowledge(self, message: dict[str, Any]) -> None:
        self.next = message.get("_id", self.next) + 1
        if self.next % 20 == 0:
            acknowledged = {"client_id": self.client_id, "next_message_id": self.next}
            await self.sio.emit("ack", acknowledged)


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def _memory(process: psutil.Process) -> list[int]:
    """Give the memory of the server and of each of its workers, in MiB."""
    family = [process, *process.children(recursive=True)]
    return [round(each.memory_info().rss / 2**20) for each in family]


async def measure(visitors: int, seconds: float, contest: str) -> dict[str, Any]:
    """Serve a contest, let visitors move its sliders, and say how that went."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "middlegame", "serve", contest, "--no-open"]
        environment = os.environ | {"MIDDLEGAME_LEDGER": f"{folder}/ledger.sqlite3"}
        server = subprocess.Popen([*command, "--port", str(port)], env=environment)
        try:
            url = f"http://127.0.0.1:{port}/contest/{contest}?view=try"
            await _ready(url)
            process = psutil.Process(server.pid)
            first = await _crowd(url, 1, 5.0)  # so that everything is compiled
            before = _memory(process)
            crowd = await _crowd(url, visitors, seconds)
            during = _memory(process)
            await asyncio.sleep(_REST)
            after = _memory(process)
        finally:
            server.terminate()
            server.wait(20)
    waits = sorted(wait for visitor in crowd for wait in visitor.waits)
    errors = [error for visitor in (*first, *crowd) for error in visitor.errors]
    return {
        "visitors": visitors,
        "seconds": seconds,
        "moves": len(waits),
        "median": statistics.median(waits) if waits else None,
        "p95": waits[int(0.95 * (len(waits) - 1))] if waits else None,
        "worst": waits[-1] if waits else None,
        "errors": errors,
        "memory of server and workers (MiB)": {"before": before, "during": during, "after": after},
        "memory (MiB)": {
            "before": sum(before),
            "during": sum(during),
            "after": sum(after),
        },
    }


async def _ready(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            await asyncio.to_thread(_get, url)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            return
    raise SystemExit("the workbench does not answer")


async def _crowd(url: str, count: int, seconds: float) -> list[Visitor]:
    visitors, begin = [Visitor(url) for _ in range(count)], asyncio.Event()
    tasks = [asyncio.create_task(visitor.visit(begin, seconds)) for visitor in visitors]
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        there = [v for v in visitors if v.errors or getattr(v, "numbers", None)]
        if len(there) == count:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    begin.set()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, BaseException):
            visitors[0].errors.append(repr(found))
    return visitors


def main() -> None:
    """Measure and print one JSON object; the exit code is 1 where an error came up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--contest", default="venezuela-2026")
    given = parser.parse_args()
    if not (1 <= given.visitors <= 200 and 1 <= given.seconds <= 600):
        parser.error("from 1 to 200 visitors, for 1 to 600 seconds")
    found = asyncio.run(measure(given.visitors, given.seconds, given.contest))
    print(json.dumps(found, indent=1))
    raise SystemExit(1 if found["errors"] else 0)


if __name__ == "__main__":
    main()
