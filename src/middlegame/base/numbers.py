"""Array types and constants that every room shares."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of double-precision numbers; its shape is given where it is used."""

HALF_WIDTH_90 = 1.6448536269514722
"""Half the width of a normal distribution's central 90% interval, in standard deviations."""
