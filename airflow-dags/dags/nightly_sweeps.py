"""
### nightly_sweeps

One sweep for each entry of a YAML file (variable `quantsweep_nightly`): its keys are names, and what stands below a
name are the flags of `quantsweep sweep`. The jobs read the same entry themselves:
`quantsweep sweep --settings FILE --entry NAME`. An entry needs `output`; with `publish` the chosen model is published.

The pool `quantsweep` limits how many run at once. Entries know nothing of each other: when one fails, the others go on.
"""

from __future__ import annotations

from typing import Any

import pendulum
import yaml
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk import DAG, Variable, task, task_group

from quantsweep_jobs import DEFAULTS, PUBLISHED, RUN_ID, QuantSweepSubmit, published_extra, read_result, summary

with DAG(
    "nightly_sweeps",
    schedule="0 1 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    default_args=DEFAULTS,
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["quantsweep"],
) as dag:

    @task(retries=0)
    def entries() -> list[dict[str, Any]]:
        """Names, and where each result will lie; everything else is read by the jobs."""
        file = Variable.get("quantsweep_nightly")
        with open(file, encoding="utf-8") as text:
            models = yaml.safe_load(text)
        if not isinstance(models, dict) or not models:
            raise AirflowFailException(
                f"{file}: there are no entries.\nMaybe write a name, and below it the flags of a sweep."
            )
        problems = [
            f"{file}: entry '{name}' has no output: its result could not be found.\nMaybe add output: /results/{name}."
            for name, flags in models.items()
            if not isinstance(flags, dict) or "output" not in flags
        ]
        if problems:
            raise AirflowFailException("\n".join(problems))
        return [
            {"entry": str(name), "output": str(flags["output"]), "publish": str(flags.get("publish", ""))}
            for name, flags in models.items()
        ]

    @task_group(group_id="model")
    def model(entry: str, output: str, publish: str) -> None:
        sweep = QuantSweepSubmit(
            task_id="sweep",
            name="quantsweep nightly",
            application_args=[
                "sweep",
                "--run-id=" + RUN_ID,
                "--settings",
                "{{ var.value.quantsweep_nightly }}",
                "--entry",
                entry,
            ],
            answer=output,
            results=output,
            registry=publish,
            map_index_template="{{ task.application_args[-1] }}",
        )

        @task(outlets=[PUBLISHED], multiple_outputs=False, map_index_template="{{ task.op_kwargs['entry'] }}")
        def outcome(entry: str, output: str, *, ti=None, run_id=None, outlet_events=None) -> dict[str, Any]:
            """Says what came out; announces what was published, and is skipped where nothing was."""
            found = read_result(output, run_id)
            ti.xcom_push(key="result", value=summary(output, found))
            if found["published"] is None:
                ti.xcom_push(key="closest", value=found["closest"])
                raise AirflowSkipException(f"{entry}: {found['decision']}, nothing published: {found['closest']}")
            extra = published_extra(found)
            outlet_events[PUBLISHED].extra = extra
            return extra

        sweep >> outcome(entry=entry, output=output)

    model.expand_kwargs(entries())
