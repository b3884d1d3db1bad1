"""
### quantize_model

Finds the smallest quantized form of one Core ML model that still answers like the model as given, or the most agreeing
one up to a size, and publishes it.

`request` → `ingest` → `sweep` → `gate` → `publish` → `announce`, or → `none_acceptable`. With the parameter `convert`
the task of that name makes the model first: `PYTHON CONVERT MODEL PACKAGE`, in a virtual environment of its own.

Triggered by hand, by the API (`conf` holds the parameters), or by an event of the assets `quantsweep_model` or
`quantsweep_samples`, whose `extra` holds the parameters; `model` and `samples` must be among them.
"""

from __future__ import annotations

import hashlib
from copy import copy
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, Param, Variable, task
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    ParamValidationError,
)

import quantsweep_conversion as conversion
from quantsweep_jobs import (
    DEFAULTS,
    NEW_MODEL,
    NEW_SAMPLES,
    PUBLISHED,
    RUN_ID,
    QuantSweepSubmit,
    published_extra,
    read_result,
    summary,
)

DAG_ID = "quantize_model"
# An address never begins like a flag.
ADDRESS = {"type": ["null", "string"], "pattern": "^[^-]"}
TEXT = {"type": ["null", "string"], "minLength": 1}

# What is left empty is left to the jobs, which know the defaults and check what is given.
PARAMS = {
    "model": Param(None, **ADDRESS, description="The Core ML model file; any Hadoop path."),
    "samples": Param(None, **ADDRESS, description="A folder, an .npz file or a table; any Hadoop path."),
    "criterion": Param(None, **TEXT, description="When one sample agrees, such as top-1 or psnr:30."),
    "agreement": Param(
        None, type=["null", "string", "number"], description="Share of samples that must agree, such as 0.95."
    ),
    "class_floor": Param(
        None,
        type=["null", "string", "number"],
        description="Beside agreement: share of each class's samples that must agree, such as 0.8.",
    ),
    "largest_size": Param(
        None, **TEXT, description="Instead of agreement: the most agreeing model of at most so many bytes, such as 5MB."
    ),
    "objective": Param(
        None,
        type=["null", "string"],
        enum=[None, "size", "download"],
        description="Which bytes are to be few: those on disk, or those of the deflated files.",
    ),
    "family": Param(None, type=["null", "string"], enum=[None, "uniform", "per-tensor"]),
    "schemes": Param(None, **TEXT, description="Only these schemes, such as linear:6,lut-kmeans:6."),
    "deployment_target": Param(
        None, **TEXT, description="The least system that must load the model, such as iOS17; permits to raise it."
    ),
    "compute_unit": Param(None, type=["null", "string"], enum=[None, "ane", "gpu", "cpu", "all"]),
    "registry": Param(
        None, **ADDRESS, description="Where to publish; empty: the variable quantsweep_registry."
    ),
    "name": Param(
        None,
        type=["null", "string"],
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
        description="The model's name in the registry; empty: that of its file.",
    ),
    "time_budget": Param(None, **TEXT, description="How long the search may go on, such as 30m."),
    "convert": Param(
        None,
        **ADDRESS,
        description="A script on the workers that makes the package of its second argument from the model, its first.",
    ),
    "convert_requirements": Param(
        None, **ADDRESS, description="What the script needs, as pip takes it; empty: coremltools alone."
    ),
    "convert_python": Param(
        None, **ADDRESS, description="A Python on the workers that has what the script needs, instead."
    ),
}


def events_of(triggering) -> list:
    """The events that triggered a run, of all assets."""
    return [event for each in (triggering or {}).values() for event in each]


def extra_of(event) -> dict[str, Any]:
    """What an event says. Events of watchers carry it as payload; those of the REST API have a mark of Airflow's."""
    extra = dict(event.extra or {})
    if "from_trigger" in extra:
        extra = extra["payload"] if isinstance(extra.get("payload"), dict) else {}
    return {key: value for key, value in extra.items() if key != "from_rest_api"}


