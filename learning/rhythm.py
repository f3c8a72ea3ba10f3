"""How evenly a socket beats. Pages jitter each beat by ±5 % (beats.js), so their deviation is about 2.9 % of the period
(290 ms at 10 s) and more with a real network; a loop with a fixed timer stays under a few tens of milliseconds.

Running mean and variance (Welford): three numbers a socket, no list of beats.
"""

from math import sqrt

FEWEST = 30  # beats, before a deviation says anything
NOTED_SHARE = 0.02  # of the period: a deviation below it is written down, and the review judges it (ADR 0160)
SHORTEST, LONGEST = 0.5, 2.5  # periods: what lies outside is a press of the pause button, a sleep, a lost network


class Rhythm:
    """The deviation of the time between beats of one socket. Seconds in, milliseconds out."""

    __slots__ = ("beats", "last", "mean", "period", "square")

    def __init__(self, period_s: float) -> None:
        self.period, self.last = period_s, 0.0
        self.beats, self.mean, self.square = 0, 0.0, 0.0

    def add(self, moment: float, *, playing: bool) -> None:
        """A beat came at `moment` (any steady clock); only the time between two beats that play is regular."""
        gap, self.last = moment - self.last if self.last else 0.0, moment if playing else 0.0
        if not SHORTEST * self.period <= gap <= LONGEST * self.period:
            return
        self.beats += 1
        off = gap - self.mean
        self.mean += off / self.beats
        self.square += off * (gap - self.mean)

    @property
    def deviation_ms(self) -> int:
        return round(1000 * sqrt(self.square / self.beats)) if self.beats else 0

    @property
    def is_worth_noting(self) -> bool:
        """Whether there were enough beats, and they came more evenly than a page's do."""
        return self.beats >= FEWEST and self.deviation_ms < NOTED_SHARE * self.period * 1000
