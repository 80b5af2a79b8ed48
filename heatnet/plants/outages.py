"""Hours in which a plant cannot run: drawn from failures and repairs, and as masks over a year.

A plant alternates between service and repair (alternating renewal process). Time in service is exponential with mean
`mean_up_h`; a repair is exponential or of constant length, with mean `repair_h`. The year is cut out of a process that has
gone on for long, so that in the mean the share

    A = mean_up_h / (mean_up_h + repair_h)

of its hours is in service (Barlow and Proschan, *Mathematical Theory of Reliability*, 1965, chapter 3). Limits: failures do not
depend on load, weather or other plants; a plant is in service or not, there is no derating.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from heatnet.model.hourly import BoolArray, FloatArray

#: first hour and the hour after the last, from the beginning of the year
Span = tuple[int, int]


def draw_outages(
    plant: str, draw: int, hours: int, mean_up_h: float, repair_h: float, *, constant: bool = False, stream: str = ""
) -> tuple[Span, ...]:
    """Return the outages of one plant over a year, in time order.

    Parameters
    ----------
    plant : str
        Each plant has random numbers of its own, whatever other plants are drawn.
    draw : int
        Number of the draw; the same gives the same outages.
    hours : int
        Length of the year, h.
    mean_up_h, repair_h : float
        Mean time in service and mean time of a repair, h.
    constant : bool
        Every repair takes `repair_h`; else it is exponential.
    stream : str
        What fails, where a plant has several causes: each has random numbers of its own.

    Returns
    -------
    tuple of (int, int)
        Beginning and end rounded to whole hours, which leaves the mean length as it is; outages that touch are one.
    """
    entropy = (draw, zlib.crc32(plant.encode()), zlib.crc32(stream.encode()))
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    spans: list[Span] = []
    now = 0.0
    down = bool(random.random() < repair_h / (mean_up_h + repair_h))
    first = True
    while now < hours:
        if down:
            # of a repair that is going on at the year's beginning, a uniform part is left; an exponential one has no memory
            length = repair_h * (random.random() if first else 1.0) if constant else random.exponential(repair_h)
            spans.append((round(now), min(round(now + length), hours)))
        else:
            length = random.exponential(mean_up_h)
        now, down, first = now + float(length), not down, False
    return merged_spans(spans)


def merged_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in time order, without empty ones, those that touch or overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def out_of_service(spans: Sequence[Span], hours: int) -> BoolArray:
    """Return in which hours a plant cannot run, shape (hours,)."""
    out = np.zeros(hours, dtype=bool)
    for start, end in spans:
        out[start:end] = True
    return out


def within_service(available_mw: FloatArray, out: BoolArray) -> FloatArray:
    """Return what a plant can give, MW, shape (T,): nothing while it is out of service."""
    return np.where(out, 0.0, available_mw)
