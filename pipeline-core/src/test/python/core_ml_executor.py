"""Lets coremltools predict on any system: pytest plugin that puts our engine where coremltools
looks for Apple's framework.

    pytest -p core_ml_executor ...

coremltools' own tests build a model, predict with it on a Mac, and compare; elsewhere they stop
before that. This module stands in for `coremltools.libcoremlpython` and says that the system is a
recent macOS. Its proxy sends the model's path and the inputs, as files, to one JVM that stays
(`org.quantsweep.testing.PredictionServer`).

In the environment: QUANTSWEEP_CLASSPATH holds the JVM's class path, QUANTSWEEP_JAVA its program
(default java), QUANTSWEEP_PRECISION float32 (default) or float16, QUANTSWEEP_CASES how many cases of
each test function run (default all), QUANTSWEEP_OUTCOMES a file to write a line to for each test:
outcome, predictions, name, reason, parted by tabs.
"""

import importlib.util
import os
import platform
import re
import selectors
import subprocess
import sys
import tempfile
import types
import zlib
from pathlib import Path
from urllib.parse import quote_plus, unquote_plus

import numpy as np
import pytest

NEWEST_SPECIFICATION = 10
MACOS = (15, 4)
LONGEST_SECONDS = 120
FLOAT16 = 65552


class Refused(RuntimeError):
    """Our engine says that it cannot run a model, and why."""


