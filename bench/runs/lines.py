"""The lines of a journal: header, batches and end, with the subject of the run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from bench.schema import StrictModel

__all__ = [
    "SCHEMA",
    "Batch",
    "End",
    "EstimatorSubject",
    "Header",
    "Line",
    "MethodSubject",
    "Status",
    "Subject",
]

SCHEMA = 2
Status = Literal["done", "failed", "timeout"]


class Line(StrictModel):
    """One line of a journal, its seal left out."""

    def content(self) -> dict[str, Any]:
        """Return the line as JSON has it; optional keys without a value are left away."""
        fields = type(self).model_fields
        return {
            key: value
            for key, value in self.model_dump(mode="json").items()
            if value is not None or fields[key].is_required()
        }


class MethodSubject(StrictModel):
    """A method in one repetition: what must be the same for its run to be continued."""

    kind: Literal["method"] = Field(default="method", description="Kind of the entrant.")
    name: str = Field(description="The entrant's label: that of the journal and its streams.")
    variant_of: str | None = Field(
        default=None, description="The method's own name, where the label is a variant's."
    )
    version: str = Field(description="Version that the class states.")
    settings: dict[str, Any] = Field(description="All settings that are in force.")
    source_sha256: str = Field(description="Digest of the code (`bench.entrants.digest`).")
    repetition: int = Field(description="Number of the run, from 0.")


class EstimatorSubject(StrictModel):
    """An estimator, or a stored column, on one source of scores."""

    kind: Literal["estimator"] = Field(default="estimator", description="Kind of the entrant.")
    name: str = Field(description="The entry's label: that of the journal.")
    source: str = Field(description="Name of the protocol's source of scores.")
    column: str | None = Field(default=None, description="Column of a table that is the score.")
    sign: int = Field(description="-1 where smaller is better, else 1.")
    version: str | None = Field(default=None, description="Version that the class states.")
    settings: dict[str, Any] = Field(description="All settings that are in force.")
    epochs: int | None = Field(default=None, description="Epochs of curves that are shown.")
    source_sha256: str | None = Field(
        default=None, description="Digest of the code (`bench.entrants.digest`)."
    )
    device: str | None = Field(
        default=None, description="Where networks were measured; None for what is looked up."
    )
    repetition: None = Field(default=None, description="None: an entry is scored once.")


Subject = Annotated[MethodSubject | EstimatorSubject, Field(discriminator="kind")]


class Header(Line):
    """Who ran what, with which code, on which machine."""

    kind: Literal["header"] = Field(default="header", description="Kind of the line.")
    schema_version: int = Field(
        default=SCHEMA, description="Version of the journal's format; older ones are still read."
    )
    suite_version: str | None = Field(
        default=None, description="Version of the suite; not written by the first schema."
    )
    protocol: str = Field(description="Name of the protocol.")
    protocol_id: str = Field(description="Its id, whole.")
    subject: Subject = Field(description="The entrant, its settings and its code.")
    spec: str | None = Field(
        default=None,
        description="What found the class on that machine: a registered name or a path.",
    )
    packages: dict[str, str] = Field(description="Versions of Python and of numeric packages.")
    git_commit: str | None = Field(description="Commit of the suite's checkout, if it is one.")
    git_dirty: bool | None = Field(description="Whether that checkout had changes.")
    processor: str = Field(description="Model of the processor.")
    threads: int = Field(description="Threads that numeric libraries may use.")

    def identity(self) -> dict[str, Any]:
        """Return what must be the same for a run to be continued, by key."""
        subject = {f"subject.{k}": v for k, v in self.subject.model_dump(mode="json").items()}
        return {
            "schema_version": self.schema_version,
            "protocol_id": self.protocol_id,
            **subject,
        }


class Batch(Line):
    """Architectures that were evaluated together, in order."""

    kind: Literal["batch"] = Field(default="batch", description="Kind of the line.")
    number: int = Field(
        description="Counts batches from 0; batch 0 of a search has the initial designs, if any."
    )
    architectures: tuple[tuple[int | float, ...], ...] = Field(
        description="Integers in a finite space; floats in a box, exact to the last bit. Empty in "
        "a last batch that only says what estimates had cost."
    )
    values: tuple[tuple[float | None, ...], ...] = Field(
        description="For each architecture: the search objectives, or the scores of an "
        "estimator's parts; null for no score."
    )
    cost_seconds: tuple[float, ...] = Field(
        description="For each: simulated seconds of a search's evaluation, measured ones of an "
        "estimate."
    )
    parents: tuple[int | None, ...] | None = Field(
        default=None,
        description="For each: number of the evaluation it was made from, from 0; null if none.",
    )
    operators: tuple[tuple[str, ...], ...] | None = Field(
        default=None, description="For each: the edits that made it from its parent."
    )
    cheap_queries: int = Field(
        default=0, description="Cheap objectives looked up until this batch was asked for."
    )
    estimate_seconds: float = Field(
        default=0.0, description="Simulated seconds of stored estimates until then."
    )
    ask_seconds: float = Field(default=0.0, description="Wall-clock seconds of the method's ask.")
    tell_seconds: float = Field(default=0.0, description="Wall-clock seconds of its tell.")


class End(Line):
    """How the run ended."""

    kind: Literal["end"] = Field(default="end", description="Kind of the line.")
    status: Status = Field(description="`done`, `failed` or `timeout`.")
    evaluations: int = Field(description="Architectures that were evaluated or scored.")
    error: str | None = Field(default=None, description="Why it did not end as `done`.")
