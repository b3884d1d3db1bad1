"""The weight tensors of a Core ML neural network, with the identities that QuantSweep gives them.

Identity: path of the networks, name of the layer, field of the schema below the layer's own parameters:
`conv1/weights`, `lstm/weightParams.inputGateWeightMatrix`, `bilstm/weightParams[1].forgetGateBiasVector`,
`stage[0]/branch[3].if/conv1/weights`, `loop[4].body/fc/bias`. The number in `branch[3]` is the layer's index in its
network. Where a layer's name is empty or repeated in its network, `#index` follows it: `conv#5/weights`, `#0/weights`.
"""

import collections

import numpy as np

WeightTensor = collections.namedtuple("WeightTensor", "identity weights shape axis layer_type")

GATES = ("update", "reset", "output")
LSTM_MATRICES = ("inputGate", "forgetGate", "blockInput", "outputGate")
LSTM_PEEPHOLES = ("inputGate", "forgetGate", "outputGate")


def networks(spec, path=""):
    """(path, network) of a model and of its pipeline's stages; nested networks are found by weight_tensors."""
    kind = spec.WhichOneof("Type")
    if kind in ("neuralNetwork", "neuralNetworkClassifier", "neuralNetworkRegressor"):
        yield path, getattr(spec, kind)
    elif kind in ("pipeline", "pipelineClassifier", "pipelineRegressor"):
        part = getattr(spec, kind)
        pipeline = part if kind == "pipeline" else part.pipeline
        for index, stage in enumerate(pipeline.models):
            yield from networks(stage, f"{path}stage[{index}]/")


def of_model(spec):
    return [tensor for path, network in networks(spec) for tensor in weight_tensors(network, path)]


def of_nonempty(spec):
    return [t for t in of_model(spec) if stored(t.weights)]


def stored(weights):
    return bool(len(weights.floatValue) or weights.float16Value or weights.rawValue or weights.int8RawValue)


def weight_tensors(network, path=""):
    names = collections.Counter(layer.name for layer in network.layers)
    for index, layer in enumerate(network.layers):
        kind = layer.WhichOneof("layer")
        if kind is None:
            continue
        name = layer.name if layer.name and names[layer.name] == 1 else f"{layer.name}#{index}"
        part = getattr(layer, kind)
        for field, weights, shape, axis in _fields(kind, part):
            yield WeightTensor(f"{path}{name}/{field}", weights, tuple(int(s) for s in shape), axis, kind)
        if kind == "branch":
            yield from weight_tensors(part.ifBranch, f"{path}branch[{index}].if/")
            yield from weight_tensors(part.elseBranch, f"{path}branch[{index}].else/")
        elif kind == "loop":
            yield from weight_tensors(part.conditionNetwork, f"{path}loop[{index}].condition/")
            yield from weight_tensors(part.bodyNetwork, f"{path}loop[{index}].body/")