class Server:
    """The JVM, begun when it is first needed and again after it has ended."""

    def __init__(self):
        self.process = None
        self.folder = tempfile.TemporaryDirectory(prefix="predictions")
        self.files = 0
        self.generation = 0

    def begin(self):
        self.generation += 1
        self.process = subprocess.Popen(
            [
                os.environ.get("QUANTSWEEP_JAVA", "java"),
                "-Xmx2g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                os.environ["QUANTSWEEP_CLASSPATH"],
                "org.quantsweep.testing.PredictionServer",
                os.environ.get("QUANTSWEEP_PRECISION", "float32"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def ask(self, *fields):
        try:
            return self.answer(*fields)
        except AssertionError:
            # Not to be taken for a test that never comes to a prediction.
            global PREDICTIONS
            PREDICTIONS += 1
            raise

    def answer(self, *fields):
        if self.process is None or self.process.poll() is not None:
            self.begin()
        self.process.stdin.write("\t".join(quote_plus(str(field)) for field in fields) + "\n")
        self.process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(LONGEST_SECONDS):
                self.process.kill()
                raise AssertionError(f"our engine hangs: no answer in {LONGEST_SECONDS} s")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("our engine ended without an answer")
        answer = [unquote_plus(field) for field in line.rstrip("\n").split("\t")]
        if answer[0] == "error":
            raise Refused(answer[1])
        if answer[0] == "fault":
            raise AssertionError("our engine failed: " + answer[1])
        return answer[1:]

    def file(self):
        self.files += 1
        return os.path.join(self.folder.name, f"{self.files}.npz")

    def end(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(10)
        self.folder.cleanup()


SERVER = Server()
PREDICTIONS = 0


class State:
    """The inputs of all calls with one state: the JVM runs them again before the next."""

    def __init__(self):
        self.calls = []


def channels(image):
    """A PIL picture as [channels, height, width], in the order red, green, blue."""
    pixels = np.asarray(image, np.float32)
    return pixels[None] if pixels.ndim == 2 else pixels[..., :3].transpose(2, 0, 1)


class Proxy:
    """What `coremltools.libcoremlpython._MLModelProxy` is on a Mac."""

    def __init__(self, path, compute_units, function_name, optimization_hints, asset):
        from coremltools.models.utils import load_spec

        self.path = path
        spec = load_spec(path)
        functions = {f.name: f for f in spec.description.functions}
        description = functions.get(
            function_name or spec.description.defaultFunctionName, spec.description
        )
        self.inputs = {f.name: f.type for f in description.input}
        self.outputs = {f.name: f.type for f in description.output}
        self.function_name = function_name if functions else ""
        self.id = None
        self.generation = 0
        self.failure = None
        try:
            self.open()
        except Refused as e:
            # coremltools hides what is thrown here; what matters is said when it predicts.
            self.failure = e

    def open(self):
        self.id = SERVER.ask("open", os.path.abspath(self.path), self.function_name)[0]
        self.generation = SERVER.generation

    @staticmethod
    def maximum_supported_specification_version():
        return NEWEST_SPECIFICATION

    def get_compiled_model_path(self):
        return self.path

    def newState(self):
        return State()

    def batchPredict(self, batch):
        return [self.predict(data) for data in batch]

    def predict(self, data, state=None):
        global PREDICTIONS
        PREDICTIONS += 1
        if self.failure is not None:
            raise self.failure
        if self.generation != SERVER.generation:
            self.open()
        call = SERVER.file()
        np.savez(call, **{name: self.array(name, value) for name, value in data.items()})
        calls = [call]
        if state is not None:
            state.calls.append(call)
            calls = state.calls
        file = SERVER.file()
        try:
            answer = SERVER.ask("predict", self.id, file, *calls)
        except Refused as e:
            # Some tests expect an error in Core ML's words.
            raise Refused(f"Unable to compute the prediction using ML Program. {e}") from e
        with np.load(file) as arrays:
            made = {name: self.typed(name, arrays[name]) for name in arrays.files}
        return self.labelled(made, answer)

    @staticmethod
    def array(name, value):
        if hasattr(value, "convert"):
            return channels(value)
        array = np.asarray(value)
        return array.astype(np.float32) if array.dtype in (np.int64, np.uint16) else array

    def typed(self, name, array):
        kind = self.outputs[name].multiArrayType.dataType if name in self.outputs else 0
        array = array + 100 if WRONG else array
        types = {131104: np.int32, FLOAT16: np.float16, 65600: np.float64, 131080: np.int8}
        return array.astype(types.get(kind, np.float32))

    def labelled(self, made, answer):
        def label(name, text):
            return int(text) if self.keys_are_integers(name) else text

        place = 0
        while place < len(answer):
            name = answer[place + 1]
            if answer[place] == "label":
                made[name] = label(name, answer[place + 2])
                place += 3
            else:
                count = int(answer[place + 2])
                texts = answer[place + 3:place + 3 + count]
                made[name] = {
                    label(name, t): float(p) for t, p in zip(texts, made[name].ravel())
                }
                place += 3 + count
        return made

    def keys_are_integers(self, name):
        kind = self.outputs[name]
        return kind.HasField("int64Type") or (
            kind.HasField("dictionaryType") and kind.dictionaryType.HasField("int64KeyType")
        )


def pretend_macos():
    """Before any test module is imported, and after coremltools is."""
    framework = types.ModuleType("coremltools.libcoremlpython")
    framework._MLModelProxy = Proxy
    for name in (
        "_MLCPUComputeDeviceProxy",
        "_MLGPUComputeDeviceProxy",
        "_MLNeuralEngineComputeDeviceProxy",
        "_MLComputePlanProxy",
        "_MLModelAssetProxy",
    ):
        setattr(framework, name, type(name, (), {}))
    sys.modules[framework.__name__] = framework
    import coremltools
    import coremltools.models.model
    import coremltools.models.utils as utils

    # Some tests are left out on Macs with Intel processors.
    platform.machine = lambda: "arm64"
    macos = {
        "_is_macos": lambda: True,
        "_macos_version": lambda: MACOS,
        "_IS_MACOS": True,
    }
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("coremltools"):
            for name, value in macos.items():
                if name in vars(module):
                    setattr(module, name, value)
    coremltools._deps._IS_MACOS = True
    compare_by_type()
    utils._is_macos = macos["_is_macos"]
    utils._macos_version = macos["_macos_version"]


def compare_by_type():
    """Compares float16 numbers of float32 test configurations as what they are.

    Those tests feed float16 arrays. What they expect is float32, or was made by the half precision
    of NumPy or PyTorch, which rounds before it adds a bias: the last bit or two differ.
    """
    import coremltools.converters.mil.testing_utils as testing_utils

    compare = testing_utils.compare_backend

    def compare_backend(mlmodel, input_key_values, expected_outputs, dtype="fp32",
                        atol=1e-04, rtol=1e-05, **more):
        made = mlmodel.get_spec().description.output
        half = any(o.type.multiArrayType.dataType == FLOAT16 for o in made) or any(
            getattr(v, "dtype", None) == np.float16 for v in (expected_outputs or {}).values()
        )
        if dtype == "fp32" and half:
            atol, rtol = max(atol, 2e-3), max(rtol, 2e-3)
        return compare(mlmodel, input_key_values, expected_outputs, dtype, atol, rtol, **more)

    testing_utils.compare_backend = compare_backend


pretend_macos()


def known_differences():
    """Patterns of test names, and why their outcome does not count."""
    known = []
    path = Path(__file__).with_name("coremltools_differences.txt")
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, reason = line.split("  ", 1)
            known.append((re.compile(pattern), reason.strip()))
    return known


KNOWN = known_differences()
COUNTS = {"passed": 0, "listed": 0, "failed": 0}


WRONG = False


def pytest_addoption(parser):
    parser.addoption(
        "--answers-wrongly",
        action="store_true",
        help="add 100 to every number that the engine answers: do the tests find that?",
    )


def pytest_configure(config):
    global WRONG
    WRONG = config.getoption("--answers-wrongly")


def pytest_runtest_setup(item):
    global PREDICTIONS
    PREDICTIONS = 0
    # Each test's numbers are its own, whatever ran before it.
    np.random.seed(zlib.crc32(name_of(item.nodeid).encode()))


def name_of(node):
    return node.split("ops/tests/")[-1]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Leaves out files that cannot be imported without PyTorch."""
    report = yield
    if report.outcome == "failed" and importlib.util.find_spec("torch") is None:
        if "torch" in str(report.longrepr):
            report.outcome = "skipped"
            report.longrepr = (str(collector.path), 0, "it needs PyTorch")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure counts where the test has come to a prediction and the outcome is not listed."""
    report = yield
    if report.when != "call":
        return report
    reached = PREDICTIONS > 0
    if report.outcome == "passed" and reached:
        COUNTS["passed"] += 1
    elif report.outcome == "failed":
        name = name_of(item.nodeid)
        reason = next((why for pattern, why in KNOWN if pattern.search(name)), None)
        if not reached:
            reason = "it does not come to a prediction"
        elif reason:
            COUNTS["listed"] += 1
        else:
            COUNTS["failed"] += 1
        if reason:
            report.outcome = "skipped"
            report.wasxfail = f"{reason}: {call.excinfo.value}"
    return report


def pytest_runtest_logreport(report):
    outcomes = os.environ.get("QUANTSWEEP_OUTCOMES")
    if not outcomes or (report.when != "call" and report.outcome == "passed"):
        return
    outcome, reason = report.outcome, ""
    if hasattr(report, "wasxfail"):
        outcome, reason = "listed" if PREDICTIONS else "unreached", report.wasxfail
    elif outcome == "failed":
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = crash.message if crash else str(report.longrepr)
    elif outcome == "skipped" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
    fields = (outcome, str(PREDICTIONS), name_of(report.nodeid), reason)
    with open(outcomes, "a", encoding="utf-8") as out:
        out.write("\t".join(" ".join(field.split()) for field in fields) + "\n")


def pytest_terminal_summary(terminalreporter):
    reached = sum(COUNTS.values())
    terminalreporter.write_line(
        f"of {reached} tests that predict: {COUNTS['passed']} passed, {COUNTS['listed']} differ as"
        f" listed, {COUNTS['failed']} failed"
    )


def pytest_sessionfinish(session):
    SERVER.end()


def pytest_collection_modifyitems(config, items):
    """Keeps QUANTSWEEP_CASES cases of each test function, always the same ones."""
    most = int(os.environ.get("QUANTSWEEP_CASES", "0"))
    if most == 0:
        return
    functions = {}
    for item in items:
        functions.setdefault(name_of(item.nodeid).split("[")[0], []).append(item)
    kept = set()
    for cases in functions.values():
        cases.sort(key=lambda i: zlib.crc32(name_of(i.nodeid).encode()))
        kept.update(cases[:most])
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = [i for i in items if i in kept]
