"""Checks ML Programs that QuantSweep wrote against the real coremltools.

    check_programs_with_coremltools.py FOLDER

FOLDER holds pairs NAME.mlpackage and NAME.weights.npz; the second holds the float32 values that QuantSweep decodes from
the first, keyed by the name of the value; STAGE:NAME in a pipeline, FUNCTION/NAME where there are several functions.
For each pair coremltools opens the package, reads its program and decodes its constants; the result must equal ours bit
for bit, NaN for NaN.

One line per pair. The first difference ends it with exit status 1. Exit status 2: nothing to check, or a half pair.
"""

import contextlib
import io
import logging
import pathlib
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
with contextlib.redirect_stderr(io.StringIO()):  # it says on every start that it cannot predict on Linux
    import coremltools as ct
logging.disable(logging.WARNING)

from coremltools.converters.mil.frontend.milproto.load import load  # noqa: E402
from coremltools.optimize.coreml._quantization_passes import WeightDecompressor  # noqa: E402


class Difference(Exception):
    pass


def operations(block, prefix):
    """Every operation, with what the names of its values begin with."""
    for operation in block.operations:
        yield prefix, operation
        for i, inner in enumerate(operation.blocks):
            yield from operations(inner, f"{prefix}{operation.name}[{i}]/")


def constants(spec, weights):
    """Name -> array of every constant of a program, compressed ones decoded."""
    program = load(spec, specification_version=spec.specificationVersion, file_weights_dir=str(weights))
    WeightDecompressor(op_selector=lambda operation: True).apply(program)
    found = {}
    for name, function in program.functions.items():
        for prefix, operation in operations(function, f"{name}/" if len(program.functions) > 1 else ""):
            if operation.op_type == "const":
                found[prefix + operation.outputs[0].name] = operation.outputs[0].val
    return found


def of_model(spec, weights):
    if spec.WhichOneof("Type") != "pipeline":
        return constants(spec, weights)
    found = {}
    for i, stage in enumerate(spec.pipeline.models):
        if stage.WhichOneof("Type") == "mlProgram":
            found.update({f"{i}:{name}": value for name, value in constants(stage, weights).items()})
    return found


def check(package, arrays):
    model = ct.models.MLModel(str(package), skip_model_load=True)
    theirs = of_model(model.get_spec(), package / "Data" / "com.apple.CoreML" / "weights")
    ours = np.load(arrays)
    for name in ours.files:
        if name not in theirs:
            raise Difference(f"{package}: {name}: coremltools knows no such constant")
        expected = np.asarray(theirs[name]).astype(np.float32)
        if expected.shape != ours[name].shape:
            raise Difference(f"{package}: {name}: ours has shape {ours[name].shape}, coremltools' {expected.shape}")
        differ = np.flatnonzero(expected.ravel().view(np.uint32) != ours[name].ravel().view(np.uint32))
        if len(differ):
            at = differ[0]
            raise Difference(
                f"{package}: {name}: {len(differ)} of {expected.size} values differ from coremltools'; the first at "
                f"flat index {at}: ours {ours[name].ravel()[at]}, coremltools' {expected.ravel()[at]}"
            )
    return len(ours.files)


def main(folder):
    packages = sorted(pathlib.Path(folder).glob("*.mlpackage"))
    arrays = sorted(pathlib.Path(folder).glob("*.weights.npz"))
    names = [package.name.removesuffix(".mlpackage") for package in packages]
    if not packages or names != [array.name.removesuffix(".weights.npz") for array in arrays]:
        print(f"{folder}: there must be pairs NAME.mlpackage and NAME.weights.npz", file=sys.stderr)
        return 2
    total = 0
    for package, array in zip(packages, arrays):
        try:
            count = check(package, array)
        except Difference as difference:
            print(difference, file=sys.stderr)
            return 1
        total += count
        print(f"{package.name}: {count} constants equal")
    print(f"{len(packages)} packages, {total} constants equal to coremltools {ct.__version__}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
