"""Cases: a small program each, what it is fed with, and what NumPy says that it answers."""

import io
import json
import os
import re
import tempfile
import zipfile

import coremltools as ct
import numpy as np
from coremltools.converters.mil import mil
from coremltools.converters.mil.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Placeholder, types
from coremltools.converters.mil.mil.types.symbolic import is_symbolic
from coremltools.converters.mil.mil import get_new_symbol

TARGETS = {
    15: ct.target.iOS15,
    16: ct.target.iOS16,
    17: ct.target.iOS17,
    18: ct.target.iOS18,
    26: ct.target.iOS26,
}
TYPES = {
    "float32": types.fp32,
    "float16": types.fp16,
    "int32": types.int32,
}
RANDOM = np.random.default_rng(20261128)
CASES = {}
REFUSED = {}
EPOCH = (1980, 1, 1, 0, 0, 0)


def numbers(*shape, scale=1.0):
    """Normal numbers that half precision holds too."""
    return (RANDOM.normal(size=shape) * scale).astype(np.float16).astype(np.float32)


def positive(*shape):
    return (np.abs(numbers(*shape)) + 0.25).astype(np.float16).astype(np.float32)


def whole(low, high, *shape):
    return RANDOM.integers(low, high, size=shape).astype(np.int32)


def truths(*shape):
    return RANDOM.integers(0, 2, size=shape).astype(bool)


def case(name, inputs, build, expected, opsets=(15, 18), half=False, free=(), states=None,
         classes=None):
    """Adds a case for each opset.

    inputs: arrays by name; a list of such dictionaries are calls that follow each other. bool is
        fed as int32 and cast. free: names of inputs whose lengths are declared as ranges, or
        which of their axes.
    build: takes the inputs' values, returns one value or several.
    expected: one array or several, or a list of such for calls. half: float16 as well, in the
        opsets that take it as input. states: shapes by name.
    """
    calls = inputs if isinstance(inputs, list) else [inputs]
    answers = expected if isinstance(inputs, list) else [expected]
    answers = [list(a) if isinstance(a, (tuple, list)) else [a] for a in answers]
    for opset in opsets:
        for precision in (("float32", "float16") if half and opset >= 16 else ("float32",)):
            full = f"{name}, iOS{opset}" + (" half" if precision == "float16" else "")
            assert full not in CASES, full
            CASES[full] = (calls, build, answers, opset, precision, free, states or {}, classes)


def refused(name, inputs, build, opset, problem):
    """Adds a case that does not run, and why."""
    full = f"refused: {name}, iOS{opset}"
    CASES[full] = ([inputs], build, [[None]], opset, "float32", (), {}, None)
    REFUSED[full] = problem


def package(full):
    calls, build, answers, opset, precision, free, states, classes = CASES[full]
    placeholders, bounds, truth = {}, [], set()
    for name, array in calls[0].items():
        array = np.asarray(array)
        kind = array.dtype.name
        if kind == "bool":
            truth.add(name)
            kind = "int32"
        elif kind.startswith("float"):
            kind = precision
        shape = list(array.shape)
        if name in free:
            for axis in free[name] if isinstance(free, dict) else range(array.ndim):
                shape[axis] = get_new_symbol()
        placeholders[name] = Placeholder(shape, dtype=TYPES[kind])
        sized = [ct.RangeDim(1, 64) if is_symbolic(n) else n for n in placeholders[name].sym_shape]
        bounds.append(ct.TensorType(name=name, shape=sized))
    for name, shape in states.items():
        placeholders[name] = mb.state_tensor_placeholder(shape=shape, dtype=types.fp16)
    program = mil.Program()
    with Function(placeholders, opset_version=TARGETS[opset]) as function:
        values = dict(function.inputs)
        for name in truth:
            values[name] = mb.cast(x=values[name], dtype="bool")
        outputs = build(**values)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        assert len(outputs) == len(answers[0]) or classes, full
        named = [mb.identity(x=o, name=f"y{i}") for i, o in enumerate(outputs)]
        function.set_outputs(named)
        program.add_function("main", function)
    model = ct.convert(
        program,
        source="milinternal",
        convert_to="mlprogram",
        inputs=bounds if free else None,
        minimum_deployment_target=TARGETS[opset],
        compute_precision=ct.precision.FLOAT32,
        pass_pipeline=ct.PassPipeline.EMPTY,
        classifier_config=ct.ClassifierConfig(classes) if classes else None,
        skip_model_load=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.mlpackage")
        model.save(path)
        return zipped(path)


def zipped(path):
    """The package folder as an archive that is the same in every run."""
    files = {}
    for folder, _, names in os.walk(path):
        for name in names:
            file = os.path.join(folder, name)
            relative = os.path.relpath(file, path)
            with open(file, "rb") as content:
                files[relative] = content.read()
    # Identifiers are drawn anew by each run: the model's comes first, then the weights'.
    manifest = files["Manifest.json"].decode()
    drawn = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", manifest))
    for place, identifier in enumerate(sorted(drawn, key=lambda i: "weights" in item(manifest, i))):
        manifest = manifest.replace(identifier, f"00000000-0000-0000-0000-{place:012d}")
    files["Manifest.json"] = json.dumps(json.loads(manifest), indent=4, sort_keys=True).encode()
    for name, content in files.items():
        if name.endswith(".mlmodel"):
            # Maps are written in any order.
            model = ct.proto.Model_pb2.Model.FromString(content)
            files[name] = model.SerializeToString(deterministic=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo("m.mlpackage/" + name, EPOCH), files[name])
    return out.getvalue()


def item(manifest, identifier):
    """What the manifest says of an identifier."""
    return json.dumps(json.loads(manifest)["itemInfoEntries"][identifier])


def arrays(full):
    """x.CALL.NAME and y.CALL.NUMBER."""
    calls, _, answers, *_ = CASES[full]
    found = {}
    for number, (inputs, expected) in enumerate(zip(calls, answers)):
        for name, array in inputs.items():
            array = np.asarray(array)
            found[f"x.{number}.{name}"] = array.astype(
                np.float32 if array.dtype.kind == "f" else np.int32
            )
        for place, array in enumerate(expected):
            found[f"y.{number}.{place}"] = np.asarray(array).astype(np.float32)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(found):
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(found[name]).reshape(
                found[name].shape), version=(1, 0))
            archive.writestr(zipfile.ZipInfo(name + ".npy", EPOCH), content.getvalue())
    return out.getvalue()


def write(path, chosen=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for full in CASES:
            if chosen is None or re.search(chosen, full):
                files = [("mlpackage.zip", package(full))]
                if full in REFUSED:
                    files.append(("refusal", REFUSED[full].encode()))
                else:
                    files.append(("npz", arrays(full)))
                for ending, content in files:
                    info = zipfile.ZipInfo(f"{full}/{ending}", EPOCH)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, content)
    print(f"{len(CASES)} cases, {os.path.getsize(path)} bytes")
