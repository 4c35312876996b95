"""The lines of a journal: header, batches and end, with the subject of the run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from bench.entrants.registry import NAME
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

SCHEMA: Literal[2] = 2
Status = Literal["done", "failed", "timeout"]


def _on_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError(f"text that cannot be printed on one line: {ascii(text)[:80]}")
    return text


Count = Annotated[int, Field(ge=0, le=2**53)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Label = Annotated[str, Field(pattern=NAME)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Text = Annotated[str, AfterValidator(_on_one_line)]


class Line(StrictModel):
    """One line of a journal, without its seal."""

    def content(self) -> dict[str, Any]:
        """Return the line as JSON has it, without optional keys that are null."""
        fields = type(self).model_fields
        return {
            key: value
            for key, value in self.model_dump(mode="json").items()
            if value is not None or fields[key].is_required()
        }


class MethodSubject(StrictModel):
    """A method in one repetition; a run is continued only with an equal one."""

    kind: Literal["method"] = Field(default="method", description="Kind of the subject.")
    name: Label = Field(description="Label of the entrant, in journals and random streams.")
    variant_of: Label | None = Field(
        default=None, description="Name of the class, if the label is that of a variant."
    )
    version: Text = Field(description="Version of the class, as it states.")
    settings: dict[str, Any] = Field(description="All settings, including defaults.")
    source_sha256: Text = Field(description="Digest of the code (`bench.entrants.digest`).")
    repetition: Count = Field(description="Number of the run, from 0.")


class EstimatorSubject(StrictModel):
    """An entry of a ranking: an estimator or a stored column, on one source of scores."""

    kind: Literal["estimator"] = Field(default="estimator", description="Kind of the subject.")
    name: Label = Field(description="Label of the entry.")
    source: Text = Field(description="Name of the protocol's source of scores.")
    column: Text | None = Field(default=None, description="Column of stored scores.")
    sign: Literal[1, -1] = Field(description="-1 if smaller values are better, else 1.")
    version: Text | None = Field(default=None, description="Version of the class, as it states.")
    settings: dict[str, Any] = Field(description="All settings, including defaults.")
    epochs: int | None = Field(
        default=None, description="Number of epochs of curves that the estimator sees."
    )
    source_sha256: Text | None = Field(
        default=None, description="Digest of the code (`bench.entrants.digest`)."
    )
    device: Text | None = Field(
        default=None, description="Device on which networks are measured; null without networks."
    )
    repetition: None = Field(default=None, description="Null: an entry has a single run.")


Subject = Annotated[MethodSubject | EstimatorSubject, Field(discriminator="kind")]


class Header(Line):
    """The first line of a journal: the subject, its code, and the machine."""

    kind: Literal["header"] = Field(default="header", description="Kind of the line.")
    schema_version: Literal[1, 2] = Field(
        default=SCHEMA, description="Version of the journal's format; older ones are still read."
    )
    suite_version: Text | None = Field(
        default=None, description="Version of the suite; the first schema does not have it."
    )
    protocol: Text = Field(description="Name of the protocol.")
    protocol_id: Text = Field(description="Id of the protocol, 64 hexadecimal digits.")
    subject: Subject = Field(description="The entrant, its settings and its code.")
    spec: Text | None = Field(
        default=None,
        description="Registered name of the class, or its path on the machine of the run.",
    )
    packages: dict[Text, Text] = Field(description="Versions of Python and of numeric packages.")
    git_commit: Text | None = Field(description="Commit of the suite's checkout, if it is one.")
    git_dirty: bool | None = Field(description="Whether that checkout had changes.")
    processor: Text = Field(description="Model of the processor.")
    threads: Count = Field(description="Number of threads that numeric libraries may use.")
    kernels: dict[Text, Text] | None = Field(
        default=None,
        description="Variables that pin the kernels of numeric libraries (`bench.kernels`).",
    )
    limits: dict[str, float | None] | None = Field(
        default=None, description="Hard limits of the run's process (`bench.limits`)."
    )

    def identity(self) -> dict[str, Any]:
        """Return the fields, by key, that must be equal for a run to be continued."""
        subject = {f"subject.{key}": value for key, value in self.subject}
        return {
            "schema_version": self.schema_version,
            "protocol_id": self.protocol_id,
            **subject,
        }


class Batch(Line):
    """Architectures that were evaluated together, in order."""

    kind: Literal["batch"] = Field(default="batch", description="Kind of the line.")
    number: Count = Field(
        description="Counts batches from 0; batch 0 of a search has the initial designs, if any."
    )
    architectures: tuple[tuple[int | Finite, ...], ...] = Field(
        description="Integers in a finite space; floats in a box, exact to the last bit. Empty in "
        "a last batch that records only the cost of estimates."
    )
    values: tuple[tuple[Finite | None, ...], ...] = Field(
        description="For each architecture: the search objectives, or the scores of an "
        "estimator's parts; null for no score."
    )
    cost_seconds: tuple[Seconds, ...] = Field(
        description="For each architecture: simulated seconds of an evaluation, or measured "
        "seconds of an estimate."
    )
    parents: tuple[Count | None, ...] | None = Field(
        default=None,
        description="For each architecture: number of its parent's evaluation, from 0, or null.",
    )
    operators: tuple[tuple[str, ...], ...] | None = Field(
        default=None,
        description="For each architecture: the operators that made it from its parent.",
    )
    cheap_queries: Count = Field(
        default=0, description="Number of cheap objectives looked up before this batch."
    )
    estimate_seconds: Seconds = Field(
        default=0.0, description="Simulated seconds of stored estimates before this batch."
    )
    ask_seconds: Seconds = Field(default=0.0, description="Wall-clock seconds of the method's ask.")
    tell_seconds: Seconds = Field(default=0.0, description="Wall-clock seconds of its tell.")
    combined: tuple[Finite | None, ...] | None = Field(
        default=None,
        description="In the last line of a combined estimator that is not the suite's own: its "
        "score of each architecture, from those of its parts.",
    )

    @model_validator(mode="after")
    def _check_lengths(self) -> Batch:
        n = len(self.architectures)
        for key in ("values", "cost_seconds", "parents", "operators"):
            found = getattr(self, key)
            if found is not None and len(found) != n:
                raise ValueError(
                    f"{key} has {len(found)} entries; expected {n}, one for each architecture"
                )
        for key in ("architectures", "values"):
            lengths = [len(row) for row in getattr(self, key)]
            for index, length in enumerate(lengths):
                if length != lengths[0]:
                    raise ValueError(
                        f"{key}.{index} has {length} numbers; expected {lengths[0]}, as the first "
                        f"has"
                    )
        return self


class End(Line):
    """The last line of a journal: the status of the run."""

    kind: Literal["end"] = Field(default="end", description="Kind of the line.")
    status: Status = Field(description="`done`, `failed` or `timeout`.")
    evaluations: Count = Field(description="Number of architectures evaluated or scored.")
    error: str | None = Field(default=None, description="Reason for another status than `done`.")
    traceback: str | None = Field(
        default=None, description="Where the entrant's code raised the error, if it did."
    )
