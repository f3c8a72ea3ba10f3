"""How well a recogniser tells people apart, counted on pictures of known people. Pure; distances as in `vectors`.

FMR is the share of comparisons of two people that match (a stranger is let in), FNMR the share of comparisons of one
person that do not (an honest trainee is turned away).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from proctoring.vectors import Vector, distances_between, mean_of

SHOWN_BY = 3  # comparisons that have to match by mistake before a rate is more than luck
PROBES = 6  # templates and looks of one person at most: a few people with many pictures must not outweigh the rest

People = Mapping[str, Sequence[Vector]]


@dataclass(frozen=True)
class Scores:
    """Distances of comparisons of one person, and of two; both ascending."""

    genuine: NDArray[np.float64]
    impostor: NDArray[np.float64]

    def fmr(self, limit: float) -> float:
        """Share of comparisons of two people at most `limit` apart."""
        return float(np.searchsorted(self.impostor, limit, "right") / max(1, len(self.impostor)))

    def fnmr(self, limit: float) -> float:
        """Share of comparisons of one person further apart than `limit`."""
        return float(1 - np.searchsorted(self.genuine, limit, "right") / max(1, len(self.genuine)))

    def limit_at(self, fmr: float) -> float:
        """The largest distance at which no more than `fmr` of the impostors match."""
        allowed = min(len(self.impostor) - 1, int(fmr * len(self.impostor)))
        return float(np.nextafter(self.impostor[allowed], -np.inf))

    def tar_at(self, far: float) -> float:
        """Share of honest comparisons that match where `far` of the others do."""
        return 1 - self.fnmr(self.limit_at(far))

    def equal_error(self) -> float:
        """The rate at which FMR and FNMR are the same."""
        limits = np.concatenate([self.genuine, self.impostor])
        rates = np.array([(self.fmr(limit), self.fnmr(limit)) for limit in limits])
        return float(rates[np.abs(rates[:, 0] - rates[:, 1]).argmin()].mean())

    def can_show(self, fmr: float) -> bool:
        """Whether there are enough comparisons of two people to speak of such a rate."""
        return len(self.impostor) * fmr >= SHOWN_BY


def single(engine: str, people: People) -> Scores:
    """Each picture with each other: what data sets are usually judged by."""
    apart = [distances_between(engine, np.stack(v), np.stack(v))[np.triu_indices(len(v), 1)] for v in people.values()]
    return Scores(_sorted(apart), _strangers(engine, people))


def as_used(engine: str, people: People) -> Scores:
    """A template of two pictures with the mean of two others, as the platform compares: needs four of a person.

    People with two or three pictures serve as strangers.
    """
    genuine, means = [], {}
    for name, vectors in people.items():
        halves = [({i, j}, mean_of(engine, [vectors[i], vectors[j]])) for i, j in combinations(range(len(vectors)), 2)]
        pairs = [(one, other) for (used, one), (rest, other) in combinations(halves, 2) if not used & rest]
        genuine += [distances_between(engine, one[None], other[None]).ravel() for one, other in pairs]
        if halves:
            means[name] = [mean for _used, mean in halves[:PROBES]]
    return Scores(_sorted(genuine), _strangers(engine, means))


def _strangers(engine: str, people: People) -> NDArray[np.float64]:
    """Everything of each person with everything of each other person."""
    stacks = [np.stack(vectors) for vectors in people.values()]
    return _sorted([distances_between(engine, one, other).ravel() for one, other in combinations(stacks, 2)])


def _sorted(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    return np.sort(np.concatenate(parts).astype(np.float64)) if parts else np.empty(0)


def proposed(scores: Scores, pass_fmr: float, review_fmr: float) -> tuple[float, float]:
    """(pass, review) for the ruleset: rounded down to hundredths, so that no more match than was asked for."""
    return tuple(float(np.floor(scores.limit_at(rate) * 100) / 100) for rate in (pass_fmr, review_fmr))  # type: ignore[return-value]
