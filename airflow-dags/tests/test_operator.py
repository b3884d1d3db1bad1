"""Exit codes: the real operator and hook of the provider; only spark-submit is a script that exits as told."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from quantsweep_jobs import QuantSweepSubmit, as_link, read_result


@pytest.fixture
def submit(tmp_path, monkeypatch):
    def run(script: str, **arguments):
        binary = tmp_path / "spark-submit"
        binary.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/arguments"\n{script}\n')
        binary.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        operator = QuantSweepSubmit(task_id="sweep", **{"application_args": ["sweep"], **arguments})
        operator.application = "quantsweep.jar"
        operator.properties_file = ""
        operator.execute({})
        return (tmp_path / "arguments").read_text().splitlines()

    return run


@pytest.mark.parametrize("code", [0, 3])
def test_done_and_none_acceptable_succeed(submit, code):
    arguments = submit(f"exit {code}", application_args=["sweep", "", "--agreement=0.9"])
    assert arguments[-3:] == ["quantsweep.jar", "sweep", "--agreement=0.9"]
    assert arguments[arguments.index("--class") + 1] == "org.quantsweep.jobs.cli.QuantSweep"


@pytest.mark.parametrize("given", ["C", "POSIX", "de_DE.ISO-8859-1", "C.UTF-8"])
def test_names_keep_their_characters_in_every_locale(submit, tmp_path, monkeypatch, given):
    monkeypatch.setenv("LC_ALL", given)
    submit(f'echo "$LC_ALL" > "{tmp_path}/locale"')
    assert (tmp_path / "locale").read_text() == "C.UTF-8\n"


@pytest.mark.parametrize("given, kept", [(None, "2"), ("7", "7")])
def test_a_driver_gives_back_what_closed_models_held(submit, tmp_path, monkeypatch, given, kept):
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    if given is None:
        monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    else:
        monkeypatch.setenv("MALLOC_ARENA_MAX", given)
    submit(f'echo "$MALLOC_ARENA_MAX $MALLOC_MMAP_THRESHOLD_" > "{tmp_path}/memory"')
    assert (tmp_path / "memory").read_text() == f"{kept} 1048576\n"


@pytest.mark.parametrize("given", ["C", "de_DE.ISO-8859-1"])
def test_a_result_is_read_by_its_name_in_every_locale(tmp_path, monkeypatch, given):
    monkeypatch.setenv("LC_ALL", given)
    folder = tmp_path / "größe 図"
    folder.mkdir()
    (folder / "result.json").write_text(json.dumps(none_acceptable()))
    assert read_result(str(folder), "tonight")["decision"] == "none-acceptable"


@pytest.mark.parametrize("given, kept", [("C", "C.UTF-8"), ("xx_YY.UTF-8", "C.UTF-8"), ("C.utf8", "C.utf8")])
def test_airflow_starts_in_a_locale_of_all_characters(monkeypatch, given, kept):
    here = Path(__file__).resolve().parent.parent
    monkeypatch.setenv("LC_ALL", given)
    done = subprocess.run(
        ["sh", "-euc", 'here=$1; . "$here/environment.sh"; printf %s "$LC_ALL"', "sh", here],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == kept


@pytest.mark.parametrize("code", [2, 4])
def test_wrong_settings_and_bad_input_fail_without_a_retry(submit, code):
    with pytest.raises(AirflowFailException, match=f"Error code is: {code}"):
        submit(f"echo what is wrong; exit {code}")


@pytest.mark.parametrize("code", [1, 5, 137])
def test_everything_else_is_retried(submit, code):
    with pytest.raises(AirflowException, match=f"Error code is: {code}") as failure:
        submit(f"exit {code}")
    assert not isinstance(failure.value, AirflowFailException)


def test_a_code_in_the_text_of_an_argument_is_not_the_exit_code(submit):
    with pytest.raises(AirflowException) as failure:
        submit("exit 1", application_args=["sweep", "--model=Error code is: 3."])
    assert not isinstance(failure.value, AirflowFailException)


@pytest.mark.parametrize("code", [0, 1])
def test_where_the_deploy_mode_swallows_the_code_the_runs_own_result_tells(submit, tmp_path, code):
    folder = tmp_path / "out"
    folder.mkdir()
    arguments = {"deploy_mode": "cluster", "answer": str(folder), "run": "tonight"}

    def refused() -> str:
        with pytest.raises(AirflowException) as failure:
            submit(f"exit {code}", **arguments)
        assert not isinstance(failure.value, AirflowFailException)  # tried again
        return str(failure.value)

    assert ("there is no result.json here" if code == 0 else "Error code is: 1") in refused()
    # An older result stands until a sweep replaces it.
    (folder / "result.json").write_text(json.dumps({**none_acceptable(), "runId": "last night"}))
    if code == 0:
        assert refused() == (
            f"{folder}: the result that stands here is not this run's: its runId is 'last night', not 'tonight'.\n"
            "Maybe look into the log of the sweep: it has left none of its own."
        )
    else:
        assert "Error code is: 1" in refused()
    # One of an earlier version says nothing of its run.
    (folder / "result.json").write_text(json.dumps({k: v for k, v in none_acceptable().items() if k != "runId"}))
    assert ("its runId is ''" if code == 0 else "Error code is: 1") in refused()
    (folder / "result.json").write_text(json.dumps(none_acceptable()))
    submit(f"exit {code}", **arguments)


def test_where_the_code_is_known_no_result_is_asked_for(submit, tmp_path):
    submit("exit 0", answer=str(tmp_path / "nothing"), run="tonight")


def test_a_result_that_rests_on_no_samples_is_no_answer(tmp_path):
    found = none_acceptable()
    found["samples"]["n"] = 0
    (tmp_path / "result.json").write_text(json.dumps(found))
    with pytest.raises(AirflowFailException) as failure:
        read_result(str(tmp_path), "tonight")
    assert str(failure.value).endswith(
        f"{tmp_path}/result.json: this result rests on no samples: n is 0 in its selection.\n"
        "Maybe sweep again, with samples that the model answers."
    )


def test_a_result_is_read_from_any_hadoop_path_by_the_jar_without_spark(tmp_path):
    (tmp_path / "result.json").write_text(json.dumps(none_acceptable()))
    found = read_result(tmp_path.as_uri(), "tonight")
    assert found["decision"] == "none-acceptable"
    assert [each["scheme"] for each in found["closest"]] == ["linear:4"]


def test_a_result_that_is_not_there_is_said_and_not_asked_for_again(tmp_path):
    with pytest.raises(AirflowFailException) as failure:
        read_result(str(tmp_path), "tonight")
    assert str(failure.value).endswith(
        f"{tmp_path}: there is no result.json here: no sweep has ended with this output folder.\n"
        "Maybe name the folder that a sweep wrote with --output."
    )


def test_links_lead_to_pages_or_files():
    assert as_link("/r/shapes") == "file:///r/shapes"
    assert as_link("hdfs://n/r/shapes") == "hdfs://n/r/shapes"
    assert as_link("mlflow+http://127.0.0.1:5000/shapes") == "http://127.0.0.1:5000/#/models/shapes"


def none_acceptable():
    agreement = {"agreeing": 90, "samples": 100, "lowerBound": 0.84, "confidence": 0.95}
    return {
        "schemaVersion": 1,
        "runId": "tonight",
        "decision": "none-acceptable",
        "sweepDigest": "ab" * 32,
        "criterion": "top-1",
        "threshold": "0.95",
        "sourceModel": {"name": "net.mlmodel", "encodedSize": 10, "sha256": "ab" * 32},
        "samples": {"n": 100, "quarantined": 0, "setDigest": "ab" * 32, "splits": {}, "trimmed": 0},
        "candidates": [
            {"scheme": "linear:4", "encodedSize": 5, "ratio": 0.5, "verdict": "rejected", "agreement": agreement}
        ],
    }
