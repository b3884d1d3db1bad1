"""What the tests share. `test.sh` sets the environment: AIRFLOW_HOME with a migrated database, Spark, the variables."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
SAMPLE = HERE.parent / "datasets/src/main/sample"
HOME = Path(os.environ["AIRFLOW_HOME"])
SCHEMES = "linear:2,lut-kmeans:4,linear:8"
sys.path.insert(0, str(HERE / "dags"))


@pytest.fixture(scope="session")
def dags():
    """The DAGs as Airflow's processor reads them, and what it had to complain of."""
    from airflow.dag_processing.dagbag import BundleDagBag

    return BundleDagBag(dag_folder=HERE / "dags", bundle_path=HERE / "dags", bundle_name="dags-folder")


@pytest.fixture(scope="session")
def airflow():
    """Runs a DAG by `airflow dags test` and says how long it took."""

    def run(dag_id: str, conf: dict | None = None) -> Run:
        before = rows("select coalesce(max(id), 0) from dag_run")[0][0]
        start = time.monotonic()
        command = ["airflow", "dags", "test", dag_id] + (["-c", json.dumps(conf)] if conf else [])
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(f"FIGURE airflow dags test {dag_id}: {time.monotonic() - start:.0f} s")
        [(run_id,)] = rows("select run_id from dag_run where id > ?", before)
        return Run(dag_id, run_id, done.returncode, done.stdout)

    return run


@pytest.fixture(scope="session")
def asked(tmp_path_factory):
    """The bundled model, and some of the bundled pictures of every shape."""
    pictures = tmp_path_factory.mktemp("pictures")
    for shape in sorted((SAMPLE / "pictures").iterdir()):
        for picture in sorted(shape.iterdir())[:20]:
            (pictures / picture.name).symlink_to(picture)
    return {"model": str(SAMPLE / "shapes.mlmodel"), "samples": str(pictures), "schemes": SCHEMES, "agreement": 0.9}


@pytest.fixture(scope="session")
def coremltools_python():
    """A Python with the real coremltools."""
    made = subprocess.run(
        [HERE.parent / "tools/python-env.sh", "coremltools"], stdout=subprocess.PIPE, text=True, check=True
    )
    return made.stdout.splitlines()[-1]


def result(run):
    return json.loads((Path(run.xcom("request")["output"]) / "result.json").read_text())


def rows(query: str, *values) -> list[tuple]:
    database = sqlite3.connect(f"file:{HOME}/airflow.db?mode=ro", uri=True)
    try:
        return database.execute(query, values).fetchall()
    finally:
        database.close()


class Run:
    """A run that ended: its tasks' states, XComs and events, from Airflow's own database."""

    def __init__(self, dag_id: str, run_id: str, code: int, log: str) -> None:
        self.key = (dag_id, run_id)
        self.code = code
        self.log = log

    def states(self) -> dict[str, str]:
        found = rows("select task_id, map_index, state from task_instance where dag_id=? and run_id=?", *self.key)
        return {task if index < 0 else f"{task}[{index}]": state for task, index, state in found}

    def xcom(self, task: str, key: str = "return_value", index: int = -1):
        query = "select value from xcom where dag_id=? and run_id=? and task_id=? and key=? and map_index=?"
        [(value,)] = rows(query, *self.key, task, key, index)
        return json.loads(value)

    def xcom_bytes(self) -> int:
        return rows("select max(length(value)) from xcom where dag_id=? and run_id=?", *self.key)[0][0]

    def events(self) -> list[dict]:
        query = (
            "select a.name, e.extra from asset_event e join asset a on a.id = e.asset_id "
            "where source_dag_id=? and source_run_id=?"
        )
        return [{"asset": name, **json.loads(extra)} for name, extra in rows(query, *self.key)]
