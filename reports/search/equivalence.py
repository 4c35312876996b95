"""The region of practical equivalence: differences that make no difference to users."""

from __future__ import annotations

from bench.protocol import SearchProtocol

__all__ = ["DEFAULT_REGION", "region_of_equivalence"]

# Of the hypervolume ratio; *ours*. About the width of a 95 % interval of a median over 20 runs.
DEFAULT_REGION = 0.005


def region_of_equivalence(protocol: SearchProtocol) -> float:
    """Return the difference of hypervolume ratios up to which two methods are practically equal.

    The one that the protocol states, in its key `region_of_equivalence`; a protocol without the key
    has the default, 0.005.
    """
    stated: float | None = getattr(protocol.rules, "region_of_equivalence", None)
    return DEFAULT_REGION if stated is None else stated
