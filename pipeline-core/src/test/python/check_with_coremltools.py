"""Checks models that QuantSweep wrote against the real coremltools.

    check_with_coremltools.py FOLDER [--quiet]

FOLDER holds pairs NAME.mlmodel and NAME.weights.npz; the second holds the float32 weights that QuantSweep decodes from
the first, one array per weight tensor, keyed by its identity (see weight_tensors.py). For each pair coremltools opens
the model and decodes it with its own decoder; the result must equal ours bit for bit. What its decoder cannot decode
(half precision, one scale for several channels, several for a constant, an empty bias, grouped deconvolution, int8, and
layer types that it passes over) is compared with the schema's formula in NumPy, and listed. Every weight tensor that is
not stored as float32 must be among the arrays; float32 ones may be, and must then be unchanged.

One line per pair. The first difference ends it with exit status 1. Exit status 2: nothing to check, or a half pair.
"""

import argparse
import collections
import contextlib
import copy
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

from coremltools.models.neural_network import quantization_utils  # noqa: E402
from weight_tensors import decode_by_formula, networks, of_model, stored  # noqa: E402

DECODED_LAYERS = set(quantization_utils.QuantizedLayerSelector().quantizable_layer_types)
# Their weights are one channel to coremltools, whatever their shape.
FLAT_LAYERS = {"scale", "bias", "loadConstant", "loadConstantND"}


class Difference(Exception):
    pass


def why_not(tensor):
    """Why coremltools' decoder cannot decode this tensor; None where it can."""
    w = tensor.weights
    if w.float16Value:
        return "half precision"
    if w.int8RawValue:
        return "int8"
    if tensor.layer_type not in DECODED_LAYERS:
        return f"layer type {tensor.layer_type}"
    if w.quantization.WhichOneof("QuantizationType") == "linearQuantization":
        linear = w.quantization.linearQuantization
        if len(linear.bias) != len(linear.scale):
            return "empty bias"
        flat = tensor.layer_type in FLAT_LAYERS
        channels = tensor.shape[tensor.axis] if len(tensor.shape) > 1 and not flat else 1
        if len(linear.scale) != channels:
            if flat:
                return "a scale for each channel of a constant"
            return "single scale" if len(linear.scale) == 1 else "grouped deconvolution"
    return None


def decode_by_coremltools(spec):
    """Identity -> float32 array, for what coremltools' own decoder decodes; and identity -> reason for the rest."""
    spec = copy.deepcopy(spec)
    tensors = of_model(spec)
    reasons = {}
    decodable = []
    for tensor in tensors:
        if len(tensor.weights.floatValue):
            continue
        reason = why_not(tensor) if stored(tensor.weights) else None
        if reason:
            reasons[tensor.identity] = reason
        if reason or not stored(tensor.weights):
            tensor.weights.floatValue.append(0.0)  # it leaves a tensor alone that has floats
        else:
            decodable.append(tensor)
    with contextlib.redirect_stdout(io.StringIO()):
        for _, network in networks(spec):
            quantization_utils._dequantize_nn_spec(network)
    decoded = {}
    for tensor in decodable:
        values = np.array(tensor.weights.floatValue, np.float32)
        if values.size != int(np.prod(tensor.shape)):
            raise Difference(f"{tensor.identity}: coremltools decodes {values.size} weights, its shape {list(tensor.shape)} has {int(np.prod(tensor.shape))}.")
        decoded[tensor.identity] = values.reshape(tensor.shape)
    return decoded, reasons


def compare(identity, ours, theirs, whose):
    if ours.dtype != np.float32:
        raise Difference(f"{identity}: our array is {ours.dtype}, but must be float32.")
    if ours.size != theirs.size:
        raise Difference(f"{identity}: our array has shape {list(ours.shape)}, {whose} {list(theirs.shape)}.")
    mine, other = (np.ascontiguousarray(a, np.float32).ravel().view(np.uint32) for a in (ours, theirs))
    different = np.flatnonzero(mine != other)
    if different.size:
        at = int(different[0])
        a, b = ours.ravel()[at], theirs.ravel()[at]
        raise Difference(
            f"{identity}: {different.size} of {ours.size} weights differ from {whose}; the first at flat index {at}: "
            f"ours {a:.9g} (0x{mine[at]:08x}), theirs {b:.9g} (0x{other[at]:08x})."
        )


def check(model_path, weights_path):
    """One line about the pair; raises Difference."""
    with contextlib.redirect_stdout(io.StringIO()):
        spec = ct.models.MLModel(str(model_path), compute_units=ct.ComputeUnit.CPU_ONLY).get_spec()
    tensors = {t.identity: t for t in of_model(spec) if stored(t.weights)}
    with np.load(weights_path) as archive:
        ours = {name: archive[name] for name in archive.files}
    unknown = sorted(set(ours) - set(tensors))
    if unknown:
        raise Difference(f"our weights name {unknown[0]!r}, which is no weight tensor of the model ({', '.join(sorted(tensors)[:6])}, ...).")
    missing = sorted(n for n, t in tensors.items() if not len(t.weights.floatValue) and n not in ours)
    if missing:
        raise Difference(f"our weights lack {missing[0]!r} ({len(missing)} in all), which the model does not store as float32.")

    decoded, reasons = decode_by_coremltools(spec)
    by_formula = collections.Counter()
    full = 0
    for name, array in ours.items():
        tensor = tensors[name]
        formula = decode_by_formula(tensor)
        if name in decoded:
            compare(name, array, decoded[name], "coremltools'")
            compare(name, formula, decoded[name], "coremltools' (the formula of weight_tensors.py)")
        elif name in reasons:
            by_formula[reasons[name]] += 1
            compare(name, array, formula, "the formula's")
        else:
            full += 1
            compare(name, array, formula, "the stored floats'")
    checked = sum(1 for name in ours if name in decoded)
    listed = ", ".join(f"{reason}: {count}" for reason, count in sorted(by_formula.items()))
    return f"{checked} decoded by coremltools, {sum(by_formula.values())} by formula{f' ({listed})' if listed else ''}, {full} float32"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--quiet", action="store_true", help="print the summary only")
    asked = parser.parse_args()
    models = sorted(asked.folder.glob("*.mlmodel"))
    archives = {p.name.removesuffix(".weights.npz") for p in asked.folder.glob("*.weights.npz")}
    lonely = sorted(archives.symmetric_difference(m.name.removesuffix(".mlmodel") for m in models))
    if not models or lonely:
        what = f"'{lonely[0]}' has only one of .mlmodel and .weights.npz" if lonely else "there is no .mlmodel"
        print(f"{asked.folder}: {what}.", file=sys.stderr)
        return 2
    for model in models:
        try:
            line = check(model, model.with_name(model.name.removesuffix(".mlmodel") + ".weights.npz"))
        except Difference as difference:
            print(f"{model}: {difference}", file=sys.stderr)
            return 1
        except Exception as problem:  # coremltools refused the file
            print(f"{model}: coremltools {ct.__version__} fails: {type(problem).__name__}: {problem}", file=sys.stderr)
            return 1
        if not asked.quiet:
            print(f"{model.name}: {line}", flush=True)
    print(f"{len(models)} models equal to coremltools {ct.__version__}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
