"""Tasks for the pool's tests: none of them computes anything."""

import os
import time

from middlegame.base.errors import MiddlegameError


def echo(bench, value):
    return value


def where(bench):
    return os.getpid()


def slow(bench, seconds):
    bench.tell("begun")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        bench.check()
        time.sleep(0.01)
    return "done"


def deaf(bench, seconds):
    time.sleep(seconds)


def refuse(bench):
    raise MiddlegameError("not like that")


def fail(bench):
    raise RuntimeError("a mistake")


def die(bench):
    os._exit(3)


def told(bench, name):
    return os.environ.get(name)
