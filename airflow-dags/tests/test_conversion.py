"""Scripts that make a package: real Pythons, real coremltools; PyTorch where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

import quantsweep_conversion as conversion
from conftest import HERE
from quantsweep_jobs import MAIN, spark_home

SCRIPTS = HERE / "tests"
# An interpreter with torch and coremltools; PyTorch brings 5 GB, which the tests do not install.
TORCH = os.environ.get("QUANTSWEEP_TORCH_PYTHON")


@pytest.fixture
def environments(tmp_path, monkeypatch):
    folder = tmp_path / "environments"
    monkeypatch.setenv("AIRFLOW_VAR_QUANTSWEEP_ENVIRONMENTS", str(folder))
    return folder


def quantsweep(*arguments) -> str:
    jar = os.environ["AIRFLOW_VAR_QUANTSWEEP_JAR"]
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jar}:{spark_home()}/jars/*", MAIN, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def require_doubling_program(package: Path, numpy_python: str) -> None:
    """Both networks of the scripts double four numbers and add one."""
    assert "mlProgram, specification version 7" in quantsweep("inspect", package)
    given, answered = package.parent / "x.npz", package.parent / "y.npz"

    def numpy(code: str) -> str:
        command = [numpy_python, "-c", f"import numpy, sys; {code}", given, answered]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout

    numpy("numpy.savez(sys.argv[1], x=numpy.array([[1, -2, 0.5, 0]], numpy.float32))")
    quantsweep("predict", package, "--input", given, "--output", answered)
    assert numpy("print(numpy.load(sys.argv[2])['y'].tolist())") == "[[3.0, -3.0, 2.0, 1.0]]\n"


def test_coremltools_makes_a_program_that_runs_here(tmp_path, coremltools_python):
    package = tmp_path / "models/net.mlpackage"
    conversion.convert(str(SCRIPTS / "convert_program.py"), "nothing", str(package), coremltools_python, None)
    require_doubling_program(package, coremltools_python)


@pytest.mark.skipif(not TORCH, reason="left out: QUANTSWEEP_TORCH_PYTHON names no Python with torch and coremltools")
def test_a_small_pytorch_network_becomes_a_program_that_runs_here(tmp_path, coremltools_python):
    package = tmp_path / "net.mlpackage"
    conversion.convert(str(SCRIPTS / "convert_pytorch.py"), "nothing", str(package), TORCH, None)
    require_doubling_program(package, coremltools_python)


def script(folder: Path, text: str) -> str:
    file = folder / "script.py"
    file.write_text("import os, sys\n" + text)
    return str(file)


STUB = "os.makedirs(sys.argv[2]); open(sys.argv[2] + '/Manifest.json', 'w').write(sys.argv[1] + ' ' + sys.prefix)"


def test_an_environment_is_made_once_for_the_same_requirements(tmp_path, environments):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# nothing\n")
    package = tmp_path / "net.mlpackage"
    for source in ("first", "second"):
        conversion.convert(script(tmp_path, STUB), source, str(package), None, str(requirements))
        [made] = environments.glob("*/quantsweep-ready")
        # What stood there is replaced, and the script ran in the environment.
        assert (package / "Manifest.json").read_text() == f"{source} {made.parent}"
    stamp = made.stat().st_mtime_ns
    conversion.environment(str(requirements))
    assert made.stat().st_mtime_ns == stamp
    made.unlink()  # as one that was left half-made
    (made.parent / "rest").touch()
    conversion.environment(str(requirements))
    assert made.is_file() and not (made.parent / "rest").exists()
    requirements.write_text("")
    conversion.environment(str(requirements))
    assert len(list(environments.glob("*/quantsweep-ready"))) == 2


def test_what_pip_cannot_install_is_tried_again(tmp_path, environments, capfd):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{tmp_path}/missing.whl\n")
    with pytest.raises(AirflowException) as failure:
        conversion.environment(str(requirements))
    assert not isinstance(failure.value, AirflowFailException)
    assert str(failure.value).endswith(
        ": the environment of the conversion could not be made.\nMaybe look above for what pip has said."
    )
    assert "missing.whl" in capfd.readouterr().out
    assert list(environments.glob("*/quantsweep-ready")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("print('about to end'); sys.exit(7)", "it ended with exit code 7.\nMaybe look above for what it has said."),
        (
            "pass",
            "it ended well, but there is no package at its second argument ({made}).\n"
            "Maybe end it with model.save(sys.argv[2]).",
        ),
    ],
)
def test_a_script_that_makes_nothing_fails_at_once_and_leaves_what_stood(tmp_path, capfd, text, message):
    package = tmp_path / "net.mlpackage"
    package.mkdir()
    file = script(tmp_path, text)
    with pytest.raises(AirflowFailException) as failure:
        conversion.convert(file, "m", str(package), sys.executable, None)
    made = tmp_path / ".net.mlpackage.making/net.mlpackage"
    assert str(failure.value) == f"{file}: " + message.format(made=made)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["net.mlpackage", "script.py"]
    assert ("about to end" in capfd.readouterr().out) == ("about" in text)


def test_what_is_not_there_is_said(tmp_path, environments):
    with pytest.raises(AirflowFailException) as failure:
        conversion.convert("s.py", "m", str(tmp_path / "n.mlpackage"), "/nowhere/python", None)
    assert str(failure.value) == (
        "/nowhere/python: it cannot be started (No such file or directory).\nMaybe check convert_python."
    )
    with pytest.raises(AirflowFailException) as failure:
        conversion.environment("/nowhere/requirements.txt")
    assert str(failure.value) == (
        "/nowhere/requirements.txt: the requirements cannot be read (No such file or directory).\n"
        "Maybe name a file on the machine of the workers."
    )


def test_packages_go_to_a_path(monkeypatch):
    assert conversion.converted("/r", "Net", "run-1") == "/r/models/Net/converted/run-1/Net.mlpackage"
    with pytest.raises(AirflowFailException) as failure:
        conversion.converted("hdfs://n/r", "Net", "run-1")
    assert str(failure.value) == (
        "packages go to hdfs://n/r, which is no path: a script cannot write there.\n"
        "Maybe set the variable quantsweep_converted to a folder that workers and jobs share."
    )
    monkeypatch.setenv("AIRFLOW_VAR_QUANTSWEEP_CONVERTED", "file:///shared/")
    assert conversion.converted("hdfs://n/r", "Net", "1") == "/shared/models/Net/converted/1/Net.mlpackage"
