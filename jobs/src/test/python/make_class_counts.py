"""Writes the expected counts of ClassFloorOnDigitsTest: what mnistCNN answers on a thousand digits, class by class, with its
weights in linear codes. NumPy computes the network from its definition, and the codes from theirs.

Call: python make_class_counts.py DATA OUTPUT.csv, where DATA holds models and images. Needs coremltools (to read the
file), NumPy and Pillow. A line for each scheme and class: scheme, class, samples of the class (the top class of the
network as given), samples of these that keep their top class.
"""
import pathlib
import sys

import numpy as np
from coremltools.proto import Model_pb2
from PIL import Image

data, output = map(pathlib.Path, sys.argv[1:])
DIGITS = sorted((data / "images/mnist-4000").glob("*.png"))[:1000]
SCHEMES = [f"linear:{bits}{group}" for bits in range(1, 5) for group in ("", "@tensor")]

model = Model_pb2.Model()
model.ParseFromString((data / "models/mnistCNN.mlmodel").read_bytes())
layers = model.neuralNetworkClassifier.layers


def weights(layer):
    kind = layer.WhichOneof("layer")
    own = getattr(layer, kind)
    flat = np.array(own.weights.floatValue, np.float32)
    if kind == "innerProduct":
        return flat.reshape(own.outputChannels, own.inputChannels)
    return flat.reshape(own.outputChannels, own.kernelChannels, *own.kernelSize)


def linear(w, bits, whole):
    """Codes round((w - least) / scale) of 2^bits steps over the range, of a channel or of the tensor; decoded."""
    flat = w.reshape(1 if whole else w.shape[0], -1)
    least = flat.min(axis=1, keepdims=True)
    scale = ((flat.max(axis=1, keepdims=True) - least) / np.float32(2**bits - 1)).astype(np.float32)
    return (np.round((flat - least) / scale) * scale + least).astype(np.float32).reshape(w.shape)


def convolved(x, w, bias):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, w, optimize=True) + bias[None, :, None, None]


def pooled(x):
    n, c, h, w = x.shape
    return x[:, :, : h // 2 * 2, : w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def top(pictures, coded):
    x = pictures
    for layer in layers:
        kind = layer.WhichOneof("layer")
        own = getattr(layer, kind)
        if kind == "convolution":
            x = convolved(x, coded(weights(layer)), np.array(own.bias.floatValue, np.float32))
        elif kind == "innerProduct":
            x = x @ coded(weights(layer)).T + np.array(own.bias.floatValue, np.float32)
        elif kind == "activation":
            assert own.WhichOneof("NonlinearityType") == "ReLU"
            x = np.maximum(x, 0)
        elif kind == "pooling":
            assert own.type == 0 and list(own.kernelSize) == [2, 2] and own.WhichOneof("PoolingPaddingType") == "valid"
            x = pooled(x)
        elif kind == "flatten":
            x = x.reshape(len(x), -1) if own.mode == 0 else x.transpose(0, 2, 3, 1).reshape(len(x), -1)
        else:
            assert kind == "softmax"  # It keeps the order.
    return x.argmax(axis=1)


scale = model.neuralNetworkClassifier.preprocessing[0].scaler.channelScale
pictures = np.stack([np.asarray(Image.open(file).convert("L"), np.float32)[None] for file in DIGITS]) * np.float32(scale)
labels = list(model.neuralNetworkClassifier.stringClassLabels.vector)
given = top(pictures, lambda w: w)
lines = []
for scheme in SCHEMES:
    bits = int(scheme[7])
    answer = top(pictures, lambda w: linear(w, bits, scheme.endswith("@tensor")))
    for place, label in enumerate(labels):
        own = given == place
        lines.append(f"{scheme},{label},{own.sum()},{(answer[own] == place).sum()}\n")
output.write_text("scheme,class,samples,agreeing\n" + "".join(lines))
