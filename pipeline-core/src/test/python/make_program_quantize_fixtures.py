"""Makes src/test/resources/quantize/program.csv: what coremltools 9.0 makes of small weight tensors.

    make_program_quantize_fixtures.py FOLDER        (tools/python-env.sh coremltools has what it needs)

Lines of three kinds, fields apart by '|':
    weights|NAME|half or single|SHAPE|OUTPUT AXIS|INPUT AXIS|bits, hexadecimal
    decoded|NAME|SCHEME|bits of the decoded weights
    error|NAME|SCHEME|summed squared error of the decoded weights (float.hex): k-means, which depends on a draw

The functions called here are those that coremltools' own passes call on a constant. Left out is where they lose
weights, and a test of its own says what is right: scales that are subnormal or infinite, zero points of products
and norms of blocks beyond the type. The order in which NumPy sorts equal magnitudes depends on the machine: no n:m of repeated weights.
"""

import pathlib
import sys
import warnings

import numpy as np
from coremltools.optimize import _utils
from coremltools.optimize.coreml._quantization_passes import linear_quantize_weights as linear
from coremltools.optimize.coreml._quantization_passes import palettize_weights as palettes
from coremltools.optimize.coreml._quantization_passes import prune_weights as pruned

RANDOM = np.random.default_rng(20_261_129)
TYPES = {"half": np.float16, "single": np.float32}


def hexadecimal(values):
    kind = ">u2" if values.dtype == np.float16 else ">u4"
    return np.ascontiguousarray(values).view(kind.replace(">", "")).astype(kind).tobytes().hex()


def tensors():
    """(name, weights, output axis, input axis)"""
    for name, dtype in TYPES.items():
        def of(*shape, scale=1.0):
            return (RANDOM.normal(size=shape) * scale).astype(dtype)

        yield f"linear-{name}", of(4, 16), 0, 1
        yield f"conv-{name}", of(4, 8, 1, 2, scale=0.1), 0, 1
        if name == "half":
            yield f"transposed-{name}", of(8, 4, 2, scale=5), 1, 0
            yield f"product-{name}", of(16, 4, scale=30), 1, 0
        far = of(4, 16, scale=0.5)
        far[0] = np.abs(far[0]) + dtype(1)
        far[1] = -np.abs(far[1]) - dtype(2)
        far[2] = 0
        far[3, ::3] = 0
        yield f"one-sided-{name}", far, 0, 1
        yield f"repeated-{name}", (RANDOM.integers(-7, 8, size=(4, 16)) / 8).astype(dtype), 0, 1
    # Ranges that float16 rounds at every step.
    yield "large-half", (RANDOM.normal(size=(4, 16)) * 4000).astype(np.float16), 0, 1
    yield "small-half", (RANDOM.normal(size=(4, 16)) * 0.02).astype(np.float16), 0, 1


def blocks(weights, output, inputs, grouping):
    if grouping == "tensor":
        return [0] * weights.ndim
    sizes = [0] * weights.ndim
    sizes[output] = 1
    if grouping.startswith("block"):
        sizes[inputs] = int(grouping[5:])
    return sizes


def scaled(weights, output, inputs, code, grouping):
    signed = not code.startswith("u")
    params = linear.blockwise_compress(
        weights,
        int(code.lstrip("uint")),
        "LINEAR_SYMMETRIC" if signed else "LINEAR",
        signed,
        blocks(weights, output, inputs, grouping),
    )
    floats = np.finfo(weights.dtype)
    scales = np.abs(params.scale)
    tiny = (scales > 0) & (scales < floats.tiny)
    # The products of a zero point are of the least and most weight with the least and most code.
    beyond = params.offset is not None and np.abs(weights).max() * 255.0 > floats.max
    return None if tiny.any() or not np.isfinite(scales).all() or beyond else linear.decompress(params)


def looked_up(weights, output, mode, bits, grouping, compact=False):
    sizes = [0] * weights.ndim
    vector = 1
    if grouping.startswith("group"):
        sizes[output] = int(grouping[5:])
    elif grouping.startswith("vector"):
        vector = int(grouping[6:])
    params = palettes.blockwise_compress(weights, mode, bits, sizes, None, vector, output)
    if compact:
        lut = linear.blockwise_compress(params.lut, 8, "LINEAR_SYMMETRIC", True, [0] * params.lut.ndim)
        params = params._replace(lut=linear.decompress(lut).astype(weights.dtype))
    return palettes.decompress(params)


