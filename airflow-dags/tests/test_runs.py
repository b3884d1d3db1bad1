"""Runs for real: `airflow dags test`, the pinned spark-submit, the shaded jar, the bundled sample, a file registry."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from conftest import HERE, HOME, result

REGISTRY = HOME / "registry"
PACKAGE = HERE.parent / "jobs/src/test/resources/packages/digits.mlpackage"


@pytest.fixture(scope="module")
def first(airflow, asked):
    return airflow("quantize_model", asked)


def test_a_run_publishes_and_says_so(first):
    assert first.code == 0, first.log
    assert first.states() == {
        "request": "success",
        "others": "success",
        "trigger": "skipped",
        "convert": "skipped",
        "ingest": "success",
        "sweep": "success",
        "gate": "success",
        "publish": "success",
        "announce": "success",
        "none_acceptable": "skipped",
    }
    [event] = first.events()
    assert event["asset"] == "quantsweep_published"
    assert (event["registry"], event["name"], event["version"]) == (str(REGISTRY), "shapes", 1)
    assert 0.9 <= event["agreement"] <= 1
    [model] = (REGISTRY / "models").glob("*/selected.mlmodel")
    assert hashlib.sha256(model.read_bytes()).hexdigest() == event["digest"] == model.parent.name
    assert model.stat().st_size == event["size"]
    assert (REGISTRY / "names/shapes/aliases/challenger").read_text().strip() == "1"
    assert result(first)["selected"]["scheme"] == "lut-kmeans:4"
    assert result(first)["runId"] == first.key[1]


def test_what_travels_is_small(first):
    found = result(first)
    assert first.xcom("gate", "result") == {
        "result": first.xcom("request")["output"] + "/result.json",
        "report": first.xcom("request")["output"] + "/report.html",
        "decision": "selected",
        "sweepDigest": found["sweepDigest"],
        "digest": found["selected"]["sha256"],
        "size": found["selected"]["encodedSize"],
        "agreement": found["selected"]["agreement"]["agreeing"] / found["selected"]["agreement"]["samples"],
    }
    assert first.xcom_bytes() < 2000


def test_links_lead_to_the_report_the_result_and_the_registry(first):
    output = first.xcom("request")["output"]
    for task in ("sweep", "publish"):
        assert first.xcom(task, "_link_ReportLink") == f"file://{output}/report.html"
        assert first.xcom(task, "_link_ResultLink") == f"file://{output}/result.json"
        assert first.xcom(task, "_link_RegistryLink") == f"file://{REGISTRY}/shapes"


def test_a_second_run_finds_everything_done(airflow, asked, first):
    second = airflow("quantize_model", asked)
    assert second.code == 0, second.log
    before, after = result(first), result(second)
    assert before["cost"]["inferences"] > 0
    assert after["cost"]["inferences"] == 0
    for key in ("sweepDigest", "selected", "candidates", "published"):
        assert after[key] == before[key]
    assert second.events() == first.events()
    assert [file.name for file in (REGISTRY / "names/shapes/versions").glob("*.json")] == ["1.json"]


def test_one_failing_model_does_not_stop_the_others(airflow, asked, tmp_path):
    """What is swept is an ML Program, whose chosen package is published as a tree."""
    numbers = tmp_path / "numbers.npz"
    np.savez(numbers, x=np.random.default_rng(3).normal(size=(200, 1, 16)).astype(np.float32))
    output = HOME / "results/nightly"
    entries = {
        "broken": {"model": asked["model"], "samples": asked["samples"], "agreement": 1.5, "output": f"{output}/broken"},
        "digits": {
            "model": str(PACKAGE),
            "samples": str(numbers),
            "deployment-target": "iOS18",
            "schemes": "lut:1,int4,int8",
            "agreement": 0.9,
            "output": f"{output}/digits",
            "publish": f"{REGISTRY}/nightly-digits",
        },
    }
    # JSON is YAML; the variable names this file, and the jobs read their entry of it.
    Path(os.environ["AIRFLOW_VAR_QUANTSWEEP_NIGHTLY"]).write_text(json.dumps(entries))
    run = airflow("nightly_sweeps")
    assert run.states() == {
        "entries": "success",
        # Exit code 2: failed at once, with no retry.
        "model.sweep[0]": "failed",
        "model.outcome[0]": "upstream_failed",
        "model.sweep[1]": "success",
        "model.outcome[1]": "success",
    }, run.log
    assert "agreement threshold (1.5) must be in [0, 1]" in run.log
    [event] = run.events()
    assert (event["asset"], event["name"], event["version"]) == ("quantsweep_published", "nightly-digits", 1)
    assert run.xcom("model.outcome", "result", 1)["digest"] == event["digest"]
    [published] = (REGISTRY / "models").glob("*/selected.mlpackage")
    assert published.parent.name == event["digest"]
    assert sum(file.stat().st_size for file in published.rglob("*") if file.is_file()) == event["size"]
    assert (published / "Data/com.apple.CoreML/weights/weight.bin").is_file()
