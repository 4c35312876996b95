"""Evidence: results that are there, and messages for those that are missing."""

from __future__ import annotations

import numpy as np
import pytest

from reports.claims import Claim, Evidence, MissingEvidence
from reports.claims.evidence import search_results


def test_other_kinds_of_results_have_a_loader_of_their_own(tmp_path):
    calls = []

    def loader(name, folder):
        calls.append((name, folder))
        return {"tau": 0.6}

    evidence = Evidence(tmp_path)
    assert evidence.load("kendall", loader)["tau"] == 0.6
    assert evidence.load("kendall", loader)["tau"] == 0.6
    assert calls == [("kendall", tmp_path)]


def test_missing_results_are_loaded_once(tmp_path):
    calls = []

    def loader(name, folder):
        calls.append(name)
        raise MissingEvidence("nothing there", "make it")

    evidence = Evidence(tmp_path)
    for _ in range(2):
        with pytest.raises(MissingEvidence, match="nothing there") as missing:
            evidence.load("kendall", loader)
        assert missing.value.command == "make it"
    assert calls == ["kendall"]


def test_missing_results_are_named_with_the_command_that_makes_them(make_results, tmp_path):
    with pytest.raises(MissingEvidence, match="the suite has no protocol nope") as missing:
        search_results("nope", tmp_path)
    assert missing.value.command is None
    evidence = Evidence(tmp_path, {"nb201-digits": make_results({"random": [0.7]})})
    with pytest.raises(
        MissingEvidence, match="no finished run of nsga2 under nb201-digits"
    ) as missing:
        evidence.searches("nb201-digits", "random", "nsga2")
    assert missing.value.command == ("monas run nb201-digits --method random --method nsga2")
    with pytest.raises(MissingEvidence, match=r"no run of nsga2 under nb201-digits v1 \("):
        Evidence(tmp_path).searches("nb201-digits", "nsga2")
    apart = make_results(
        {"random": [0.7], "nsga2": [0.8]}, repetitions={"random": [0], "nsga2": [1]}
    )
    rule = {"kind": "difference", "protocol": "nb201-digits", "better": "nsga2", "worse": "random"}
    claim = Claim.model_validate(
        {
            "id": "x",
            "topic": "t",
            "place": "p",
            "statement": "s",
            "published": {"how": "printed"},
            "rule": rule,
        }
    )
    judgement = claim.judge(Evidence(tmp_path, {"nb201-digits": apart}))
    assert judgement.verdict == "no results"
    assert "no repetition finished by nsga2 and random" in judgement.sentence


def test_a_claim_beyond_the_budget_has_no_results(make_results, tmp_path):
    evidence = Evidence(tmp_path, {"nb201-digits": make_results({"random": np.full(8, 0.7)})})
    claim = Claim.model_validate(
        {
            "id": "x",
            "topic": "t",
            "place": "p",
            "statement": "s",
            "published": {"how": "printed", "value": 0.7, "runs": 7},
            "rule": {
                "kind": "value",
                "protocol": "nb201-digits",
                "method": "random",
                "evaluations": 1000,
            },
        }
    )
    judgement = claim.judge(evidence)
    assert judgement.verdict == "no results"
    assert "about 1000 evaluations, nb201-digits v1" in judgement.sentence
