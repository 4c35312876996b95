"""What a paper claims, as data: one TOML file for each paper."""

from __future__ import annotations

from pydantic import Field, model_validator

from bench.errors import CallError
from reports.claims.evidence import Evidence
from reports.claims.files import read_record, record_names, record_path
from reports.claims.measure import IndicatorName
from reports.claims.outcome import Missing, Outcome
from reports.claims.published import Published, Strict
from reports.claims.rules import AnyRule

__all__ = ["Claim", "Comparison", "Paper", "Source", "load_paper"]


class Claim(Strict):
    """One statement of a paper that can be true or false.

    Attributes
    ----------
    id : str
        Its name among the paper's claims; it never changes.
    topic : str
        What it is about, as the heading that it stands below.
    place : str
        Where the paper says it.
    statement : str
    published : Published
        The number, its unit, how it was published.
    rule : reports.claims.rules.Rule
        How it is judged.
    note : str
        What must be known to read the verdict: how a number was understood, where the test here
        differs from the paper's.
    """

    id: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    topic: str = Field(min_length=1)
    place: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    published: Published
    rule: AnyRule
    note: str = ""

    @model_validator(mode="after")
    def _agree(self) -> Claim:
        if self.rule.needs_value and self.published.value is None:
            raise ValueError(f"a rule of kind {self.rule.kind!r} needs published.value")
        mean = self.rule.beside_a_mean and self.published.value is not None
        if mean and self.published.runs is None:
            raise ValueError(
                f"a rule of kind {self.rule.kind!r} holds a mean of runs against "
                f"published.value and needs published.runs"
            )
        return self

    def judge(self, evidence: Evidence) -> Outcome:
        """Return the verdict; `no results`, and what makes them, where they are missing."""
        try:
            return self.rule.judge(self.published, evidence)
        except Missing as missing:
            return Outcome("no results", str(missing), command=missing.command)


class Comparison(Strict):
    """Pairs, other than those of claims, whose sample efficiency is drawn at every level.

    Attributes
    ----------
    pairs : tuple of (method, baseline)
    """

    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    pairs: tuple[tuple[str, str], ...] = Field(min_length=1)


class Source(Strict):
    """A text that claims are taken from."""

    title: str
    authors: str
    venue: str
    year: int = Field(ge=1900)


class Paper(Source):
    """A paper and its claims.

    Attributes
    ----------
    name : str
        That of its file.
    earlier : tuple of Source
        Other texts of the same work that claims are taken from.
    note : str
        What of the paper was read.
    curves : str, optional
        Name of the file of its published curves.
    comparisons : tuple of Comparison
    claims : tuple of Claim
    """

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    short: str
    note: str = ""
    earlier: tuple[Source, ...] = ()
    curves: str | None = None
    comparisons: tuple[Comparison, ...] = ()
    claims: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _agree(self) -> Paper:
        ids = [claim.id for claim in self.claims]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"two claims are called {twice[0]!r}")
        return self


def load_paper(name: str) -> Paper:
    """Return the claims of a paper that ships with the suite.

    Raises
    ------
    CallError
        If there is none of that name.
    ClaimError
        If its record cannot be read or breaks a rule.
    """
    if name not in record_names():
        raise CallError(f"unknown paper {name!r}: expected one of {', '.join(record_names())}")
    return read_record(record_path(name), Paper)
