"""Anderson acceleration of a fixed-point iteration."""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray


class Acceleration:
    """Speeds up :math:`x \\leftarrow g(x)` by what the last steps did.

    With :math:`f = g(x) - x` and the differences :math:`\\Delta F, \\Delta G` of the last steps,

    .. math:: x_{k+1} = g_k - \\Delta G\\,\\gamma, \\quad \\gamma = \\arg\\min |f_k - \\Delta F\\,\\gamma|

    (D. G. Anderson, J. ACM 12 (1965) 547; form of Walker and Ni, SIAM J. Numer. Anal. 49 (2011) 1715, eq. 2.2.)

    Parameters
    ----------
    depth : int
        How many steps are remembered.
    largest_factor : float
        The result stays within this factor of g.
    """

    def __init__(self, depth: int = 3, largest_factor: float = 2.0) -> None:
        self._depth, self._largest_factor = depth, largest_factor
        self._steps: list[tuple[FloatArray, FloatArray]] = []

    def forget(self) -> None:
        """Begin anew, after a change that earlier steps do not know."""
        self._steps = []

    def next(self, x: FloatArray, g: FloatArray) -> FloatArray:
        """Return the next point from a point and its image, both positive."""
        if self._steps and len(self._steps[-1][0]) != len(x):
            self.forget()
        self._steps = [*self._steps, (g - x, g)][-(self._depth + 1) :]
        if len(self._steps) < 2:
            return g
        residuals, images = (np.array([step[i] for step in self._steps]) for i in (0, 1))
        gamma, *_rest = np.linalg.lstsq(np.diff(residuals, axis=0).T, residuals[-1], rcond=1e-10)
        accelerated = g - np.diff(images, axis=0).T @ gamma
        return np.asarray(np.clip(accelerated, g / self._largest_factor, g * self._largest_factor))
