"""Makes src/test/resources/quantize/: expected values for the quantizers, by NumPy, kmeans1d and exact fractions.

    make_quantize_fixtures.py FOLDER        (needs numpy and kmeans1d; tools/python-env.sh coremltools has both)

half.csv: bits of a float32, bits of the half that NumPy rounds it to (both hexadecimal).
weights.csv: one set of weights a line: name, then float32 bits, hexadecimal.
errors.csv: set, number of clusters, least summed squared error (float.hex). Sets of up to 100 weights are solved in
exact fractions, by trying every last cluster; larger ones by kmeans1d, whose clusters are then summed in fractions.
linear.csv: scheme, codes (a byte each, hexadecimal), then scales and biases or the table (float32 bits): the set
`normal` as eight channels of ten, by the formulas of coremltools in float64.
"""

import fractions
import functools
import pathlib
import sys

import kmeans1d
import numpy as np

RANDOM = np.random.default_rng(20_261_121)


def bits(values):
    return [f"{bits:08x}" for bits in np.asarray(values, np.float32).view(np.uint32)]


def halves():
    edges = np.arange(0, 0x7C00, 97, dtype=np.uint16).view(np.float16).astype(np.float32)
    following = np.nextafter(edges.astype(np.float16), np.float16(np.inf)).astype(np.float64)
    ties = (edges[:-1].astype(np.float64) + following[:-1]) / 2
    special = [0.0, -0.0, 5.9604645e-08, 2.9802322e-08, 2.9802326e-08, 6.0975552e-05, 6.1035156e-05, 65504, 65519.996, 1e-45]
    values = np.concatenate([ties, np.nextafter(ties.astype(np.float32), np.float32(np.inf)),
                             np.nextafter(ties.astype(np.float32), np.float32(0)), special,
                             RANDOM.normal(size=200)]).astype(np.float32)
    values = np.concatenate([values, -values])
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16)
    keep = np.isfinite(rounded)
    return [f"{a},{b:04x}" for a, b in zip(bits(values[keep]), rounded[keep].view(np.uint16))]


def sets():
    clump = (1 + np.arange(20) ** 2 * 2.0**-23).astype(np.float32)
    return {
        "normal": RANDOM.normal(size=80).astype(np.float32),
        "tight-beside-an-outlier": np.append(RANDOM.normal(size=60) * 1e-3, 1e4).astype(np.float32),
        "far-from-zero": (1000 + RANDOM.normal(size=60) * 1e-2).astype(np.float32),
        "clumps": np.concatenate([clump, clump + np.float32(3), -clump]).astype(np.float32),
        "equal-steps": np.arange(64, dtype=np.float32) / 8,
        "repeated": RANDOM.integers(-12, 12, size=100).astype(np.float32) / 16,
        "tiny": (RANDOM.normal(size=50) * 1e-42).astype(np.float32),
        "huge": (RANDOM.normal(size=50) * 1e38).astype(np.float32),
        "laplace-1000": RANDOM.laplace(size=1000).astype(np.float32),
    }


def linear(weights):
    channels = weights.reshape(8, 10).astype(np.float64)
    for width in range(1, 9):
        last = 2**width - 1
        for scheme, rows in ((f"linear:{width}", channels), (f"linear:{width}@tensor", channels.reshape(1, -1))):
            least = rows.min(1, keepdims=True)
            scale = (rows.max(1, keepdims=True) - least) / last
            codes = np.rint((rows - least) * (1 / scale)).astype(np.uint8)
            yield ",".join([scheme, codes.tobytes().hex()] + bits(scale.ravel()) + bits(least.ravel()))
        table = np.arange(2**width) * scale.ravel() + least.ravel()
        yield ",".join([f"lut-linear:{width}", codes.tobytes().hex()] + bits(table))
    scale = np.abs(channels).max(1, keepdims=True) / 127
    bias = -128 * scale
    codes = np.rint((channels - bias) / scale).astype(np.uint8)
    yield ",".join(["linear-symmetric:8", codes.tobytes().hex()] + bits(scale.ravel()) + bits(bias.ravel()))


def cost(values):
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values)


def exact_errors(weights, most):
    values = sorted(fractions.Fraction(float(w)) for w in weights)
    n = len(values)
    sums, squares = [0], [0]
    for value in values:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)

    @functools.cache
    def part(begin, end):
        return squares[end] - squares[begin] - (sums[end] - sums[begin]) ** 2 / (end - begin)

    best = [part(0, end) if end else fractions.Fraction(0) for end in range(n + 1)]
    yield 1, best[n]
    for k in range(2, most + 1):
        best = [min([part(begin, end) + best[begin] for begin in range(end)], default=fractions.Fraction(0))
                for end in range(n + 1)]
        yield k, best[n]


def kmeans1d_errors(weights, counts):
    values = [fractions.Fraction(float(w)) for w in weights]
    for k in counts:
        found = kmeans1d.cluster(weights.astype(float), k).clusters
        groups = [[v for v, c in zip(values, found) if c == i] for i in range(k)]
        yield k, sum(cost(group) for group in groups if group)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "half.csv").write_text("\n".join(halves()) + "\n")
    made = sets()
    (folder / "linear.csv").write_text("\n".join(linear(made["normal"])) + "\n")
    weights, errors = [], []
    for name, values in made.items():
        weights.append(",".join([name] + bits(values)))
        if len(values) <= 100:
            found = exact_errors(values, 10)
        else:
            found = kmeans1d_errors(values, [2, 4, 8, 16, 32, 64, 128, 256])
        errors += [f"{name},{k},{float(error).hex()}" for k, error in found]
    (folder / "weights.csv").write_text("\n".join(weights) + "\n")
    (folder / "errors.csv").write_text("\n".join(errors) + "\n")


main()
