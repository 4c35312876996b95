"""The claims of a paper, as data: one TOML file for each paper."""

from __future__ import annotations

from pydantic import Field, model_validator

from bench.errors import CallError
from bench.schema import StrictModel
from reports.claims.evidence import Evidence
from reports.claims.judgement import Judgement, MissingEvidence
from reports.claims.measure import IndicatorName
from reports.claims.published_number import PublishedNumber
from reports.claims.record_files import read_record, record_names, record_path
from reports.claims.rules import AnyRule

__all__ = ["Claim", "DrawnPairs", "Paper", "Publication", "load_paper"]


class Claim(StrictModel):
    """One statement of a paper that can be true or false.

    Attributes
    ----------
    id : str
        Identifies it among the paper's claims; it never changes.
    topic : str
        Heading of the claim's section.
    place : str
        Page, table or figure of the paper.
    statement : str
    published : PublishedNumber
        The number, its unit, and how it was published.
    rule : reports.claims.rules.Rule
        Judges the claim.
    note : str
        Text for readers of the verdict: how a number was understood, where the test here differs
        from the paper's.
    """

    id: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    topic: str = Field(min_length=1)
    place: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    published: PublishedNumber
    rule: AnyRule
    note: str = ""

    @model_validator(mode="after")
    def _agree(self) -> Claim:
        if self.rule.needs_value and self.published.value is None:
            raise ValueError(f"a rule of kind {self.rule.kind!r} needs published.value")
        mean = self.rule.compares_means and self.published.value is not None
        if mean and self.published.runs is None:
            raise ValueError(
                f"a rule of kind {self.rule.kind!r} compares a mean of runs with "
                f"published.value and needs published.runs"
            )
        return self

    def judge(self, evidence: Evidence) -> Judgement:
        """Return the judgement; its verdict is `no results` if the evidence is missing."""
        try:
            return self.rule.judge(self.published, evidence)
        except MissingEvidence as missing:
            return Judgement("no results", str(missing), command=missing.command)


class DrawnPairs(StrictModel):
    """Pairs, besides those of claims, whose sample efficiency is drawn at every level.

    Attributes
    ----------
    protocol : str
    indicator : IndicatorName
    pairs : tuple of (method, baseline)
    """

    protocol: str
    indicator: IndicatorName = "log10_hypervolume_difference"
    pairs: tuple[tuple[str, str], ...] = Field(min_length=1)


class Publication(StrictModel):
    """A text from which claims are taken.

    Attributes
    ----------
    title, authors, venue : str
    year : int
    """

    title: str
    authors: str
    venue: str
    year: int = Field(ge=1900)


class Paper(Publication):
    """A paper and its claims.

    Attributes
    ----------
    name : str
        Name of its file without suffix.
    short : str
        Name of the paper in titles.
    note : str
        Which parts of the paper were read.
    earlier : tuple of Publication
        Other texts of the same work from which claims are taken.
    curves : str, optional
        Name of the file of its published curves.
    comparisons : tuple of DrawnPairs
    claims : tuple of Claim
    """

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    short: str
    note: str = ""
    earlier: tuple[Publication, ...] = ()
    curves: str | None = None
    comparisons: tuple[DrawnPairs, ...] = ()
    claims: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _agree(self) -> Paper:
        ids = [claim.id for claim in self.claims]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"two claims have the id {twice[0]!r}")
        return self


def load_paper(name: str) -> Paper:
    """Return the claims of the paper of this name, which ship with the suite.

    Raises
    ------
    bench.errors.CallError
        If there is no paper of that name.
    bench.errors.ClaimError
        If its record is not TOML or breaks a rule.
    """
    if name not in record_names():
        raise CallError(f"unknown paper {name!r}: expected one of {', '.join(record_names())}")
    return read_record(record_path(name), Paper)
