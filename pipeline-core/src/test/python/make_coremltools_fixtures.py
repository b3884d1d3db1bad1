"""Makes src/test/resources/coremltools/: tiny networks quantized by the real coremltools, and what it decodes from them.

    make_coremltools_fixtures.py FOLDER

Two networks hold every layer type that coremltools quantizes: `five` (rank-five mapping, the layers of specification
1) and `exact` (exact ranks, specification 4, with a branch and a loop). For each scheme FOLDER gets
NETWORK.SCHEME.mlmodel, quantized by coremltools, and one array NETWORK.SCHEME in expected.npz: the float32 weights of
all weight tensors, decoded by coremltools, one after another in the order of index.json. Half precision, which
coremltools cannot decode, is decoded by NumPy. k-means: coremltools 9.0 raises TypeError when it writes its own table,
so the tables come from kmeans1d, by way of custom_lut.

index.json: coremltools' version, per network its weight tensors (identity, shape and channel axis as coremltools
sees them: the shape of scale, bias and constant layers is flat), per model its file, network,
scheme (as QuantSweep writes it) and array. NETWORK.full.mlmodel is the network before.
"""

import contextlib
import io
import json
import logging
import pathlib
import sys
import warnings
import zipfile

import numpy as np

warnings.filterwarnings("ignore")
with contextlib.redirect_stderr(io.StringIO()):  # it says on every start that it cannot predict on Linux
    import coremltools as ct
logging.disable(logging.WARNING)

import kmeans1d  # noqa: E402
from check_with_coremltools import decode_by_coremltools  # noqa: E402
from coremltools.models.neural_network import quantization_utils  # noqa: E402
from coremltools.proto import FeatureTypes_pb2, Model_pb2  # noqa: E402
from weight_tensors import decode_by_formula, of_model, stored  # noqa: E402

RANDOM = np.random.default_rng(20_240_503)


def values(*shape):
    """Float32 weights: each channel has its own centre and spread, so that scales and biases differ."""
    spread = np.exp2(RANDOM.integers(-4, 3, shape[:1] + (1,) * (len(shape) - 1)))
    centre = RANDOM.normal(0, 0.3, spread.shape)
    return (RANDOM.normal(0, 1, shape) * spread + centre).astype(np.float32).ravel()


def fill(weights, *shape):
    weights.floatValue.extend(values(*shape))


def add(network, kind, name, inputs, outputs):
    layer = network.layers.add(name=name)
    layer.input.extend(inputs)
    layer.output.extend(outputs)
    part = getattr(layer, kind)
    part.SetInParent()
    return part


def array_input(spec, name, shape):
    feature = spec.description.input.add(name=name)
    feature.type.multiArrayType.shape.extend(shape)
    feature.type.multiArrayType.dataType = FeatureTypes_pb2.ArrayFeatureType.FLOAT32


def array_output(spec, name, shape=()):
    feature = spec.description.output.add(name=name)
    feature.type.multiArrayType.shape.extend(shape)
    feature.type.multiArrayType.dataType = FeatureTypes_pb2.ArrayFeatureType.FLOAT32