def wanted(given: dict[str, Any], where: str) -> dict[str, Any]:
    """The parameters of a run, every problem with them said at once."""
    problems = [
        f"{where}: key '{key}' is not known. Known are {', '.join(PARAMS)}." for key in given if key not in PARAMS
    ]
    values = {}
    for key, param in PARAMS.items():
        try:
            values[key] = copy(param).resolve(given.get(key, param.value))  # resolving keeps the value
        except ParamValidationError as problem:
            problems.append(f"{where}: '{key}' ({given[key]}) is not what it must be: {str(problem).splitlines()[0]}.")
    for key in ("model", "samples"):
        if key not in given or given[key] is None:
            problems.append(
                f"{where}: '{key}' is missing: it tells what to quantize with what.\n"
                f'Maybe give {{"model": "/models/Net.mlmodel", "samples": "/data/photos"}}.'
            )
    how = [key for key in ("convert_requirements", "convert_python") if given.get(key) is not None]
    if how and given.get("convert") is None:
        problems.append(
            f"{where}: {' and '.join(how)} without 'convert': there is no script.\nMaybe name one, or leave them out."
        )
    elif len(how) > 1:
        problems.append(
            f"{where}: convert_requirements and convert_python exclude each other: one makes a Python, one names it.\n"
            "Maybe leave one of them out."
        )
    if problems:
        raise AirflowFailException("\n".join(problems))
    return values


def known_hosts() -> list[str]:
    """Where workers' credentials may go: the host of the registry of the settings, and those that a variable lists."""
    listed = Variable.get("quantsweep_hosts", default="").split(",")
    return [host for host in [host_of(Variable.get("quantsweep_registry")), *map(str.strip, listed)] if host]


def host_of(registry: str) -> str:
    """HOST or HOST:PORT of a server that is sent credentials; empty for a folder."""
    if not registry.startswith(("mlflow+http://", "mlflow+https://")):
        return ""
    # A name and password before the host are none of it: known:x@other is sent to the other.
    return urlsplit(registry.removeprefix("mlflow+")).netloc.rpartition("@")[2].lower()


def require_known_host(registry: str, where: str) -> None:
    """Refuses a server that only a run or an event names: whoever sends those would be sent the credentials."""
    host = host_of(registry)
    known = [each.lower() for each in known_hosts()]
    # What is listed without a port stands for all of them.
    if host and host not in known and host.rsplit(":", 1)[0] not in known:
        raise AirflowFailException(
            f"{where}: 'registry' names the host {host}, which is sent credentials, but is not among those that the"
            f" settings know ({', '.join(known) or 'none'}).\n"
            f"Maybe add it to the variable quantsweep_hosts."
        )


def layout(values: dict[str, Any], run_id: str) -> dict[str, Any]:
    """Names the places of a run: results are its own; evaluations belong to the model's name, samples to all."""
    results = Variable.get("quantsweep_results").rstrip("/")
    name = values["name"] or PurePosixPath(values["model"]).stem
    run = "".join(each if each.isalnum() or each in "._-" else "-" for each in run_id)
    source = hashlib.sha256(values["samples"].encode()).hexdigest()[:16]
    registry = (values["registry"] or Variable.get("quantsweep_registry")).rstrip("/")
    made = values["convert"] is not None
    return {
        **values,
        "source": values["model"],
        "model": conversion.converted(results, name, run) if made else values["model"],
        "name": name,
        "published_as": f"{registry}/{name}",
        "table": f"{results}/samples/{source}",
        "evaluations": f"{results}/models/{name}/evaluations",
        "output": f"{results}/models/{name}/runs/{run}",
    }


def of(key: str) -> str:
    """A template: what `request` says."""
    return f"{{{{ ti.xcom_pull(task_ids='request')['{key}'] }}}}"


def flag(name: str, key: str) -> str:
    """A template: a flag, or nothing where its parameter is empty."""
    value = f"ti.xcom_pull(task_ids='request')['{key}']"
    return f"{{{{ '{name}=' ~ {value} if {value} is not none else '' }}}}"


