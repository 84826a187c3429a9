"""Colours of actors: nine that differ, also for colour-blind readers."""

from itertools import combinations

import numpy as np

from middlegame.report.text.palette import NEUTRAL, PALETTE, actor_colours

# Linear RGB as it is seen without red, green or blue cones (Machado et al. 2009, severity 1).
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
TRITANOPIA = [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.303900],
]
XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
PAPERS = ("#ffffff", "#161a1f")


def linear(colour):
    """Return a colour's linear RGB."""
    shares = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return the CIE L*a*b* coordinates of linear RGB."""
    xyz = np.array(XYZ) @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    light, dark = sorted(float(np.array(XYZ[1]) @ linear(each)) for each in (one, other))[::-1]
    return (light + 0.05) / (dark + 0.05)


def test_nine_colours_and_the_neutral_one_differ_for_all_readers():
    for eyes in (np.eye(3), *map(np.array, (PROTANOPIA, DEUTERANOPIA, TRITANOPIA))):
        for one, other in combinations((*PALETTE, NEUTRAL), 2):
            distance = np.linalg.norm(lab(eyes @ linear(one)) - lab(eyes @ linear(other)))
            assert distance > 15, (one, other)


def test_every_colour_shows_on_light_and_dark_paper():
    for colour in (*PALETTE, NEUTRAL):
        assert min(contrast(colour, paper) for paper in PAPERS) > 1.9, colour


def test_each_of_nine_actors_has_a_colour_of_its_own(venezuela):
    colours = actor_colours(venezuela.diagram)
    assert len(colours) == len(set(colours.values())) == 9
    assert NEUTRAL not in colours.values()
