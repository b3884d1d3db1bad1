"""The loop that one would write today, without QuantSweep: the yardstick of its uniform sweep.

    P=$(tools/python-env.sh benchmark)
    $P benchmarks/uniform_sweep_loop.py MODEL.mlmodel PICTURES --agreement 0.95 [--json FILE]

For every uniform configuration coremltools quantizes the model (weights of convolutions and inner products; biases are
left alone through a selector) and decodes it again, and ONNX Runtime judges every picture: does the candidate's top-1
label equal the full-precision model's? The smallest file whose share is at least --agreement wins. Pictures are decoded
and resized once (Pillow: RGB, Lanczos, stretched) and kept in memory, which is kinder to the loop than most such
loops are to themselves. k-means tables are exact, by kmeans1d, by way of custom_lut, because
coremltools 9.0 raises TypeError when it writes its own.

The lowering to ONNX knows the layers of SqueezeNet and of the bundled sample, no more.
"""

import argparse
import collections
import contextlib
import decimal
import io
import json
import logging
import math
import pathlib
import sys
import time
import warnings

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

warnings.filterwarnings("ignore")
with contextlib.redirect_stderr(io.StringIO()):  # it says on every start that it cannot predict on Linux
    import coremltools as ct
    from coremltools.models.neural_network import quantization_utils
logging.disable(logging.WARNING)

import kmeans1d  # noqa: E402

PICTURES = {".jpg", ".jpeg", ".png", ".bmp"}


# ------------------------------------------------------------------------------------ quantizing
class WeightsOnly(quantization_utils.QuantizedLayerSelector):
    """Weights of convolutions and inner products, not their biases."""

    def do_quantize(self, layer, weight_param="weights"):
        return layer.WhichOneof("layer") in ("convolution", "innerProduct") and weight_param != "bias"


def exact_table(nbits, weights):
    values = np.asarray(weights, float).ravel()
    clusters = min(len(np.unique(values)), 2**nbits)
    found = kmeans1d.cluster(values, clusters)
    table = list(found.centroids)
    return np.array(table + table[-1:] * (2**nbits - clusters)), np.array(found.clusters)


def schemes():
    """Scheme -> arguments of quantize_weights."""
    found = {}
    for bits in range(1, 9):
        found[f"linear:{bits}"] = (bits, "linear", {})
        found[f"lut-linear:{bits}"] = (bits, "linear_lut", {})
        found[f"lut-kmeans:{bits}"] = (bits, "custom_lut", {"lut_function": exact_table})
    found["linear-symmetric:8"] = (8, "linear_symmetric", {})
    found["half"] = (16, "linear", {})
    return found


def without_half(spec):
    """coremltools cannot decode half precision, NumPy can."""
    for layer in network_of(spec).layers:
        kind = layer.WhichOneof("layer")
        if kind in ("convolution", "innerProduct"):
            part = getattr(layer, kind)
            for weights in (part.weights, part.bias):
                if weights.float16Value:
                    weights.floatValue.extend(np.frombuffer(weights.float16Value, "<f2").astype(np.float32))
                    weights.float16Value = b""
    return spec


# ----------------------------------------------------------------------------- lowering to ONNX
def network_of(spec):
    kind = spec.WhichOneof("Type")
    if kind != "neuralNetworkClassifier":
        raise SystemExit(f"the model is of type {kind}, but this loop judges neural network classifiers only.")
    return spec.neuralNetworkClassifier


def border(padding):
    amounts = padding.borderAmounts
    if len(amounts) == 0:
        return [0, 0, 0, 0]
    return [amounts[0].startEdgeSize, amounts[1].startEdgeSize, amounts[0].endEdgeSize, amounts[1].endEdgeSize]