with DAG(
    DAG_ID,
    schedule=(NEW_MODEL | NEW_SAMPLES),
    params=PARAMS,
    default_args=DEFAULTS,
    catchup=False,
    doc_md=__doc__,
    tags=["quantsweep"],
) as dag:

    @task(multiple_outputs=True, retries=0)
    def request(params=None, run_id=None, triggering_asset_events=None) -> dict[str, Any]:
        """What this run is about: its parameters, or the extra of the event that triggered it."""
        events = events_of(triggering_asset_events)
        if events:
            asked = wanted(extra_of(events[0]), f"extra of the event of {events[0].asset.name}")
        else:
            asked = wanted(dict(params), "parameters")
        if asked["registry"]:
            require_known_host(asked["registry"], "extra of the event" if events else "parameters")
        return layout(asked, run_id)

    @task
    def others(triggering_asset_events=None) -> list[dict[str, Any]]:
        """Events that come close together arrive as one run; each of the others gets a run of its own."""
        return [extra_of(event) for event in events_of(triggering_asset_events)[1:]]

    asked = request()

    TriggerDagRunOperator.partial(task_id="trigger", trigger_dag_id=DAG_ID).expand(conf=others())

    @task
    def convert(asked: dict[str, Any]) -> None:
        """A script of the user's makes the model, where one is named."""
        if asked["convert"] is None:
            raise AirflowSkipException("No script is named: the model is taken as it is.")
        conversion.convert(
            asked["convert"], asked["source"], asked["model"], asked["convert_python"], asked["convert_requirements"]
        )

    ingest = QuantSweepSubmit(
        task_id="ingest",
        name="quantsweep ingest",
        application_args=["ingest", of("samples"), of("table")],
    )

    sweep = QuantSweepSubmit(
        task_id="sweep",
        name="quantsweep sweep",
        application_args=[
            "sweep",
            flag("--model", "model"),
            flag("--samples", "table"),
            flag("--criterion", "criterion"),
            flag("--agreement", "agreement"),
            flag("--class-floor", "class_floor"),
            flag("--largest-size", "largest_size"),
            flag("--objective", "objective"),
            flag("--family", "family"),
            flag("--schemes", "schemes"),
            flag("--deployment-target", "deployment_target"),
            flag("--compute-unit", "compute_unit"),
            flag("--time-budget", "time_budget"),
            flag("--evaluations", "evaluations"),
            "--run-id=" + RUN_ID,
            flag("--output", "output"),
        ],
        answer=of("output"),
        results=of("output"),
        registry=of("published_as"),
        trigger_rule="none_failed",  # most models need no conversion
    )

    @task.branch
    def gate(output: str, ti=None, run_id=None) -> str:
        found = read_result(output, run_id)
        ti.xcom_push(key="result", value=summary(output, found))
        return "publish" if found["decision"] == "selected" else "none_acceptable"

    @task(multiple_outputs=False)
    def none_acceptable(output: str, run_id=None) -> list[dict[str, Any]]:
        """The candidates that came closest, in the log and for whoever asks."""
        closest = read_result(output, run_id)["closest"]
        for each in closest:
            print("closest:", each)
        return closest

    publish = QuantSweepSubmit(
        task_id="publish",
        name="quantsweep publish",
        application_args=["registry", "publish", of("output"), of("published_as")],
        results=of("output"),
        registry=of("published_as"),
    )

    @task(outlets=[PUBLISHED], multiple_outputs=False)
    def announce(output: str, *, run_id=None, outlet_events=None) -> dict[str, Any]:
        found = read_result(output, run_id)
        if found["published"] is None:
            raise AirflowException(f"{output}: the result does not say that its model is published.")
        extra = published_extra(found)
        outlet_events[PUBLISHED].extra = extra
        return extra

    choice = gate(asked["output"])
    asked >> ingest >> sweep >> choice
    convert(asked) >> sweep
    choice >> publish >> announce(asked["output"])
    choice >> none_acceptable(asked["output"])