def sparse(weights, form):
    if form.startswith("below"):
        params = pruned.compress_by_threshold(weights, weights.dtype.type(form[5:]), 0)
    elif "of" in form:
        params = pruned.compress_by_nm_sparsity(weights, tuple(int(n) for n in form.split("of")), 1)
    elif "@block" in form:
        share, size = form.split("@block")
        params = pruned.compress_by_magnitude(weights, float(share), int(size), 0)
    else:
        params = pruned.compress_by_magnitude(weights, float(form))
    return None if params is None else pruned.decompress(params).reshape(weights.shape)


def exact(weights, output, inputs):
    """(scheme, decoded), None where coremltools loses weights"""
    for code in ("int8", "uint8", "int4", "uint4"):
        for grouping in ("channel", "tensor", "block2", "block4"):
            yield f"{code}@{grouping}", scaled(weights, output, inputs, code, grouping)
    for bits in (1, 2, 3, 4, 6, 8):
        for grouping in ("tensor", "group2"):
            yield f"lut-linear:{bits}@{grouping}", looked_up(weights, output, "UNIFORM", bits, grouping)
    for bits in (4, 6):
        yield f"lut-linear:{bits}+int8", looked_up(weights, output, "UNIFORM", bits, "tensor", True)
    unique = len(np.unique(weights))
    if unique <= 16:
        yield "lut-unique:4", looked_up(weights, output, "UNIQUE", 4, "tensor")
        yield "lut-unique:6@group2", looked_up(weights, output, "UNIQUE", 6, "group2")
        for vector in (2, 4):
            yield f"lut-unique:6@vector{vector}", looked_up(weights, output, "UNIQUE", 6, f"vector{vector}")
    forms = ["0.25", "0.3", "0.5", "0.75", "0.9", f"below{np.abs(weights).max() / 4:.6f}"]
    if output == 0 and unique > 16:
        forms += ["1of2", "2of4", "3of4", "0.5@block2"]
    for form in forms:
        if "block" in form and np.square(weights.astype(np.float64)).sum() > np.finfo(weights.dtype).max:
            continue
        left = sparse(weights, form)
        if left is None or not left.any():
            continue
        yield f"sparse:{form}", left
        if form not in ("0.5", "2of4"):
            continue
        for code in ("int8@channel", "uint8@tensor", "int4@block2", "uint4@channel"):
            values = scaled(left, output, inputs, *code.split("@"))
            if values is not None:
                yield f"sparse:{form}+{code}", np.where(left != 0, values, 0).astype(weights.dtype)
        for bits in (2, 4):
            values = looked_up(left, output, "UNIFORM", bits, "tensor")
            yield f"sparse:{form}+lut-linear:{bits}", np.where(left != 0, values, 0).astype(weights.dtype)


def drawn(weights, output):
    for bits in (1, 2, 3, 4):
        for grouping in ("tensor", "group2"):
            yield f"lut:{bits}@{grouping}", looked_up(weights, output, "KMEANS", bits, grouping)
    for bits in (2, 3):
        for vector in (2, 4):
            yield f"lut:{bits}@vector{vector}", looked_up(weights, output, "KMEANS", bits, f"vector{vector}")


def main(folder):
    lines = []
    for name, weights, output, inputs in tensors():
        shape = ",".join(str(length) for length in weights.shape)
        kind = "half" if weights.dtype == np.float16 else "single"
        lines.append(f"weights|{name}|{kind}|{shape}|{output}|{inputs}|{hexadecimal(weights)}")
        for scheme, decoded in exact(weights, output, inputs):
            if decoded is None:
                continue
            assert decoded.dtype == weights.dtype and decoded.shape == weights.shape, scheme
            lines.append(f"decoded|{name}|{scheme}|{hexadecimal(decoded)}")
        for scheme, decoded in drawn(weights, output):
            error = np.square(weights.astype(np.float64) - decoded.astype(np.float64)).sum()
            lines.append(f"error|{name}|{scheme}|{float(error).hex()}")
    (folder / "program.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(pathlib.Path(sys.argv[1]))