def to_onnx(spec):
    """The network as an ONNX model: prepared picture [1, 3, H, W] -> probabilities of whatever shape."""
    network = network_of(spec)
    picture = spec.description.input[0]
    nodes, constants, rank = [], [], {}

    def constant(name, weights, shape):
        constants.append(numpy_helper.from_array(np.array(weights.floatValue, np.float32).reshape(shape), name))
        return name

    def emit(operator, layer, inputs, **attributes):
        nodes.append(helper.make_node(operator, inputs, list(layer.output), name=layer.name, **attributes))

    for layer in network.layers:
        kind = layer.WhichOneof("layer")
        part = getattr(layer, kind)
        sources = list(layer.input)
        rank[layer.output[0]] = rank.get(sources[0], 4)
        if kind == "convolution":
            if part.isDeconvolution:
                raise SystemExit(f"layer '{layer.name}' is a deconvolution, which this loop does not lower.")
            shape = (part.outputChannels, part.kernelChannels, *part.kernelSize)
            inputs = sources + [constant(f"{layer.name}/weights", part.weights, shape)]
            if part.hasBias:
                inputs.append(constant(f"{layer.name}/bias", part.bias, (part.outputChannels,)))
            same = part.WhichOneof("ConvolutionPaddingType") == "same"
            pad = {"auto_pad": "SAME_UPPER"} if same else {"pads": border(part.valid.paddingAmounts)}
            emit("Conv", layer, inputs, kernel_shape=list(part.kernelSize), strides=list(part.stride) or [1, 1],
                 dilations=list(part.dilationFactor) or [1, 1], group=part.nGroups or 1, **pad)  # fmt: skip
        elif kind == "batchnorm":
            shape = (part.channels,)
            fields = [constant(f"{layer.name}/{f}", getattr(part, f), shape) for f in ("gamma", "beta", "mean", "variance")]
            emit("BatchNormalization", layer, sources + fields, epsilon=part.epsilon)
        elif kind == "activation" and part.WhichOneof("NonlinearityType") == "ReLU":
            emit("Relu", layer, sources)
        elif kind == "pooling":
            maximum = part.type == part.MAX
            if part.globalPooling:
                emit("GlobalMaxPool" if maximum else "GlobalAveragePool", layer, sources)
            else:
                shape = {"kernel_shape": list(part.kernelSize), "strides": list(part.stride)}
                padding = part.WhichOneof("PoolingPaddingType")
                if padding == "includeLastPixel":
                    amounts = list(part.includeLastPixel.paddingAmounts) or [0, 0]
                    if any(amounts) and not maximum:
                        raise SystemExit(f"layer '{layer.name}' pads an average, which this loop does not lower.")
                    shape |= {"ceil_mode": 1, "pads": amounts + amounts}
                else:
                    shape |= {"auto_pad": "SAME_UPPER"} if padding == "same" else {"pads": border(part.valid.paddingAmounts)}
                emit("MaxPool" if maximum else "AveragePool", layer, sources, **shape)
        elif kind == "concat":
            emit("Concat", layer, sources, axis=1)
        elif kind == "flatten":
            emit("Flatten", layer, sources, axis=1)
            rank[layer.output[0]] = 2
        elif kind == "innerProduct":
            inputs = sources + [constant(f"{layer.name}/weights", part.weights, (part.outputChannels, part.inputChannels))]
            if part.hasBias:
                inputs.append(constant(f"{layer.name}/bias", part.bias, (part.outputChannels,)))
            if rank[layer.output[0]] != 2:
                raise SystemExit(f"layer '{layer.name}' multiplies what is not flat, which this loop does not lower.")
            emit("Gemm", layer, inputs, transB=1)
        elif kind == "softmax":
            emit("Softmax", layer, sources, axis=1)
        else:
            raise SystemExit(f"layer '{layer.name}' has type {kind}, which this loop does not lower.")
    image = picture.type.imageType
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(picture.name, TensorProto.FLOAT, [1, 3, image.height, image.width])],
        [helper.make_tensor_value_info(network.layers[-1].output[0], TensorProto.FLOAT, None)],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


# --------------------------------------------------------------------------------------- judging
def prepare(path, spec):
    """Pixels as the network's first layer wants them: float32 [1, 3, H, W]."""
    feature = spec.description.input[0]
    image = feature.type.imageType
    with Image.open(path) as opened:
        picture = opened.convert("RGB").resize((image.width, image.height), Image.LANCZOS)
    pixels = np.asarray(picture, np.float32).transpose(2, 0, 1)
    bgr = image.colorSpace == image.BGR
    if bgr:
        pixels = pixels[::-1]
    for step in network_of(spec).preprocessing:
        if step.WhichOneof("preprocessor") == "scaler":
            s = step.scaler
            biases = [s.blueBias, s.greenBias, s.redBias] if bgr else [s.redBias, s.greenBias, s.blueBias]
            pixels = pixels * np.float32(s.channelScale) + np.array(biases, np.float32)[:, None, None]
        else:
            pixels = pixels - np.array(step.meanImage.meanImage, np.float32).reshape(pixels.shape)
    return np.ascontiguousarray(pixels[None], np.float32)


