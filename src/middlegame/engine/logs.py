"""Contraction in logarithms: near Nash, reach probabilities fall below what a float can hold."""

from collections.abc import Sequence

from middlegame.engine.backend import jax, jnp
from middlegame.engine.contraction import Array, Axes, aligned, plan


def contract_logs(
    masses: Sequence[Array],
    points: Sequence[Array],
    operands: Sequence[Axes],
    output: Axes,
    sizes: tuple[int, ...],
) -> tuple[Array, Array]:
    """Contract masses and points as `contract_points` does, with nothing that underflows.

    Args:
        masses: logarithms of the tables to multiply; -inf for what is impossible.
        points: beside each, points (not times the mass), of the same shape.
        operands: each pair's axes.
        output: the axes left open, in order.
        sizes: each axis' length.

    Returns:
        The logarithm of the mass, and the expected points given the output axes; 0 where the
        mass is 0.
    """
    remaining = list(zip(masses, points, strict=True))
    for step in plan(tuple(operands), output, sizes).steps:
        mass, point = remaining.pop(step.left)
        gone = [a for a in dict.fromkeys((*step.left_axes, *step.right_axes)) if a not in step.axes]
        order = (*gone, *step.axes)
        mass, point = (aligned(table, step.left_axes, order) for table in (mass, point))
        if step.right >= 0:
            other, other_point = remaining.pop(step.right)
            mass = mass + aligned(other, step.right_axes, order)
            point = point + aligned(other_point, step.right_axes, order)
        if gone:
            axes = tuple(range(len(gone)))
            top = jax.lax.stop_gradient(mass.max(axis=axes))
            top = jnp.where(jnp.isfinite(top), top, 0.0)
            weight = jnp.exp(mass - top)
            total = weight.sum(axis=axes)
            some = total > 0
            safe = jnp.where(some, total, 1.0)
            point = (weight * point).sum(axis=axes) / safe
            mass = jnp.where(some, top + jnp.log(safe), -jnp.inf)
        remaining.append((mass, point))
    return remaining[0]
