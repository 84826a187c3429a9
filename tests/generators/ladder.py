"""A ladder of contests that are large in one way each, in any length, as scenario files.

Each function returns the text of a scenario (`road_diagram` a diagram in JSON) whose size is its
argument. `write_ladder` writes all of them; `FULL` and `SMALL` are the lengths of its rungs.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.road import road

from middlegame.io.json_form import to_json
from middlegame.io.open import open_contest


def road_diagram(plots: int) -> str:
    """Return the road game over two rows of plots, in JSON: `2 * plots` decisions on one cycle."""
    return json.dumps(to_json(road(plots)))


def binary_moves(count: int) -> str:
    """Return a chain of binary moves by two actors, each of which knows the move before it."""
    lines = ["title: A chain of moves", "actors: {a: Ana, b: Ben}", "moves:"]
    for k in range(count):
        known = f"knows: [m{k - 1}], " if k else ""
        lines.append(f"  m{k}: {{by: {'ab'[k % 2]}, {known}options: [accept, refuse]}}")
    lines.append("interests:")
    for first, actor in enumerate("ab"):
        lines.append(f"  {actor}:")
        for k in range(first, count, 2):
            lines.append(f"    - {{when: m{k} = accept, worth: {10 + 7 * k % 13}}}")
            if k:
                both = f"m{k} = accept and m{k - 1} = accept"
                lines.append(f"    - {{when: {both}, worth: {-20 + 5 * k % 17}}}")
    return "\n".join(lines) + "\n"


def factor_chain(count: int) -> str:
    """Return one move and a chain of headline factors, each of which depends on the one before."""
    lines = [
        "title: A chain of factors",
        "actors: {a: Ana}",
        "moves: {start: {by: a, options: [push, hold]}}",
        "factors:",
    ]
    for k in range(count):
        before = f"f{k - 1} = up" if k else "start = push"
        high, low = 60 + 7 * k % 35, 5 + 3 * k % 20
        lines += [
            f"  f{k}:",
            "    states: [up, down]",
            "    headline: yes",
            "    rules:",
            f"      - {{if: {before}, then: {{up: {high}..{high + 2}%}}}}",
            f"      - {{then: {{up: {low}..{low + 4}%}}}}",
        ]
    lines += [
        "interests:",
        f"  a: [{{when: f{count - 1} = up, worth: 60}}, {{when: start = push, worth: -10}}]",
    ]
    return "\n".join(lines) + "\n"


def periods(count: int) -> str:
    """Return two moves and a factor that persists, over a number of quarters."""
    return f"""title: Many periods
as_of: 2026-01-01
actors: {{a: Ana, b: Ben}}
periods: {{every: quarter, for: {count}}}
moves:
  act: {{by: a, knows: [tide@previous], options: [push, hold]}}
  reply: {{by: b, knows: [act], options: [bend, stand]}}
factors:
  tide:
    states: [high, low]
    rules:
      - {{if: tide@previous = high and act = push, then: {{high: 80..90%}}}}
      - {{if: act = push and reply = bend, then: {{high: 40..60%}}}}
      - {{then: {{high: 10..20%}}}}
    start: low
interests:
  a: [{{when: tide = high, worth: 50..70}}, {{when: act = push, worth: -20..-10}}]
  b: [{{when: tide = high, worth: -60..-40}}, {{when: reply = bend, worth: -10}}]