def top1(spec, prepared, threads):
    """Index of the likeliest label of every picture (the first one in a tie)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(to_onnx(spec).SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.array([int(np.argmax(session.run(None, {name: picture})[0])) for picture in prepared])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--agreement", type=decimal.Decimal, default=decimal.Decimal("0.95"), help="in [0, 1]; default 0.95")
    parser.add_argument("--schemes", help="some of them only, with commas between: linear:4,lut-kmeans:6")
    parser.add_argument("--limit", type=int, help="the first pictures only, in the order of their paths")
    parser.add_argument("--threads", type=int, default=2, help="of ONNX Runtime, within an operator; default 2")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here too")
    asked = parser.parse_args()
    if not 0 <= asked.agreement <= 1:
        parser.error(f"agreement threshold ({asked.agreement}) must be in [0, 1]: it is a share of samples, not a percentage.")
    chosen = schemes()
    if asked.schemes:
        unknown = [s for s in asked.schemes.split(",") if s not in chosen]
        if unknown:
            parser.error(f"unknown scheme ({unknown[0]}); there are {', '.join(chosen)}.")
        chosen = {s: chosen[s] for s in asked.schemes.split(",")}
    seconds = collections.Counter()

    @contextlib.contextmanager
    def clock(phase):
        begin = time.perf_counter()
        yield
        seconds[phase] += time.perf_counter() - begin

    with clock("loading"):
        with contextlib.redirect_stdout(io.StringIO()):
            model = ct.models.MLModel(str(asked.model), compute_units=ct.ComputeUnit.CPU_ONLY)
        spec = model.get_spec()
    files = sorted(p for p in asked.pictures.rglob("*") if p.suffix.lower() in PICTURES)[: asked.limit]
    if not files:
        parser.error(f"there is no picture in {asked.pictures}.")
    with clock("decoding pictures"):
        prepared = [prepare(path, spec) for path in files]
    with clock("judging"):
        reference = top1(spec, prepared, asked.threads)
    allowed = len(files) - math.ceil(asked.agreement * len(files))

    rows = [("full", asked.model.stat().st_size, len(files))]
    for scheme, (bits, mode, options) in chosen.items():
        with contextlib.redirect_stdout(io.StringIO()):
            with clock("quantizing"):
                quantized = quantization_utils.quantize_weights(model, bits, mode, selector=WeightsOnly(), **options)
                size = len(quantized.get_spec().SerializeToString())
            with clock("decoding weights"):
                if bits == 16:
                    decoded = without_half(quantized.get_spec())
                else:
                    decoded = quantization_utils.quantize_weights(quantized, bits, "dequantization", selector=WeightsOnly()).get_spec()
        with clock("judging"):
            answers = top1(decoded, prepared, asked.threads)
        rows.append((scheme, size, int(np.sum(answers == reference))))
        print(f"{scheme}: {size} bytes, {rows[-1][2]} of {len(files)}; {sum(seconds.values()):.0f} s so far", file=sys.stderr, flush=True)

    rows.sort(key=lambda row: (row[1], row[0]))
    accepted = [row for row in rows if len(files) - row[2] <= allowed]
    print(f"{'scheme':20}{'bytes':>10}{'ratio':>8}{'agreement':>11}")
    for scheme, size, agreeing in rows:
        mark = "  selected" if accepted[0][0] == scheme else ""
        near = "  within two pictures of the threshold" if abs(len(files) - agreeing - allowed - 0.5) <= 2 else ""
        print(f"{scheme:20}{size:10}{size / rows_full(rows):8.4f}{agreeing / len(files):11.4f}{mark}{near}")
    total = sum(seconds.values())
    print(f"{len(files)} pictures, {len(chosen)} configurations, {total:.1f} s: " + ", ".join(f"{k} {v:.1f}" for k, v in seconds.items()))
    if asked.json:
        result = {
            "model": asked.model.name,
            "samples": len(files),
            "threshold": str(asked.agreement),
            "selected": accepted[0][0],
            "candidates": [{"scheme": s, "encodedSize": b, "agreeing": a} for s, b, a in rows],
            "seconds": {**{k: round(v, 3) for k, v in seconds.items()}, "total": round(total, 3)},
            "threads": asked.threads,
            "versions": {"coremltools": ct.__version__, "onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__, "numpy": np.__version__},
        }
        asked.json.write_text(json.dumps(result, indent=1) + "\n")


def rows_full(rows):
    return next(size for scheme, size, _ in rows if scheme == "full")


if __name__ == "__main__":
    main()
