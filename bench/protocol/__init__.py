"""Protocols: the frozen rules of a comparison, their identity and their lock."""

from bench.protocol.base import MAIN_ROSTER, Protocol
from bench.protocol.loading import (
    AnyProtocol,
    load_protocol,
    load_ranking_protocol,
    load_search_protocol,
    read_lock,
    released_protocols,
)
from bench.protocol.ranking import RankingProtocol
from bench.protocol.search import SearchProtocol

__all__ = [
    "MAIN_ROSTER",
    "AnyProtocol",
    "Protocol",
    "RankingProtocol",
    "SearchProtocol",
    "load_protocol",
    "load_ranking_protocol",
    "load_search_protocol",
    "read_lock",
    "released_protocols",
]
