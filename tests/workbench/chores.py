"""Tasks for the pool's tests; none of them computes anything."""

import os
import time

from middlegame.base.errors import MiddlegameError


def echo(context, value):
    return value


def process_id(context):
    return os.getpid()


def slow(context, seconds):
    context.report("begun")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        context.raise_if_cancelled()
        time.sleep(0.01)
    return "done"


def uninterruptible(context, seconds):
    time.sleep(seconds)


def refuse(context):
    raise MiddlegameError("not like that")


def fail(context):
    raise RuntimeError("a mistake")


def die(context):
    os._exit(3)


def environment(context, name):
    return os.environ.get(name)
