"""Methods ranked over several protocols, as numbers.

The share of repetitions in which one method is better than another is averaged over the repetitions
of a protocol that both have, then over the protocols of a family, then over the families. So a
family counts once, however many protocols it has. Ranks follow from the shares.

Methods with runs of more than half of the protocols are ranked among each other: any two of them
share a protocol. Other methods get the rank that they would have among those, but no place, and
change nothing in the ranks of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from bench.indicators import kendall_tau, pairwise_wins, ranks_of_shares
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.joint.families import Family, families
from reports.search.comparison import run_frame, value_matrix

__all__ = [
    "RESAMPLES",
    "JointRanking",
    "JointRow",
    "Placed",
    "Without",
    "make_joint_ranking",
    "mean_shares",
    "placed_methods",
    "resampled_shares",
]

RESAMPLES = 2000  # of the bootstrap; *ours*, as for the intervals of one protocol
_TAILS = (0.025, 0.975)  # of a 95 % interval

Wins = Sequence[Sequence[Floats]]  # of each family, of each protocol: [repetitions, k, k]


@dataclass(frozen=True)
class Placed:
    """The place of a method by its average rank.

    Attributes
    ----------
    place, first, last : int
        Place, 1 is best, and the places between which it is in 95 % of the resamples.
    """

    place: int
    first: int
    last: int


@dataclass(frozen=True)
class JointRow:
    """A method over all protocols.

    Attributes
    ----------
    method : str
    protocols, families : int
        Protocols and families in which it has runs.
    rank, low, high : float
        Average rank, 1 is best, and its 95 % bootstrap interval; NaN if the method shares no
        repetition of any protocol with a method that has a place.
    placed : Placed, optional
        None if the method has runs of half of the protocols or fewer.
    by_family : tuple of float
        Average rank in each family; NaN if the method shares nothing there.
    """

    method: str
    protocols: int
    families: int
    rank: float
    low: float
    high: float
    placed: Placed | None
    by_family: tuple[float, ...]


@dataclass(frozen=True)
class Without:
    """The ranking without one family.

    Attributes
    ----------
    family : str
        Name of the family that is left out.
    agreement : float
        Kendall tau between the average ranks with and without the family.
    places : dict of str to (int, int)
        Place of each method that is ranked without the family, with and without it, among these
        methods.
    """

    family: str
    agreement: float
    places: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class JointRanking:
    """The ranking over several protocols.

    Attributes
    ----------
    families : tuple of Family
    rows : tuple of JointRow
        The best average rank first, those without a place last.
    without : tuple of Without
        One for each family; empty if there is only one.
    """

    families: tuple[Family, ...]
    rows: tuple[JointRow, ...]
    without: tuple[Without, ...]


def make_joint_ranking(results: Sequence[SearchResults]) -> JointRanking:
    """Return the ranking of all methods over several protocols.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.

    Notes
    -----
    The bootstrap draws from the stream ("joint ranking", ids of the protocols), so that it does not
    depend on the methods.
    """
    by_id = {each.protocol.id: each for each in results}
    grouped = families(each.protocol for each in results)
    ids = [protocol.id for family in grouped for protocol in family.protocols]
    methods = sorted({method for each in results for method in each.methods})
    core = [i for i, method in enumerate(methods) if method in placed_methods(results)]
    wins = [[_wins(by_id[p.id], methods) for p in family.protocols] for family in grouped]
    rng = stream("joint ranking", *ids)
    ranks = _ranks(mean_shares(wins), core)
    drawn = _ranks(resampled_shares(wins, RESAMPLES, rng), core)
    places, drawn_places = _places(ranks[core]), _places(drawn[:, core])
    by_family = [_ranks(mean_shares([members]), core) for members in wins]
    rows = []
    for i, method in enumerate(methods):
        present = [[method in by_id[p.id].methods for p in f.protocols] for f in grouped]
        known = drawn[~np.isnan(drawn[:, i]), i]
        low, high = np.quantile(known, _TAILS) if known.size else (np.nan, np.nan)
        placed = None
        if i in core:
            column = core.index(i)
            between = drawn_places[:, column]
            placed = Placed(
                place=int(places[column]),
                first=int(np.quantile(between, _TAILS[0], method="lower")),
                last=int(np.quantile(between, _TAILS[1], method="higher")),
            )
        rows.append(
            JointRow(
                method=method,
                protocols=sum(map(sum, present)),
                families=sum(map(any, present)),
                rank=float(ranks[i]),
                low=float(low),
                high=float(high),
                placed=placed,
                by_family=tuple(float(each[i]) for each in by_family),
            )
        )
    rows.sort(key=lambda row: (row.placed is None, row.rank, row.method))
    without = []
    for skipped, family in enumerate(grouped if len(grouped) > 1 else ()):
        others = _ranks(mean_shares([*wins[:skipped], *wins[skipped + 1 :]]), core)
        kept = [i for i in core if not np.isnan(others[i])]
        agreement = kendall_tau(ranks[kept], others[kept])
        moves = zip(kept, _places(ranks[kept]), _places(others[kept]), strict=True)
        places_without = {methods[i]: (int(before), int(after)) for i, before, after in moves}
        without.append(Without(family.name, agreement, places_without))
    return JointRanking(grouped, tuple(rows), tuple(without))


def placed_methods(results: Sequence[SearchResults]) -> list[str]:
    """Return the methods with runs of more than half of the protocols, by name.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.
    """
    counts = Counter(method for each in results for method in each.methods)
    return sorted(method for method, count in counts.items() if 2 * count > len(results))


def _ranks(shares: Floats, core: Sequence[int]) -> Floats:
    """Return the average rank of each method among some [..., k], from shares [..., k, k]."""
    ranks = np.full(shares.shape[:-1], np.nan)
    ranks[..., core] = ranks_of_shares(shares[..., core, :][..., core])
    for i in range(shares.shape[-1]):
        if i not in core:
            lost = np.moveaxis(1.0 - shares[..., i, core], -1, 0)
            ranks[..., i] = 1.0 + len(core) * _mean(lost)
    return ranks


def _wins(results: SearchResults, methods: Sequence[str]) -> Floats:
    """Return `pairwise_wins` [repetitions, k, k] of a protocol, NaN for methods without runs.

    A repetition of a single method compares nothing and is left out: it changes no draw.
    """
    ratios = value_matrix(run_frame(results), results, "hypervolume_ratio")
    scores = np.full((len(methods), ratios.shape[1]), np.nan)
    scores[[methods.index(method) for method in results.methods]] = ratios
    shared = (~np.isnan(scores)).sum(axis=0) > 1
    wins: Floats = pairwise_wins(scores)[shared]
    return wins


def mean_shares(wins: Wins) -> Floats:
    """Return the share [k, k] of repetitions in which each method is better than each other one.

    Parameters
    ----------
    wins : sequence of sequence of array [repetitions, k, k]
        Of each family, of each of its protocols: `bench.indicators.pairwise_wins`.

    Returns
    -------
    array of float [k, k]
        Mean over families of the mean over protocols of the mean over repetitions; what a pair does
        not share has no part in its means. NaN for a pair that shares nothing.
    """
    shares = [[_share(w, np.ones((1, len(w))))[0] for w in family] for family in wins]
    return _mean([_mean(family) for family in shares])


def resampled_shares(wins: Wins, resamples: int, rng: np.random.Generator) -> Floats:
    """Return the shares [resamples, k, k] of a bootstrap on two levels.

    In each resample, as many protocols as a family has are drawn from it with replacement, and for
    each of those as many repetitions as the protocol has; families stay. The shares are averaged as
    in `mean_shares`.

    Parameters
    ----------
    wins : sequence of sequence of array [repetitions, k, k]
        As for `mean_shares`.
    resamples : int
        Number of resamples.
    rng : numpy.random.Generator
        The only source of randomness. For each family and each place in it: one draw of a protocol
        for every resample; then, for each protocol of the family, one of the repetitions of the
        resamples that drew it.

    Notes
    -----
    A bootstrap of clusters and of what they contain (Davison and Hinkley, 1997, "Bootstrap methods
    and their application", section 3.8). Families are few and were not drawn from anything, so they
    are left out one by one instead.
    """
    k = wins[0][0].shape[1]
    means = []
    for family in wins:
        places = []
        for _ in family:
            drawn = rng.integers(0, len(family), size=resamples)
            shares = np.full((resamples, k, k), np.nan)
            for protocol, w in enumerate(family):
                chosen = np.flatnonzero(drawn == protocol)
                repetitions = rng.integers(0, max(len(w), 1), size=(len(chosen), len(w)))
                shares[chosen] = _share(w, _counts(repetitions, len(w)))
            places.append(shares)
        means.append(_mean(places))
    return _mean(means)


def _counts(drawn: np.ndarray, repetitions: int) -> Floats:
    """Return how often each repetition was drawn [b, repetitions], from draws [b, n]."""
    rows = np.arange(len(drawn))[:, None] * repetitions
    flat = np.bincount((rows + drawn).ravel(), minlength=len(drawn) * repetitions)
    return flat.reshape(len(drawn), repetitions).astype(np.float64)


def _share(wins: Floats, counts: Floats) -> Floats:
    """Return shares [b, k, k] of wins [repetitions, k, k], each counted [b, repetitions] times."""
    repetitions, k, _ = wins.shape
    flat = wins.reshape(repetitions, k * k)
    present = ~np.isnan(flat)
    times = counts @ present
    with np.errstate(invalid="ignore"):
        shares = (counts @ np.where(present, flat, 0.0)) / times
    return np.where(times > 0, shares, np.nan).reshape(-1, k, k)


def _mean(arrays: Sequence[Floats] | Floats) -> Floats:
    """Return the mean of some arrays, entry by entry, of those that are not NaN."""
    stacked = np.asarray(arrays)
    present = ~np.isnan(stacked)
    count = present.sum(axis=0)
    total = np.where(present, stacked, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _places(ranks: Floats) -> Floats:
    """Return places [..., k] by average rank [..., k]; ties share the better place."""
    places: Floats = 1.0 + (ranks[..., None, :] < ranks[..., :, None]).sum(axis=-1)
    return places
