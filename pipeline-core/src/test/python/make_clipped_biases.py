"""The bias that takes over what quantized weights miss where the output is clipped, by its formula.

    python make_clipped_biases.py ../resources/org/quantsweep/calibration/clipped_biases.npz

Needs NumPy. With y = w x + b and q the weights of 2 bits for each channel, evenly spaced from its
smallest to its largest weight:

    b_o + sum_k (w - q)_ok (E[1{low < y_o < high} x_k] + kappa E[x_k])
        / (P(low < y_o < high) + kappa), kappa = 0.005

ClippedBiasTest reads x [60, 16], w [4, 16], b [4], and bias.relu6 and bias.clip [4].
"""

import sys

import numpy as np

KAPPA = 0.005
INTERVALS = {"relu6": (0, 6), "clip": (-1.5, 2.5)}


def quantized(w, bits=2):
    least = w.min(axis=1, keepdims=True)
    scale = (w.max(axis=1, keepdims=True) - least) / (2**bits - 1)
    return np.rint((w - least) / scale) * scale + least


def corrected(x, w, b, low, high):
    y = x @ w.T + b
    passes = ((y > low) & (y < high)).astype(np.float64)
    seen = passes.T @ x / len(x) + KAPPA * x.mean(axis=0)
    share = passes.mean(axis=0) + KAPPA
    return b + ((w - quantized(w)) * seen).sum(axis=1) / share


def main(path):
    random = np.random.default_rng(6)
    x = (random.normal(size=(60, 16)) + 0.4).astype(np.float32)
    w = random.normal(size=(4, 16)).astype(np.float32)
    b = np.array([0.5, -1, 4, 0], np.float32)
    arrays = {"x": x, "w": w, "b": b}
    exact = [a.astype(np.float64) for a in (x, w, b)]
    for name, (low, high) in INTERVALS.items():
        y = exact[0] @ exact[1].T + exact[2]
        # No output lies where rounding decides whether it passes.
        assert min(abs(y - low).min(), abs(y - high).min()) > 1e-4
        arrays[f"bias.{name}"] = corrected(*exact, low, high).astype(np.float32)
    np.savez(path, **arrays)


main(sys.argv[1])
