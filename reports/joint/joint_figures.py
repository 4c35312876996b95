"""Figures over several protocols: ranks with intervals, and one runtime profile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.indicators import runtime_profile
from bench.results.search import SearchResults
from reports.joint.families import Family
from reports.joint.joint_ranking import JointRanking
from reports.rendering import display, style
from reports.rendering.saving import Plot
from reports.search.comparison import RANDOM, method_order

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_plots", "joint_profile", "profiled"]

_RANKS = (
    "Average rank of each method (mark) with its 95 % interval, from repetitions within protocols "
    "and protocols within families; 1 is best. Small letters are the ranks within one family: "
    "{letters}."
)
_PROFILE = (
    "Share of all targets, the hypervolume ratios that each protocol names, that are reached in a "
    "repetition within a share of the budget: the mean over the repetitions and targets of a "
    "protocol, then over the protocols of a family, then over the families. Further up and to the "
    "left is better. Over {count} protocols, and the methods with runs of all of these: {names}."
)
_ROW_INCHES = 0.42
_SHARES = 200  # points of the budget


def draw_plots(results: Sequence[SearchResults], ranking: JointRanking) -> Iterator[Plot]:
    """Draw the figures over several protocols.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.
    ranking : JointRanking
    """
    names = list(dict.fromkeys(name for each in results for name in method_order(each)))
    looks = style.looks(names, RANDOM)
    foot = (
        f"{display.counted(len(results), 'protocol')}, "
        f"{len(ranking.families)} famil{'y' if len(ranking.families) == 1 else 'ies'}"
    )
    with style.settings():
        caption, figure = _ranks(ranking, looks)
        style.foot_line(figure, foot)
        yield Plot("ranks", "Average ranks over all protocols", caption, figure)
    if profiled(results)[0]:
        with style.settings():
            caption, figure = _profile(results, ranking, looks)
            style.foot_line(figure, foot)
            yield Plot("profile", "Runtime profile over all protocols", caption, figure)


def _ranks(ranking: JointRanking, looks: dict[str, style.Look]) -> tuple[str, Figure]:
    rows = [row for row in ranking.rows if row.placed]
    names = style.short_names(row.method for row in rows)
    left = 0.35 + 0.078 * max(map(len, names.values()))
    figure, (ax,) = style.new_figure((_ROW_INCHES * len(rows) + 0.15,), left=left)
    letters = [chr(ord("a") + number) for number in range(len(ranking.families))]
    for y, row in enumerate(rows):
        look = looks[row.method]
        ax.plot([row.low, row.high], [y, y], color=look.colour, linewidth=2.0)
        ax.plot([row.rank], [y], **look.mark)
        for letter, rank in zip(letters, row.by_family, strict=True):
            if not np.isnan(rank) and len(letters) > 1:
                ax.text(
                    rank, y + 0.3, letter, fontsize=7, ha="center", va="center", color="#595959"
                )
    ax.set_yticks(range(len(rows)), list(names.values()))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0.8, len(rows) + 0.2)
    ax.grid(visible=True, axis="x")
    ax.set_xlabel("average rank")
    named = [f"{x} {family.name}" for x, family in zip(letters, ranking.families, strict=True)]
    return _RANKS.format(letters="; ".join(named)), figure


def profiled(results: Sequence[SearchResults]) -> tuple[list[str], list[SearchResults]]:
    """Return methods and protocols with targets, such that each method has runs of each protocol.

    Of the ways to take the protocols with the most methods, the one with the most pairs of a method
    and a protocol (*ours*). So neither a method of few protocols nor a protocol of few methods
    takes much from the others.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.

    Returns
    -------
    methods : list of str
        By name.
    results : list of SearchResults
        Of the protocols.
    """
    ordered = sorted(
        (each for each in results if each.protocol.rules.targets),
        key=lambda each: (-len(each.methods), each.protocol.name, each.protocol.id),
    )
    best: tuple[list[str], list[SearchResults]] = ([], [])
    for count in range(1, len(ordered) + 1):
        some = ordered[:count]
        methods = sorted(set.intersection(*(set(each.methods) for each in some)))
        if len(methods) * count >= len(best[0]) * len(best[1]):
            best = (methods, some)
    return best


def joint_profile(
    results: Sequence[SearchResults], families: Sequence[Family], method: str
) -> Floats:
    """Return the share of targets that a method has reached [200], over shares of the budget.

    Parameters
    ----------
    results : sequence of SearchResults
        Of `profiled`.
    families : sequence of Family
        Of these and other protocols.
    method : str
        With runs of each of these protocols.
    """
    by_id = {each.protocol.id: each for each in results}
    means = []
    for family in families:
        members = [by_id[p.id] for p in family.protocols if p.id in by_id]
        if members:
            means.append(np.mean([_profile_of(each, method) for each in members], axis=0))
    return np.asarray(np.mean(means, axis=0))


def _profile_of(results: SearchResults, method: str) -> Floats:
    rules = results.protocol.rules
    reached = runtime_profile(results.traces(method), rules.targets).mean(axis=0)
    shares = np.arange(1, _SHARES + 1) / _SHARES
    evaluations = np.floor(shares * rules.budget.evaluations + 1e-9).astype(int)
    profile: Floats = np.concatenate([[0.0], reached])[evaluations]
    return profile


def _profile(
    results: Sequence[SearchResults], ranking: JointRanking, looks: dict[str, style.Look]
) -> tuple[str, Figure]:
    methods, chosen = profiled(results)
    height, right = style.panel_height(len(methods)), style.label_width(methods)
    figure, (ax,) = style.new_figure((height,), right=right)
    shares, step, ends = 100.0 * np.arange(1, _SHARES + 1) / _SHARES, _SHARES // 6, {}
    for position, method in enumerate(methods):
        profile = joint_profile(chosen, ranking.families, method)
        mark = (position * step // len(methods), step)
        ax.plot(shares, profile, drawstyle="steps-post", markevery=mark, **looks[method].line)
        ends[method] = float(profile[-1])
    ax.set_xlim(0, 100)
    ax.set_ylim(0.0, min(1.0, max(0.1, 1.1 * max(ends.values()))) + 0.02)
    ax.set_xlabel("share of the budget [%]")
    ax.set_ylabel("share of targets reached")
    ax.grid(visible=True, axis="y")
    style.label_lines(ax, ends, looks, panel=height)
    names = ", ".join(sorted(each.protocol.name for each in chosen))
    return _PROFILE.format(count=display.count_of(len(chosen), len(results)), names=names), figure
