"""The scrambled Sobol sequence (Sobol' 1967), without importing SciPy's statistics.

Direction numbers are those of Joe & Kuo (2008), read from the file that comes with SciPy. They are
scrambled by a linear matrix scramble with a digital shift (Matousek 1998). The points are those of
`scipy.stats.qmc.Sobol` for the same seed, whose import would take longer than a forecast.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats

BITS = 30
"""Bits of a point's coordinates: the sequence has `2**BITS` points."""
_NUMBERS = ("stats", "_sobol_direction_numbers.npz")

Words = NDArray[np.uint32]


def sobol_points(dimensions: int, seed: int, begin: int, end: int) -> Floats:
    """Return points `begin` up to `end` of the sequence, `[points, dimensions]`, in [0, 1).

    Raises:
        QueryError: there are more dimensions than direction numbers.
    """
    directions, shift = _scrambled_directions(dimensions, seed)
    places = np.arange(begin, end, dtype=np.uint32)
    gray = places ^ (places >> np.uint32(1))
    points = np.broadcast_to(shift, (len(places), dimensions)).copy()
    for bit in range(int(gray.max(initial=0)).bit_length()):
        points[(gray >> np.uint32(bit)) & np.uint32(1) == 1] ^= directions[:, bit]
    return points / float(2**BITS)


@lru_cache(maxsize=4)
def _scrambled_directions(dimensions: int, seed: int) -> tuple[Words, Words]:
    """Return the direction numbers `[dimensions, bits]` and the shift `[dimensions]`, scrambled."""
    (rng,) = np.random.default_rng(seed).spawn(1)  # as SciPy does
    powers = np.uint32(2) ** np.arange(BITS, dtype=np.uint32)
    shift = rng.integers(2, size=(dimensions, BITS), dtype=np.uint32) @ powers
    lower = np.tril(rng.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    lower[:, np.arange(BITS), np.arange(BITS)] = 1
    # The first bit of a number is its highest one.
    bits = (_directions(dimensions)[..., None] >> np.arange(BITS)[::-1].astype(np.uint32)) & 1
    scrambled = np.einsum("dpk,djk->djp", lower, bits) & 1
    return (scrambled.astype(np.uint32) @ powers[::-1]).astype(np.uint32), shift.astype(np.uint32)


def _directions(dimensions: int) -> Words:
    """Return the direction numbers `[dimensions, bits]` by their recurrence (Bratley & Fox 1988).

    Raises:
        QueryError: there are more dimensions than direction numbers.
    """
    with files("scipy").joinpath(*_NUMBERS).open("rb") as file:
        known = np.load(file)
        polynomials, starts = known["poly"], known["vinit"]
    if dimensions > len(polynomials):
        raise QueryError(
            f"{dimensions:,} ranges; a Sobol sequence has at most {len(polynomials):,}: use the "
            "method 'latin'"
        )
    polynomials, starts = polynomials[:dimensions], starts[:dimensions]
    numbers = np.ones((dimensions, BITS), np.int64)
    degrees = np.array([int(each).bit_length() - 1 for each in polynomials])
    for degree in range(1, int(degrees.max(initial=0)) + 1):
        own = degrees == degree
        some = numbers[own]
        some[:, :degree] = starts[own, :degree]
        for place in range(degree, BITS):
            some[:, place] = some[:, place - degree]
            for step in range(degree):
                uses = (polynomials[own] >> (degree - 1 - step)) & 1
                some[:, place] ^= (uses << (step + 1)) * some[:, place - step - 1]
        numbers[own] = some
    return (numbers << np.arange(BITS)[::-1]).astype(np.uint32)
