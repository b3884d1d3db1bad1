"""What the DAGs are: read by real Airflow, nothing run."""

from __future__ import annotations

import hashlib

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.serialization.serialized_objects import DagSerialization

RUN = "manual__2026-11-21T08:04:14.705502+00:00"


class Event:
    """As Airflow hands an event of an asset to a task."""

    def __init__(self, extra, name="quantsweep_model"):
        self.extra = extra
        self.asset = type("Asset", (), {"name": name})()


@pytest.fixture
def request_of(dags):
    task = dags.get_dag("quantize_model").get_task("request")

    def request(params=None, events=()):
        given = {**dags.get_dag("quantize_model").params.dump(), **(params or {})}
        return task.python_callable(params=given, run_id=RUN, triggering_asset_events={"asset": list(events)})

    return request


def test_dags_import_without_errors(dags):
    assert dags.import_errors == {}
    assert sorted(dags.dag_ids) == ["nightly_sweeps", "quantize_model"]


def test_dags_can_be_stored(dags):
    for dag in dags.dags.values():
        assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).task_dict.keys() == dag.task_dict.keys()


def test_quantize_model_is_ingest_sweep_gate_publish(dags):
    dag = dags.get_dag("quantize_model")
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "request": ["announce", "convert", "gate", "ingest", "none_acceptable"],
        "convert": ["sweep"],
        "others": ["trigger"],
        "trigger": [],
        "ingest": ["sweep"],
        "sweep": ["gate"],
        "gate": ["none_acceptable", "publish"],
        "publish": ["announce"],
        "announce": [],
        "none_acceptable": [],
    }
    assert [asset.name for asset in dag.get_task("announce").outlets] == ["quantsweep_published"]
    assert sorted(asset.name for asset in dag.timetable.asset_condition.objects) == [
        "quantsweep_model",
        "quantsweep_samples",
    ]


def test_parameters_have_no_values_of_their_own(dags):
    assert dags.get_dag("quantize_model").params.dump() == {
        "model": None,
        "samples": None,
        "criterion": None,
        "agreement": None,
        "class_floor": None,
        "largest_size": None,
        "objective": None,
        "family": None,
        "schemes": None,
        "deployment_target": None,
        "compute_unit": None,
        "registry": None,
        "name": None,
        "time_budget": None,
        "convert": None,
        "convert_requirements": None,
        "convert_python": None,
    }


def test_every_spark_task_is_of_the_one_operator_and_takes_a_slot_of_the_pool(dags):
    submitted = {
        task.task_id: (task.operator_name, task.pool, task.retries)
        for dag in dags.dags.values()
        for task in dag.tasks
        if issubclass(getattr(task, "operator_class", type(task)), SparkSubmitOperator)
    }
    assert submitted == {
        name: ("QuantSweepSubmit", "quantsweep", 2) for name in ("ingest", "sweep", "publish", "model.sweep")
    }


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {"criterion": "psnr:30", "agreement": 0.985, "family": "per-tensor", "time_budget": "30m"},
            ["--criterion=psnr:30", "--agreement=0.985", "--family=per-tensor", "--time-budget=30m"],
        ),
        ({"schemes": "linear:1", "agreement": "1"}, ["--agreement=1", "--schemes=linear:1"]),
        ({"agreement": 0.95, "class_floor": 0.8}, ["--agreement=0.95", "--class-floor=0.8"]),
        ({"family": "uniform", "largest_size": "1.2MB"}, ["--largest-size=1.2MB", "--family=uniform"]),
        ({"agreement": 0.95, "objective": "download"}, ["--agreement=0.95", "--objective=download"]),
        (
            {"deployment_target": "iOS18", "compute_unit": "ane"},
            ["--deployment-target=iOS18", "--compute-unit=ane"],
        ),
        ({}, []),
    ],
)
def test_arguments_are_templated_and_flags_that_are_not_given_are_left_out(dags, request_of, params, expected):
    asked = request_of({"model": "/m/Net.mlmodel", "samples": "hdfs://n/photos", **params})
    results = dags.get_dag("quantize_model").get_task("sweep")
    assert rendered(results, asked) == [
        "sweep",
        "--model=/m/Net.mlmodel",
        "--samples=" + asked["table"],
        *expected,
        "--evaluations=" + asked["evaluations"],
        "--run-id=" + RUN,
        "--output=" + asked["output"],
    ]
    ingest = dags.get_dag("quantize_model").get_task("ingest")
    assert rendered(ingest, asked) == ["ingest", "hdfs://n/photos", asked["table"]]
    publish = dags.get_dag("quantize_model").get_task("publish")
    assert rendered(publish, asked) == ["registry", "publish", asked["output"], asked["published_as"]]


