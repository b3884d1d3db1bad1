"""How a user's script makes a Core ML package: by a Python of its own, never by Airflow's.

Airflow variables (each may come from the environment as AIRFLOW_VAR_QUANTSWEEP_...):

    quantsweep_converted     optional: the folder of packages, a path that workers and jobs share;
                             default: quantsweep_results
    quantsweep_environments  optional: the folder of virtual environments, a path on the machine of the workers;
                             default: environments, in AIRFLOW_HOME
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowException, AirflowFailException

# Where a run names no requirements.
REQUIREMENTS = "coremltools==9.0\n"


def converted(results: str, name: str, run: str) -> str:
    """Where the package of a run goes."""
    folder = Variable.get("quantsweep_converted", default=None) or results
    folder = folder.removeprefix("file://").rstrip("/")
    if not folder.startswith("/"):
        raise AirflowFailException(
            f"packages go to {folder}, which is no path: a script cannot write there.\n"
            "Maybe set the variable quantsweep_converted to a folder that workers and jobs share."
        )
    return f"{folder}/models/{name}/converted/{run}/{name}.mlpackage"


def convert(script: str, source: str, package: str, python: str | None, requirements: str | None) -> None:
    """
    Runs ``PYTHON SCRIPT SOURCE PACKAGE``. What the script has written stands at its place when all of it is there.

    :param python: an interpreter that has what the script needs; without it, that of an environment with
    :param requirements: a file as pip takes it; without it, coremltools alone
    """
    target = Path(package)
    making = target.parent / f".{target.name}.making"
    making.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        made = making / target.name
        code = run([python or environment(requirements), script, source, str(made)])
        if code != 0:
            raise AirflowFailException(
                f"{script}: it ended with exit code {code}.\nMaybe look above for what it has said."
            )
        if not (made / "Manifest.json").is_file():
            raise AirflowFailException(
                f"{script}: it ended well, but there is no package at its second argument ({made}).\n"
                "Maybe end it with model.save(sys.argv[2])."
            )
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def environment(requirements: str | None) -> str:
    """The Python of the virtual environment with some requirements, which is made once."""
    try:
        wanted = Path(requirements).read_text() if requirements else REQUIREMENTS
    except OSError as unreadable:
        raise AirflowFailException(
            f"{requirements}: the requirements cannot be read ({unreadable.strerror}).\n"
            "Maybe name a file on the machine of the workers."
        ) from unreadable
    folder = Path(
        Variable.get("quantsweep_environments", default=None)
        or Path(os.environ.get("AIRFLOW_HOME", Path.home() / "airflow")) / "environments"
    )
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(f"{sys.version}\n{wanted}".encode()).hexdigest()[:16]
    place = folder / name
    python = place / "bin/python"
    with (folder / f"{name}.lock").open("w") as lock:
        # One maker at a time; a killed one's lock is gone with it, and its half-made environment has no stamp.
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = place / "quantsweep-ready"
        if not stamp.is_file():
            shutil.rmtree(place, ignore_errors=True)
            written = folder / f"{name}.txt"
            written.write_text(wanted)
            install = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--quiet"]
            steps = [[sys.executable, "-m", "venv", str(place)]]
            if wanted.strip():
                steps.append([*install, "-r", str(written)])
            for step in steps:
                if run(step) != 0:
                    raise AirflowException(
                        f"{place}: the environment of the conversion could not be made.\n"
                        "Maybe look above for what pip has said."
                    )
            stamp.touch()
    return str(python)


def run(command: list[str]) -> int:
    """Runs a command; what it says goes into the task's log as it comes."""
    # Airflow's own packages are no business of the script's.
    own = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=own
        )
    except OSError as failure:
        raise AirflowFailException(
            f"{command[0]}: it cannot be started ({failure.strerror}).\nMaybe check convert_python."
        ) from failure
    with process:
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
        except BaseException:
            process.kill()
            raise
    return process.returncode
