"""Errors of depthwise and grouped convolutions without a bias, and the bias that makes up for them.

    python make_added_biases.py ../resources/org/quantsweep/calibration/added_biases.npz

Needs NumPy. A convolution of x [40, 4, 4, 1] with w [6 or 8, 4 / groups, 3, 1], no padding, has two
places in each sample. With q the weights of 2 bits for each channel, evenly spaced from its smallest
to its largest weight, and e = conv(x, w - q) at a place:

    error       sum over channels of mean(e^2): nothing makes up for it
    error.bias  sum over channels of var(e): a bias of mean(e) makes up for the rest
    bias        mean(e)
    bias.relu   (mean(e 1{y > 0}) + kappa mean(e)) / (P(y > 0) + kappa), kappa = 0.005: a ReLU follows

AddedBiasTest reads x, and w, error, error.bias, bias and bias.relu of each kind.
"""

import sys

import numpy as np

KAPPA = 0.005
KINDS = {"depthwise": (4, 8), "grouped": (2, 6), "plain": (1, 6)}


def convolved(x, w, groups):
    """x [S, C, H, 1] and w [O, C / groups, K, 1] to [S * places, O]: products of windows, by their definition."""
    samples, channels, height, _ = x.shape
    outputs, own, kernel, _ = w.shape
    answers = np.zeros((samples, height - kernel + 1, outputs))
    for output in range(outputs):
        first = output // (outputs // groups) * own
        for place in range(height - kernel + 1):
            window = x[:, first:first + own, place:place + kernel, 0]
            answers[:, place, output] = (window * w[output, :, :, 0]).sum(axis=(1, 2))
    return answers.reshape(-1, outputs)


def quantized(w, bits=2):
    rows = w.reshape(len(w), -1)
    least = rows.min(axis=1, keepdims=True)
    scale = (rows.max(axis=1, keepdims=True) - least) / (2**bits - 1)
    return (np.rint((rows - least) / scale) * scale + least).reshape(w.shape)


def main(path):
    random = np.random.default_rng(8)
    x = (random.normal(size=(40, 4, 4, 1)) + 0.7).astype(np.float32)
    arrays = {"x": x}
    for name, (groups, outputs) in KINDS.items():
        w = random.normal(size=(outputs, 4 // groups, 3, 1)).astype(np.float32)
        exact = w.astype(np.float64)
        y = convolved(x.astype(np.float64), exact, groups)
        e = convolved(x.astype(np.float64), exact - quantized(exact), groups)
        # No output lies where rounding decides whether it passes.
        assert abs(y).min() > 1e-5
        passes = y > 0
        arrays[f"w.{name}"] = w
        arrays[f"error.{name}"] = np.float32([(e**2).mean(axis=0).sum()])
        arrays[f"error.bias.{name}"] = np.float32([e.var(axis=0).sum()])
        arrays[f"bias.{name}"] = e.mean(axis=0).astype(np.float32)
        seen = (e * passes).mean(axis=0) + KAPPA * e.mean(axis=0)
        arrays[f"bias.relu.{name}"] = (seen / (passes.mean(axis=0) + KAPPA)).astype(np.float32)
    np.savez(path, **arrays)


main(sys.argv[1])
