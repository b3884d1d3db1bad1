"""Runs for real that need none before them: `test.sh` has them beside those of test_runs.py."""

from __future__ import annotations

from pathlib import Path

from conftest import HERE, HOME, result

REGISTRY = HOME / "registry"


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