def convolution(network, name, source, target, inputs, outputs, side, groups=1, deconvolution=False, bias=True):
    p = add(network, "convolution", name, [source], [target])
    p.outputChannels, p.nGroups, p.isDeconvolution, p.hasBias = outputs, groups, deconvolution, bias
    p.kernelChannels = inputs if deconvolution else inputs // groups
    p.kernelSize.extend([side, side])
    p.stride.extend([1, 1])
    p.dilationFactor.extend([1, 1])
    p.valid.paddingAmounts.borderAmounts.add()
    p.valid.paddingAmounts.borderAmounts.add()
    shape = (inputs, outputs // groups) if deconvolution else (outputs, inputs // groups)
    fill(p.weights, *shape, side, side)
    if bias:
        fill(p.bias, outputs)
    return p


def relu(network, name, source, target):
    add(network, "activation", name, [source], [target]).ReLU.SetInParent()


def inner_product(network, name, source, target, inputs, outputs, bias=True):
    p = add(network, "innerProduct", name, [source], [target])
    p.inputChannels, p.outputChannels, p.hasBias = inputs, outputs, bias
    fill(p.weights, outputs, inputs)
    if bias:
        fill(p.bias, outputs)


def lstm_weights(p, inputs, outputs, bias, peephole):
    for gate in ("inputGate", "forgetGate", "blockInput", "outputGate"):
        fill(getattr(p, gate + "WeightMatrix"), outputs, inputs)
        fill(getattr(p, gate + "RecursionMatrix"), outputs, outputs)
        if bias:
            fill(getattr(p, gate + "BiasVector"), outputs)
    if peephole:
        for gate in ("inputGate", "forgetGate", "outputGate"):
            fill(getattr(p, gate + "PeepholeVector"), outputs)


def lstm_activations(part, count):
    for _ in range(count):
        part.activations.add().sigmoid.SetInParent()
        part.activations.add().tanh.SetInParent()
        part.activations.add().tanh.SetInParent()


def five():
    """Layers of specification 1. A ReLU stands after what coremltools would fuse with its successor."""
    spec = Model_pb2.Model(specificationVersion=1)
    array_input(spec, "picture", [4, 6, 6])
    array_input(spec, "vector", [5])
    array_input(spec, "word", [1])
    network = spec.neuralNetwork
    p = convolution(network, "conv", "picture", "conv", 4, 6, 3)
    p.weights.floatValue[36:72] = [0.375] * 36  # a constant channel: its scale is 0
    relu(network, "relu1", "conv", "relu1")
    convolution(network, "grouped", "relu1", "grouped", 6, 4, 3, groups=2, bias=False)
    relu(network, "relu2", "grouped", "relu2")
    convolution(network, "deconv", "relu2", "deconv", 4, 3, 2, deconvolution=True)
    relu(network, "relu3", "deconv", "relu3")
    p = add(network, "batchnorm", "norm", ["relu3"], ["norm"])
    p.channels, p.epsilon = 3, 1e-5
    for field in (p.gamma, p.beta, p.mean):
        fill(field, 3)
    p.variance.floatValue.extend(np.abs(values(3)) + np.float32(0.1))
    relu(network, "relu4", "norm", "relu4")
    p = add(network, "scale", "scale", ["relu4"], ["scale"])
    p.shapeScale.extend([3, 1, 1])
    p.hasBias = True
    p.shapeBias.extend([3, 1, 1])
    fill(p.scale, 3)
    fill(p.bias, 3)
    relu(network, "relu5", "scale", "relu5")
    p = add(network, "bias", "bias", ["relu5"], ["picture_out"])
    p.shape.extend([3, 1, 1])
    fill(p.bias, 3)
    inner_product(network, "fc", "vector", "fc", 5, 3)
    p = add(network, "loadConstant", "constant", [], ["constant_out"])
    p.shape.extend([2, 3, 2])
    fill(p.data, 12)
    p = add(network, "embedding", "embedding", ["word"], ["embedding_out"])
    p.inputDim, p.outputChannels, p.hasBias = 7, 3, True
    fill(p.weights, 3, 7)
    fill(p.bias, 3)
    p = add(network, "simpleRecurrent", "rnn", ["fc"], ["rnn"])
    p.inputVectorSize, p.outputVectorSize, p.sequenceOutput, p.hasBiasVector = 3, 2, True, True
    p.activation.tanh.SetInParent()
    fill(p.weightMatrix, 2, 3)
    fill(p.recursionMatrix, 2, 2)
    fill(p.biasVector, 2)
    p = add(network, "gru", "gru", ["rnn"], ["gru"])
    p.inputVectorSize, p.outputVectorSize, p.sequenceOutput, p.hasBiasVectors = 2, 3, True, True
    p.activations.add().sigmoid.SetInParent()
    p.activations.add().tanh.SetInParent()
    for gate in ("update", "reset", "output"):
        fill(getattr(p, gate + "GateWeightMatrix"), 3, 2)
        fill(getattr(p, gate + "GateRecursionMatrix"), 3, 3)
        fill(getattr(p, gate + "GateBiasVector"), 3)
    p = add(network, "uniDirectionalLSTM", "lstm", ["gru"], ["lstm"])
    p.inputVectorSize, p.outputVectorSize = 3, 2
    p.params.sequenceOutput = p.params.hasBiasVectors = p.params.hasPeepholeVectors = True
    p.params.cellClipThreshold = 50_000
    lstm_activations(p, 1)
    lstm_weights(p.weightParams, 3, 2, True, True)
    p = add(network, "biDirectionalLSTM", "bilstm", ["lstm"], ["recurrent_out"])
    p.inputVectorSize, p.outputVectorSize = 2, 2
    p.params.hasBiasVectors = True
    p.params.cellClipThreshold = 50_000
    for name in ("activationsForwardLSTM", "activationsBackwardLSTM"):
        for kind in ("sigmoid", "tanh", "tanh"):
            getattr(getattr(p, name).add(), kind).SetInParent()
    lstm_weights(p.weightParams.add(), 2, 2, True, False)
    lstm_weights(p.weightParams.add(), 2, 2, True, False)
    for name in ("picture_out", "constant_out", "embedding_out", "recurrent_out"):
        array_output(spec, name)
    return spec


def exact():
    """Layers of specification 4; two layers share a name and one has none, so that identities need their index."""
    spec = Model_pb2.Model(specificationVersion=4)
    array_input(spec, "rows", [2, 5])
    array_input(spec, "words", [4, 1])
    array_input(spec, "flag", [1])
    network = spec.neuralNetwork
    network.arrayInputShapeMapping = 1
    p = add(network, "batchedMatmul", "matmul", ["rows"], ["matmul"])
    p.weightMatrixFirstDimension, p.weightMatrixSecondDimension, p.hasBias = 5, 4, True
    fill(p.weights, 4, 5)
    fill(p.bias, 4)
    p = add(network, "embeddingND", "words", ["words"], ["words_out"])
    p.vocabSize, p.embeddingSize, p.hasBias = 6, 3, True
    fill(p.weights, 3, 6)
    fill(p.bias, 3)
    p = add(network, "loadConstantND", "constant", [], ["constant_out"])
    p.shape.extend([3, 5])
    fill(p.data, 15)
    inner_product(network, "", "matmul", "nameless", 4, 3)
    inner_product(network, "twin", "nameless", "twin1", 3, 3, bias=False)
    relu(network, "relu", "twin1", "relu")
    inner_product(network, "twin", "relu", "twin2", 3, 3)
    p = add(network, "branch", "branch", ["flag"], [])
    inner_product(p.ifBranch, "fc", "twin2", "branch_if", 3, 4)
    add(p.ifBranch, "copy", "copy", ["branch_if"], ["branch_out"])
    inner_product(p.elseBranch, "fc", "twin2", "branch_else", 3, 4)
    add(p.elseBranch, "copy", "copy", ["branch_else"], ["branch_out"])
    p = add(network, "copy", "state", ["flag"], ["state"])
    p = add(network, "loop", "loop", [], [])
    p.conditionVar = "go"
    p.maxLoopIterations = 3
    q = add(p.conditionNetwork, "loadConstantND", "limit", [], ["limit"])
    q.shape.extend([1])
    fill(q.data, 1)
    add(p.conditionNetwork, "lessThan", "less", ["state", "limit"], ["go"])
    inner_product(p.bodyNetwork, "fc", "state", "next", 1, 1)
    add(p.bodyNetwork, "copy", "copy", ["next"], ["state"])
    for name in ("words_out", "constant_out", "branch_out", "state"):
        array_output(spec, name)
    return spec


def exact_table(nbits, weights):
    flat = np.asarray(weights, float).ravel()
    distinct = np.unique(flat)
    found = kmeans1d.cluster(flat, min(len(distinct), 2**nbits))
    table = list(found.centroids)
    return np.array(table + table[-1:] * (2**nbits - len(table))), np.array(found.clusters)


def schemes():
    """(scheme as QuantSweep writes it, bits, mode of coremltools, further arguments)"""
    for bits in range(1, 9):
        yield f"linear:{bits}", bits, "linear", {}
    yield "linear-symmetric:8", 8, "linear_symmetric", {}
    for bits in range(1, 9):
        yield f"lut-linear:{bits}", bits, "linear_lut", {}
    for bits in range(1, 9):
        yield f"lut-kmeans:{bits}", bits, "custom_lut", {"lut_function": exact_table}
    yield "half", 16, "linear", {}


def refuses_kmeans(spec):
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            quantization_utils.quantize_weights(ct.models.MLModel(spec), 2, "kmeans_lut")
        except TypeError:
            return True
    return False


def decoded(spec):
    """All weights of the model, one after another, and how many tensors NumPy had to decode."""
    by_coremltools, reasons = decode_by_coremltools(spec)
    parts = []
    for tensor in of_model(spec):
        if not stored(tensor.weights):
            continue
        own = by_coremltools.get(tensor.identity)
        parts.append(decode_by_formula(tensor).ravel() if own is None else own.ravel())
    return np.concatenate(parts), len(reasons)


def write_archive(path, arrays):
    """An .npz whose bytes depend on the arrays alone (NumPy's own would carry the time)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            out = io.BytesIO()
            np.lib.format.write_array(out, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), out.getvalue(), zipfile.ZIP_DEFLATED)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    index = {"coremltools": ct.__version__, "networks": {}, "models": []}
    arrays = {}
    for name, spec in (("five", five()), ("exact", exact())):
        if not refuses_kmeans(spec):
            sys.exit("coremltools' own k-means works here: this script and its note need a change.")
        tensors = [t for t in of_model(spec) if stored(t.weights)]
        index["networks"][name] = [{"tensor": t.identity, "shape": list(t.shape), "axis": t.axis} for t in tensors]
        data = spec.SerializeToString(deterministic=True)
        (folder / f"{name}.full.mlmodel").write_bytes(data)
        arrays[f"{name}.full"], _ = decoded(spec)
        index["models"].append({"file": f"{name}.full.mlmodel", "network": name, "scheme": "full", "array": f"{name}.full"})
        for scheme, bits, mode, options in schemes():
            with contextlib.redirect_stdout(io.StringIO()):
                model = quantization_utils.quantize_weights(ct.models.MLModel(spec), bits, mode, **options)
            quantized = model.get_spec()
            key = f"{name}.{scheme.replace(':', '-')}"
            arrays[key], by_formula = decoded(quantized)
            if by_formula and scheme != "half":
                sys.exit(f"{key}: coremltools could not decode {by_formula} of its own tensors.")
            (folder / f"{key}.mlmodel").write_bytes(quantized.SerializeToString(deterministic=True))
            index["models"].append({"file": f"{key}.mlmodel", "network": name, "scheme": scheme, "array": key})
    write_archive(folder / "expected.npz", arrays)
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    print(f"{len(index['models'])} models, {sum(p.stat().st_size for p in folder.iterdir())} bytes")


if __name__ == "__main__":
    main()