def rendered(operator, asked):
    class Pulled:
        def xcom_pull(self, task_ids):
            assert task_ids == "request"
            return asked

    context = {"ti": Pulled(), "run_id": RUN}
    arguments = operator.render_template(operator.application_args, context, operator.get_template_env())
    return [each for each in arguments if each]


def test_a_run_has_a_folder_of_its_own_and_shares_evaluations_and_samples(request_of, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_QUANTSWEEP_HOSTS", "mlflow.example, 127.0.0.1:5000")
    asked = request_of({"model": "/m/Net.mlmodel", "samples": "/photos", "registry": "mlflow+http://127.0.0.1:5000/"})
    assert asked["name"] == "Net"
    assert asked["published_as"] == "mlflow+http://127.0.0.1:5000/Net"
    assert asked["output"].endswith("/results/models/Net/runs/manual__2026-11-21T08-04-14.705502-00-00")
    assert asked["evaluations"].endswith("/results/models/Net/evaluations")
    digest = hashlib.sha256(b"/photos").hexdigest()[:16]
    assert asked["table"].endswith(f"/results/samples/{digest}")


@pytest.mark.parametrize("registry", ["mlflow+http://evil.example/x", "mlflow+https://127.0.0.1:5001/x",
                                      "mlflow+http://mlflow.example@evil.example:80/x",
                                      "mlflow+http://mlflow.example:5000@evil.example/x"])
@pytest.mark.parametrize("by_event", [True, False])
def test_credentials_go_only_to_hosts_that_the_settings_know(request_of, monkeypatch, registry, by_event):
    monkeypatch.setenv("AIRFLOW_VAR_QUANTSWEEP_HOSTS", "mlflow.example,127.0.0.1:5000")
    asked = {"model": "/m/Net.mlmodel", "samples": "/photos", "registry": registry}
    host = registry.split("//")[1].split("/")[0].split("@")[-1]
    with pytest.raises(AirflowFailException) as refused:
        request_of(events=[Event(asked)]) if by_event else request_of(asked)
    assert str(refused.value) == (
        f"{'extra of the event' if by_event else 'parameters'}: 'registry' names the host {host}, which is sent"
        " credentials, but is not among those that the settings know (mlflow.example, 127.0.0.1:5000).\n"
        "Maybe add it to the variable quantsweep_hosts."
    )


def test_the_registry_of_the_settings_and_folders_are_known(request_of, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_QUANTSWEEP_REGISTRY", "mlflow+https://models.example/prefix")
    for registry in ("mlflow+https://models.example/other", "/data/registry", "hdfs://host/registry"):
        asked = request_of({"model": "/m/Net.mlmodel", "samples": "/photos", "registry": registry})
        assert asked["published_as"] == f"{registry}/Net"


def test_an_event_names_model_and_samples_in_its_extra(request_of):
    by_api = {"model": "/m/A.mlmodel", "samples": "/photos", "agreement": "0.9", "from_rest_api": True}
    asked = request_of(events=[Event(by_api)])
    assert (asked["model"], asked["samples"], asked["agreement"]) == ("/m/A.mlmodel", "/photos", "0.9")
    by_watcher = {"from_trigger": True, "payload": {"model": "/m/B.mlmodel", "samples": "/photos"}}
    assert request_of(events=[Event(by_watcher, "quantsweep_samples")])["model"] == "/m/B.mlmodel"


def test_each_of_several_events_gets_a_run_of_its_own(dags, request_of):
    events = [Event({"samples": "/photos"}), Event({"model": "/m/B.mlmodel", "samples": "/photos"})]
    others = dags.get_dag("quantize_model").get_task("others").python_callable
    assert others(triggering_asset_events={"asset": events}) == [{"model": "/m/B.mlmodel", "samples": "/photos"}]
    assert others(triggering_asset_events=None) == []
    with pytest.raises(AirflowFailException, match="'model' is missing"):
        request_of(events=events)


@pytest.mark.parametrize("extra", [None, {}, {"samples": "/photos"}])
def test_an_event_that_does_not_say_what_it_is_about_is_refused(request_of, extra):
    with pytest.raises(AirflowFailException) as refused:
        request_of(events=[Event(extra)])
    assert (
        "extra of the event of quantsweep_model: 'model' is missing: it tells what to quantize with what.\n"
        'Maybe give {"model": "/models/Net.mlmodel", "samples": "/data/photos"}.'
    ) in str(refused.value)


def test_all_problems_are_said_together(request_of):
    with pytest.raises(AirflowFailException) as refused:
        request_of(events=[Event({"model": "--json", "name": "../x", "agremeent": "1"})])
    assert str(refused.value) == (
        "extra of the event of quantsweep_model: key 'agremeent' is not known. Known are model, samples, criterion,"
        " agreement, class_floor, largest_size, objective, family, schemes, deployment_target, compute_unit, registry,"
        " name, time_budget, convert, convert_requirements, convert_python.\n"
        "extra of the event of quantsweep_model: 'model' (--json) is not what it must be: '--json' does not match"
        " '^[^-]'.\n"
        "extra of the event of quantsweep_model: 'name' (../x) is not what it must be: '../x' does not match"
        " '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'.\n"
        "extra of the event of quantsweep_model: 'samples' is missing: it tells what to quantize with what.\n"
        'Maybe give {"model": "/models/Net.mlmodel", "samples": "/data/photos"}.'
    )


def test_with_a_script_the_model_is_what_the_script_makes(dags, request_of):
    asked = request_of({"model": "/m/net.pt", "samples": "/photos", "convert": "/s/convert.py"})
    assert asked["source"] == "/m/net.pt"
    assert asked["model"].endswith(
        "/results/models/net/converted/manual__2026-11-21T08-04-14.705502-00-00/net.mlpackage"
    )
    sweep = dags.get_dag("quantize_model").get_task("sweep")
    assert "--model=" + asked["model"] in rendered(sweep, asked)
    assert sweep.trigger_rule == "none_failed"
    plain = request_of({"model": "/m/Net.mlmodel", "samples": "/photos"})
    convert = dags.get_dag("quantize_model").get_task("convert").python_callable
    with pytest.raises(AirflowSkipException, match="No script is named"):
        convert(plain)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"convert_python": "/p", "convert_requirements": "/r"},
            "convert_requirements and convert_python without 'convert': there is no script.\n"
            "Maybe name one, or leave them out.",
        ),
        (
            {"convert": "/s", "convert_python": "/p", "convert_requirements": "/r"},
            "convert_requirements and convert_python exclude each other: one makes a Python, one names it.\n"
            "Maybe leave one of them out.",
        ),
    ],
)
def test_what_a_conversion_has_no_use_for_is_refused(request_of, params, message):
    with pytest.raises(AirflowFailException) as refused:
        request_of({"model": "/m/net.pt", "samples": "/photos", **params})
    assert str(refused.value) == "parameters: " + message


