"""Checks of order: factors that depend on themselves, moves that know what comes later."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.scale_references import factor_references
from middlegame.scenario.validation.context import CheckContext


def check_order(contest: CheckContext) -> Iterator[Fault]:
    """Find cycles among factors, and moves that know what is settled after them."""
    factors = contest.scenario.factors
    depends = {
        name: factor_references(factor, contest.scenario.scales) for name, factor in factors.items()
    }
    yield from _loops({n: [p for p in of if p in factors] for n, of in depends.items()})
    for name, move in contest.scenario.moves.items():
        for position, known in enumerate(move.knows):
            yield from _future(contest, name, known, ("moves", name, "knows", position), depends)


def _loops(depends: dict[str, list[str]]) -> Iterator[Fault]:
    """Report one cycle for each set of factors that depend on each other."""
    done: set[str] = set()
    for start in depends:
        if start in done:
            continue
        trail: dict[str, Iterator[str]] = {start: iter(depends[start])}
        while trail:
            name = next(reversed(trail))
            step = next((each for each in trail[name] if each not in done), None)
            if step is None:
                done.add(name)
                del trail[name]
            elif step in trail:
                names = list(trail)
                loop = names[names.index(step) :]
                # The search goes from effect to cause; the message goes from cause to effect.
                cycle = [step, *reversed(loop)]
                yield Fault(
                    f"'{step}' depends on itself"
                    + (f": {' -> '.join(cycle)}" if len(loop) > 1 else ""),
                    "factors that do not depend on it",
                    path=("factors", step),
                )
                done.update(loop)
                for each in loop:
                    del trail[each]
            else:
                trail[step] = iter(depends[step])


def _future(
    contest: CheckContext, name: str, known: str, path: Path, depends: dict[str, tuple[str, ...]]
) -> Iterator[Fault]:
    order = list(contest.scenario.moves)
    earlier = order[: order.index(name)]
    if known == name:
        yield Fault(f"the move '{name}' knows itself", "earlier moves and factors", path=path)
    elif known in order and known not in earlier:
        yield Fault(
            f"'{name}' knows '{known}', which comes later",
            "moves that stand before it, or another order of the moves",
            path=path,
        )
    elif known in depends:
        future = [move for move in moves_behind([known], depends, order) if move not in earlier]
        for move in future[:1]:
            which = f"'{name}' itself" if move == name else f"the later move '{move}'"
            yield Fault(
                f"'{name}' knows '{known}', which depends on {which}",
                "only what is settled before the move",
                path=path,
            )


def moves_behind(
    names: Iterable[str], depends: Mapping[str, Sequence[str]], order: Sequence[str]
) -> list[str]:
    """List the moves on which the named moves and factors depend, in order of play.

    Args:
        names: moves and factors; moves among them are listed too.
        depends: for each factor what it depends on directly.
        order: all moves, in order of play.
    """
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += depends.get(name, ())
    return [move for move in order if move in seen]