def _fields(kind, p):
    """(field, message, shape, channel axis) of one layer's weight tensors, empty ones included."""
    if kind == "convolution":
        size = tuple(p.kernelSize) if p.kernelSize else (3, 3)
        if p.isDeconvolution:
            yield "weights", p.weights, (p.kernelChannels, p.outputChannels // max(1, p.nGroups), *size), 1
        else:
            yield "weights", p.weights, (p.outputChannels, p.kernelChannels, *size), 0
        yield "bias", p.bias, (p.outputChannels,), 0
    elif kind == "convolution3d":
        size = (p.kernelDepth, p.kernelHeight, p.kernelWidth)
        groups = max(1, p.nGroups)
        if p.isDeconvolution:
            yield "weights", p.weights, (p.inputChannels, p.outputChannels // groups, *size), 1
        else:
            yield "weights", p.weights, (p.outputChannels, p.inputChannels // groups, *size), 0
        yield "bias", p.bias, (p.outputChannels,), 0
    elif kind == "innerProduct":
        yield "weights", p.weights, (p.outputChannels, p.inputChannels), 0
        yield "bias", p.bias, (p.outputChannels,), 0
    elif kind == "batchedMatmul":
        yield "weights", p.weights, (p.weightMatrixSecondDimension, p.weightMatrixFirstDimension), 0
        yield "bias", p.bias, (p.weightMatrixSecondDimension,), 0
    elif kind == "embedding":
        yield "weights", p.weights, (p.outputChannels, p.inputDim), 0
        yield "bias", p.bias, (p.outputChannels,), 0
    elif kind == "embeddingND":
        yield "weights", p.weights, (p.embeddingSize, p.vocabSize), 0
        yield "bias", p.bias, (p.embeddingSize,), 0
    elif kind == "batchnorm":
        for field in ("gamma", "beta", "mean", "variance"):
            yield field, getattr(p, field), (p.channels,), 0
    elif kind == "scale":
        yield "scale", p.scale, tuple(p.shapeScale), 0
        yield "bias", p.bias, tuple(p.shapeBias), 0
    elif kind == "bias":
        yield "bias", p.bias, tuple(p.shape), 0
    elif kind in ("loadConstant", "loadConstantND"):
        yield "data", p.data, tuple(p.shape), 0
    elif kind == "layerNormalization":
        for field in ("gamma", "beta"):
            yield field, getattr(p, field), tuple(p.normalizedShape), 0
    elif kind == "activation":
        yield from _activation("", p)
    elif kind == "simpleRecurrent":
        o, i = p.outputVectorSize, p.inputVectorSize
        yield "weightMatrix", p.weightMatrix, (o, i), 0
        yield "recursionMatrix", p.recursionMatrix, (o, o), 0
        yield "biasVector", p.biasVector, (o,), 0
        yield from _activation("activation.", p.activation)
    elif kind == "gru":
        o, i = p.outputVectorSize, p.inputVectorSize
        for suffix, shape in (("WeightMatrix", (o, i)), ("RecursionMatrix", (o, o)), ("BiasVector", (o,))):
            for gate in GATES:
                field = f"{gate}Gate{suffix}"
                yield field, getattr(p, field), shape, 0
        yield from _activations(p, "activations")
    elif kind in ("uniDirectionalLSTM", "biDirectionalLSTM"):
        o, i = p.outputVectorSize, p.inputVectorSize
        both = kind == "biDirectionalLSTM"
        for index, weights in enumerate(p.weightParams if both else [p.weightParams]):
            prefix = f"weightParams[{index}]." if both else "weightParams."
            for suffix, shape in (("WeightMatrix", (o, i)), ("RecursionMatrix", (o, o)), ("BiasVector", (o,))):
                for gate in LSTM_MATRICES:
                    yield f"{prefix}{gate}{suffix}", getattr(weights, gate + suffix), shape, 0
            for gate in LSTM_PEEPHOLES:
                field = f"{gate}PeepholeVector"
                yield prefix + field, getattr(weights, field), (o,), 0
        for field in ("activationsForwardLSTM", "activationsBackwardLSTM") if both else ("activations",):
            yield from _activations(p, field)
    elif kind == "custom":
        for index, weights in enumerate(p.weights):
            yield f"weights[{index}]", weights, (len(weights.floatValue),), 0


def _activations(p, field):
    for index, activation in enumerate(getattr(p, field)):
        yield from _activation(f"{field}[{index}].", activation)


def _activation(prefix, activation):
    which = activation.WhichOneof("NonlinearityType")
    for field in {"PReLU": ("alpha",), "parametricSoftplus": ("alpha", "beta")}.get(which, ()):
        weights = getattr(getattr(activation, which), field)
        yield f"{prefix}{which}.{field}", weights, (max(1, len(weights.floatValue)),), 0


def unpack(raw, bits, count):
    """Codes, most significant bit first."""
    values = np.unpackbits(np.frombuffer(raw, np.uint8))[: count * bits].reshape(count, bits)
    return (values.astype(np.int64) << np.arange(bits - 1, -1, -1)).sum(1)


def decode_by_formula(tensor):
    """Float32 weights of the tensor's shape, by the schema's formulas (double arithmetic, one rounding)."""
    w, shape = tensor.weights, tensor.shape
    count = int(np.prod(shape))
    if len(w.floatValue):
        return np.array(w.floatValue, np.float32).reshape(shape)
    if w.float16Value:
        return np.frombuffer(w.float16Value, "<f2").astype(np.float32).reshape(shape)
    q = w.quantization
    if w.int8RawValue:
        codes = np.frombuffer(w.int8RawValue, np.int8).astype(np.int64)[:count]
    else:
        codes = unpack(w.rawValue, q.numberOfBits, count)
    if q.WhichOneof("QuantizationType") == "lookupTableQuantization":
        return np.array(q.lookupTableQuantization.floatValue, np.float32)[codes].reshape(shape)
    scale = np.array(q.linearQuantization.scale, float)
    bias = np.array(q.linearQuantization.bias, float) if q.linearQuantization.bias else np.zeros_like(scale)
    if len(scale) > 1:
        if tensor.layer_type == "convolution" and tensor.axis == 1 and len(scale) != shape[1]:
            # Grouped deconvolution: one scale per output channel; group g owns a run of the kernel's channels.
            groups = len(scale) // shape[1]
            scale, bias = (v.reshape(groups, 1, shape[1], 1, 1) for v in (scale, bias))
            grouped = codes.reshape(groups, shape[0] // groups, *shape[1:])
            return (grouped * scale + bias).astype(np.float32).reshape(shape)
        view = [1] * len(shape)
        view[tensor.axis] = len(scale)
        scale, bias = scale.reshape(view), bias.reshape(view)
    return (codes.reshape(shape) * scale + bias).astype(np.float32)