def test_nightly_sweeps_maps_over_the_file_and_the_jobs_read_the_same_entry(dags):
    dag = dags.get_dag("nightly_sweeps")
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "entries": ["model.outcome", "model.sweep"],
        "model.sweep": ["model.outcome"],
        "model.outcome": [],
    }
    assert dag.get_task("model.sweep").is_mapped is False
    assert dag.get_task("model.sweep").application_args[:5] == [
        "sweep",
        "--run-id={{ run_id }}",
        "--settings",
        "{{ var.value.quantsweep_nightly }}",
        "--entry",
    ]


def test_every_sweep_has_a_run_id_and_is_answered_by_its_own_result(dags):
    for dag_id, task_id in (("quantize_model", "sweep"), ("nightly_sweeps", "model.sweep")):
        sweep = dags.get_dag(dag_id).get_task(task_id)
        assert sweep.run == "{{ run_id }}"
        assert sweep.answer
        assert {"answer", "run"} <= set(sweep.template_fields)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no entries.\nMaybe write a name, and below it the flags of a sweep."),
        (
            "net:\n  model: /m\n",
            "entry 'net' has no output: its result could not be found.\nMaybe add output: /results/net.",
        ),
    ],
)
def test_a_file_without_entries_or_output_is_refused(dags, tmp_path, monkeypatch, text, message):
    file = tmp_path / "nightly.yaml"
    file.write_text(text)
    monkeypatch.setenv("AIRFLOW_VAR_QUANTSWEEP_NIGHTLY", str(file))
    with pytest.raises(AirflowFailException) as refused:
        dags.get_dag("nightly_sweeps").get_task("entries").python_callable()
    assert str(refused.value) == f"{file}: {message}"
