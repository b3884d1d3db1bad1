"""What the DAGs share: one operator that submits a QuantSweep command, and how a result is read.

Nothing here judges a model. Flags that are not given are left to the jobs' own defaults.

Airflow variables (each may come from the environment as AIRFLOW_VAR_QUANTSWEEP_...):

    quantsweep_jar         the shaded jar; any address that spark-submit takes
    quantsweep_results     the folder of results; any Hadoop path that the jobs can write
    quantsweep_registry    where models are published when a run names no registry
    quantsweep_hosts       optional: HOST or HOST:PORT, with commas between: other MLflow servers that a run of
                           quantize_model may name; they are sent the workers' credentials
    quantsweep_nightly     the YAML file of nightly_sweeps; a path on the machine of the workers
    quantsweep_properties  optional: a Spark properties file, for memory and the like
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset, BaseOperatorLink, Variable

MAIN = "org.quantsweep.jobs.cli.QuantSweep"
POOL = "quantsweep"

# A template: what every sweep is given by --run-id.
RUN_ID = "{{ run_id }}"

# Java takes the characters of files' names from the locale: in C it knows ASCII alone.
LOCALE = {"LC_ALL": "C.UTF-8"}

# A driver that runs models itself, as with local[2], gives back what closed ones held; executors are told by the jobs.
MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}

# The exit codes of every command, as the README lists them.
WRONG_USAGE = 2
NONE_ACCEPTABLE = 3
BAD_INPUT = 4

# What is about to be looked at stands in the event's extra: the parameters of quantize_model.
NEW_MODEL = Asset(name="quantsweep_model", group="quantsweep")
NEW_SAMPLES = Asset(name="quantsweep_samples", group="quantsweep")
# Its extra: registry, name, version, digest, size, agreement.
PUBLISHED = Asset(name="quantsweep_published", group="quantsweep")

DEFAULTS = {
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
    "weight_rule": "upstream",  # where slots are few, what has begun is finished first
}


class ReportLink(BaseOperatorLink):
    """To the page that shows why this model was chosen."""

    name = "Report"

    def get_link(self, operator, *, ti_key) -> str:
        return as_link(f"{operator.results}/report.html")


class ResultLink(BaseOperatorLink):
    """To what the sweep found, for programs."""

    name = "Result"

    def get_link(self, operator, *, ti_key) -> str:
        return as_link(f"{operator.results}/result.json")


class RegistryLink(BaseOperatorLink):
    """To where models are published."""

    name = "Registry"

    def get_link(self, operator, *, ti_key) -> str:
        return as_link(operator.registry)


def as_link(address: str) -> str:
    """An address that a browser may know: MLflow's pages, or the file."""
    if address.startswith(("mlflow+http://", "mlflow+https://")):
        server, _, name = address.removeprefix("mlflow+").rpartition("/")
        return f"{server}/#/models/{name}"
    return f"file://{address}" if address.startswith("/") else address


class QuantSweepSubmit(SparkSubmitOperator):
    """
    One QuantSweep command by spark-submit, on the connection ``spark_default``.

    Exit code 3 (none acceptable) is an answer, and the task succeeds. 2 (wrong settings) and 4 (bad input) fail
    without a retry: the next attempt would say the same. Everything else fails and is retried; the jobs continue from
    the evaluations that are stored. Arguments that render empty are flags that were not given, and are left out.

    In deploy mode ``cluster`` the code of the program is not known, and spark-submit may say 0 whatever comes of it.
    There the result in the folder ``answer`` tells, if it is this run's own: its ``runId`` is ``run``, which the sweep
    was given by ``--run-id``. An older result stands until a sweep replaces it, so any other one tells nothing.

    :param answer: the output folder of a sweep (templated)
    :param run: what the sweep was given by ``--run-id`` (templated)
    :param results: the folder of the result and its report; for the task's links (templated)
    :param registry: where models are published; for the task's link (templated)
    """

    template_fields = (*SparkSubmitOperator.template_fields, "answer", "run", "results", "registry")
    operator_extra_links = (ReportLink(), ResultLink(), RegistryLink())

    def __init__(
        self, *, answer: str = "", run: str = RUN_ID, results: str = "", registry: str = "", **kwargs: Any
    ) -> None:
        kwargs.setdefault("pool", POOL)
        super().__init__(
            application="{{ var.value.quantsweep_jar }}",
            properties_file="{{ var.value.get('quantsweep_properties', '') }}",
            java_class=MAIN,
            **kwargs,
        )
        self.answer = answer
        self.run = run
        self.results = results
        self.registry = registry

    def execute(self, context) -> None:
        self.application_args = [each for each in self.application_args or [] if each]
        os.environ.update({**MEMORY, **os.environ, **LOCALE})  # spark-submit takes it from this task's process
        try:
            super().execute(context)
        except Exception as failure:
            code = self.exit_code()
            if code == NONE_ACCEPTABLE:
                self.log.info("Exit code %s: none acceptable. That is an answer.", code)
            elif code is None and self.is_answered():
                self.log.info("The command failed, and its code is not known here; %s holds a result.", self.answer)
            else:
                raise refusal(code, str(failure)) from failure
        else:
            if self.answer and self.exit_code() is None:
                self.require_answer()

    def exit_code(self) -> int | None:
        """Of the program; None where the deploy mode does not tell."""
        hook = self._hook
        if hook is None:
            return None
        if hook._is_kubernetes:
            return hook._spark_exit_code
        if hook._connection["deploy_mode"] == "cluster" or hook._submit_sp is None:
            return None
        return hook._submit_sp.returncode

    def require_answer(self) -> None:
        """The command is not known to have succeeded: where its result is missing, it is tried again."""
        try:
            read_result(self.answer, self.run)
        except AirflowException as unanswered:
            raise AirflowException(str(unanswered)) from unanswered

    def is_answered(self) -> bool:
        try:
            return bool(self.answer and read_result(self.answer, self.run))
        except AirflowException:
            return False