"""


def many_states(count: int) -> str:
    """Return two moves and two factors of so many options and states each."""
    every = range(count)
    lines = [
        "title: Many states",
        "actors: {a: Ana, b: Ben}",
        "moves:",
        f"  x: {{by: a, options: [{', '.join(f's{k}' for k in every)}]}}",
        f"  y: {{by: b, knows: [x], options: [{', '.join(f't{k}' for k in every)}]}}",
        "factors:",
    ]
    for factor, parent, prefix in (("f", "x", "s"), ("g", "f", "f")):
        lines.append(f"  {factor}:")
        lines.append(f"    states: [{', '.join(f'{factor}{k}' for k in every)}]")
        lines.append("    rules:")
        other = 60 // count
        for k in every:
            then = [
                f"{factor}{j}: {100 - other * (count - 1) - 5 if j == k else other}%"
                for j in range(count - 1)
            ]
            lines.append(f"      - {{if: {parent} = {prefix}{k}, then: {{{', '.join(then)}}}}}")
    own = ", ".join(f"{{when: g = g{k}, worth: {k * 37 % 100}}}" for k in every)
    both = ", ".join(f"{{when: g = g{k} and y = t{k}, worth: {k * 53 % 100}}}" for k in every)
    return "\n".join([*lines, "interests:", f"  a: [{own}]", f"  b: [{both}]"]) + "\n"


def visible_actors(count: int) -> str:
    """Return actors who move in turn, each of whom knows every earlier move."""
    names = [f"p{k}" for k in range(count)]
    actors = ", ".join(f"{name}: Actor {name}" for name in names)
    lines = ["title: All see each other", f"actors: {{{actors}}}", "moves:"]
    for k, name in enumerate(names):
        known = f"knows: [{', '.join(f'm{each}' for each in names[:k])}], " if k else ""
        lines.append(f"  m{name}: {{by: {name}, {known}options: [join, stay]}}")
    lines.append("interests:")
    for k, name in enumerate(names):
        near, far = names[(k + 1) % count], names[(k + 5) % count]
        worth = [f"{{when: m{name} = join, worth: 5}}"]
        if near != name:
            worth.append(f"{{when: m{name} = join and m{near} = join, worth: 40}}")
        if far != name:
            worth.append(f"{{when: m{name} = join and m{far} = stay, worth: -30}}")
        lines.append(f"  {name}: [{', '.join(worth)}]")
    return "\n".join(lines) + "\n"


RUNGS: Mapping[str, tuple[Callable[[int], str], str]] = {
    "road": (road_diagram, "json"),
    "moves": (binary_moves, "yaml"),
    "chain": (factor_chain, "yaml"),
    "periods": (periods, "yaml"),
    "states": (many_states, "yaml"),
    "actors": (visible_actors, "yaml"),
}
"""What makes each rung, and the ending of its file."""
FULL = {"road": 20, "moves": 30, "chain": 200, "periods": 40, "states": 12, "actors": 12}
SMALL = {"road": 2, "moves": 6, "chain": 12, "periods": 4, "states": 4, "actors": 5}


def write_ladder(folder: Path, lengths: Mapping[str, int]) -> dict[str, Path]:
    """Write the rungs at these lengths into a folder; return the file of each."""
    files = {}
    for name, length in lengths.items():
        make, ending = RUNGS[name]
        files[name] = folder / f"{name}{length}.{ending}"
        files[name].write_text(make(length), encoding="utf-8")
    return files


def first_option(file: Path) -> tuple[str, str]:
    """Return the name and the first option of the first move of a contest's file."""
    decision = open_contest(str(file), {})[0].decisions[0]
    return decision.name, decision.states[0]


def ladder_commands(file: Path, report: Path) -> Iterator[tuple[str, ...]]:
    """Yield the command lines to try on a contest, for each command that analyses one."""
    contest = str(file)
    name, option = first_option(file)
    condition = f"{name} = {option}"
    yield ("check", contest)
    yield ("explain", contest)
    yield ("solve", contest, "--json")
    yield ("solve", contest, "--others", "3", "--storylines", "3", "--report", str(report))
    yield ("solve", contest, "--nash")
    yield ("suppose", contest, f"{name}={option}")
    yield ("why", contest, name)
    yield ("robust", contest)
    yield ("coalitions", contest)
    yield ("sweep", contest, "-n", "64")
    yield ("dominoes", contest)
    yield ("drivers", contest, "-n", "64", "--ask", condition)
    yield ("discover", contest, condition, "-n", "320")
    yield ("voi", contest, "-n", "320", "--ask", condition)
    yield ("hypotheses", contest)
    yield ("compare", contest, contest)
    yield ("export", contest, "--to", "json")
