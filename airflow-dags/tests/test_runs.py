"""Runs for real: `airflow dags test`, the pinned spark-submit, the shaded jar, the bundled sample, a file registry."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from conftest import HERE, HOME, SAMPLE

REGISTRY = HOME / "registry"
SCHEMES = "linear:2,lut-kmeans:4,linear:8"


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The bundled model, and some of the bundled pictures of every shape."""
    pictures = tmp_path_factory.mktemp("pictures")
    for shape in sorted((SAMPLE / "pictures").iterdir()):
        for picture in sorted(shape.iterdir())[:20]:
            (pictures / picture.name).symlink_to(picture)
    return {"model": str(SAMPLE / "shapes.mlmodel"), "samples": str(pictures), "schemes": SCHEMES, "agreement": 0.9}


@pytest.fixture(scope="module")
def first(airflow, asked):
    return airflow("quantize_model", asked)


def result(run):
    return json.loads((Path(run.xcom("request")["output"]) / "result.json").read_text())


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
        "decision": "selected",
        "sweepDigest": found["sweepDigest"],
        "digest": found["selected"]["sha256"],
        "size": found["selected"]["encodedSize"],
        "agreement": found["selected"]["agreement"]["agreeing"] / found["selected"]["agreement"]["samples"],
    }
    assert first.xcom_bytes() < 2000


def test_links_lead_to_the_result_and_the_registry(first):
    for task in ("sweep", "publish"):
        assert first.xcom(task, "_link_ReportLink") == "file://" + first.xcom("request")["output"] + "/result.json"
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


def test_none_acceptable_is_an_answer_and_nothing_is_published(airflow, asked):
    run = airflow("quantize_model", {**asked, "schemes": "linear:2,linear:3", "name": "none"})
    assert run.code == 0, run.log
    states = run.states()
    assert (states["sweep"], states["gate"], states["none_acceptable"]) == ("success", "success", "success")
    assert (states["publish"], states["announce"]) == ("skipped", "skipped")
    closest = run.xcom("none_acceptable")
    assert [each["scheme"] for each in closest] == ["linear:3", "linear:2"]
    assert "closest: {'scheme': 'linear:3'" in run.log
    assert run.events() == []
    assert not (REGISTRY / "names/none").exists()


def test_a_script_of_the_users_makes_the_model_first(airflow, asked, coremltools_python):
    conf = {
        **asked,
        "convert": str(HERE / "tests/convert_network.py"),
        "convert_python": coremltools_python,
        "name": "converted",
    }
    run = airflow("quantize_model", conf)
    assert run.code == 0, run.log
    assert (run.states()["convert"], run.states()["publish"]) == ("success", "success")
    package = Path(run.xcom("request")["model"])
    assert package.name == "converted.mlpackage"
    assert (package / "Manifest.json").is_file()
    assert [each.name for each in package.parent.iterdir()] == [package.name]
    assert result(run)["selected"]["scheme"] == "lut-kmeans:4"


def test_one_failing_model_does_not_stop_the_others(airflow, asked):
    output = HOME / "results/nightly"
    flags = {"samples": asked["samples"], "schemes": SCHEMES, "agreement": 0.9}
    entries = {
        "broken": {**flags, "model": asked["model"], "agreement": 1.5, "output": f"{output}/broken"},
        "shapes": {
            **flags,
            "model": asked["model"],
            "output": f"{output}/shapes",
            "evaluations": str(HOME / "results/models/shapes/evaluations"),
            "publish": f"{REGISTRY}/nightly-shapes",
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
    assert (event["asset"], event["name"], event["version"]) == ("quantsweep_published", "nightly-shapes", 1)
    assert run.xcom("model.outcome", "result", 1)["digest"] == event["digest"]