def refusal(code: int | None, message: str) -> AirflowException:
    """The exception of an exit code: the one that fails at once, or the one that is retried."""
    if code in (WRONG_USAGE, BAD_INPUT):
        return AirflowFailException(message)
    return AirflowException(message)


def read_result(folder: str, run: str) -> dict[str, Any]:
    """
    ``quantsweep result FOLDER --json``: a sweep's outcome from any Hadoop path, in a JVM without Spark.

    :param run: the result's ``runId``; another run's result is refused
    """
    spark = spark_home()
    jar = Variable.get("quantsweep_jar").removeprefix("file://").removeprefix("local://")
    classes = [jar, f"{spark}/jars/*"]
    if os.environ.get("HADOOP_CONF_DIR"):
        classes.append(os.environ["HADOOP_CONF_DIR"])
    java = f"{os.environ['JAVA_HOME']}/bin/java" if os.environ.get("JAVA_HOME") else "java"
    options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    options += ["-Dlog4j2.configurationFile=quantsweep-log4j2.properties"]
    done = subprocess.run(
        [java, *options, "-cp", ":".join(classes), MAIN, "result", folder, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **LOCALE},
    )
    if done.returncode != 0:
        raise refusal(done.returncode, done.stderr.strip())
    found = json.loads(done.stdout)
    if found["runId"] != run:
        raise AirflowException(
            f"{folder}: the result that stands here is not this run's: its runId is '{found['runId']}', not '{run}'.\n"
            "Maybe look into the log of the sweep: it has left none of its own."
        )
    return found


def spark_home() -> str:
    """Where Spark's distribution lies: SPARK_HOME, or beside the spark-submit that is found."""
    found = shutil.which("spark-submit")
    home = os.environ.get("SPARK_HOME") or (found and str(Path(found).resolve().parent.parent))
    if not home or not os.path.isdir(f"{home}/jars"):
        raise AirflowFailException(
            f"SPARK_HOME ({home}): there are no Spark jars here, and reading a result takes Hadoop's.\n"
            "Maybe set SPARK_HOME to the folder that holds bin/spark-submit, and put its bin on the PATH."
        )
    return home


def summary(folder: str, found: dict[str, Any]) -> dict[str, Any]:
    """What of a result travels from task to task."""
    chosen = found["selected"]
    return {
        "result": f"{folder}/result.json",
        "report": f"{folder}/report.html",
        "decision": found["decision"],
        "sweepDigest": found["sweepDigest"],
        "digest": chosen and chosen["sha256"],
        "size": chosen and chosen["encodedSize"],
        "agreement": chosen and share(chosen),
    }


def share(chosen: dict[str, Any]) -> float:
    """The share of samples that agree: of the unseen ones where there were any."""
    counts = chosen["confirmation"] or chosen["agreement"]
    return counts["agreeing"] / counts["samples"]


def published_extra(found: dict[str, Any]) -> dict[str, Any]:
    """What the event of a published model says."""
    return {
        "registry": found["published"]["registry"],
        "name": found["published"]["name"],
        "version": found["published"]["version"],
        "digest": found["selected"]["sha256"],
        "size": found["selected"]["encodedSize"],
        "agreement": share(found["selected"]),
    }
