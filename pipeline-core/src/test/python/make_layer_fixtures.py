"""Expected values of single layers, computed by plain NumPy loops from the formulas of the Core ML
Format Specification (NeuralNetwork.proto).

    python make_layer_fixtures.py ../resources/org/quantsweep/inference/onnx/network/layer-cases.npz

Needs NumPy only. Arrays of a case are named CASE/x0, CASE/x1 ... (inputs), CASE/y0 ... (outputs) and
CASE/FIELD (weights as the file stores them). LayerLoweringTest builds the same layers and compares.
"""

import itertools
import math
import sys

import numpy as np

RANDOM = np.random.default_rng(20261121)
CASES = {}


def case(name, inputs, outputs, **weights):
    for i, x in enumerate(inputs):
        CASES[f"{name}/x{i}"] = np.array(x, np.float32, order="C")
    for i, y in enumerate(outputs):
        CASES[f"{name}/y{i}"] = np.array(y, np.float32, order="C")
    for field, values in weights.items():
        CASES[f"{name}/{field}"] = np.array(values, np.float32, order="C")


def numbers(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


# ---- windows ------------------------------------------------------------------------------------


def same_edges(length, reach, stride, top_left):
    out = -(-length // stride)
    total = max(0, (out - 1) * stride + reach - length)
    small = total // 2
    return (total - small, small) if top_left else (small, total - small)


def convolve(x, w, bias, stride, edges, dilation=(1, 1), groups=1):
    """x [N, C, H, W], w [O, C / groups, kh, kw], edges ((top, bottom), (left, right))."""
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0)) + tuple(edges))
    n, c, h, wd = x.shape
    o, ci, kh, kw = w.shape
    oh = (h - ((kh - 1) * dilation[0] + 1)) // stride[0] + 1
    ow = (wd - ((kw - 1) * dilation[1] + 1)) // stride[1] + 1
    y = np.zeros((n, o, oh, ow))
    for b, k, i, j in itertools.product(range(n), range(o), range(oh), range(ow)):
        first = (k // (o // groups)) * ci
        total = 0.0 if bias is None else float(bias[k])
        for q, r, s in itertools.product(range(ci), range(kh), range(kw)):
            total += float(w[k, q, r, s]) * x[
                b, first + q, i * stride[0] + r * dilation[0], j * stride[1] + s * dilation[1]
            ]
        y[b, k, i, j] = total
    return y


def deconvolve(x, w, bias, stride, cut, out, groups=1):
    """Scatters x [N, C, H, W] with w [C, O / groups, kh, kw]; keeps out = (H, W) from cut on."""
    n, c, h, wd = x.shape
    _, og, kh, kw = w.shape
    o = og * groups
    whole = np.zeros((n, o, max((h - 1) * stride[0] + kh, cut[0] + out[0]),
                      max((wd - 1) * stride[1] + kw, cut[1] + out[1])))
    for b, q, i, j in itertools.product(range(n), range(c), range(h), range(wd)):
        group = q // (c // groups)
        for k, r, s in itertools.product(range(og), range(kh), range(kw)):
            whole[b, group * og + k, i * stride[0] + r, j * stride[1] + s] += float(
                x[b, q, i, j]) * float(w[q, k, r, s])
    y = whole[:, :, cut[0]:cut[0] + out[0], cut[1]:cut[1] + out[1]]
    return y if bias is None else y + np.asarray(bias)[None, :, None, None]


x = numbers(1, 2, 5, 6)
w = numbers(3, 2, 3, 2)
b = numbers(3)
case("convolution valid", [x], [convolve(x, w, b, (2, 1), ((1, 0), (0, 2)))], weights=w, bias=b)
x = numbers(1, 2, 6, 8)
w = numbers(2, 2, 3, 3)
for mode in ("bottom right", "top left"):
    e = tuple(same_edges(n, 3, 2, mode == "top left") for n in (6, 8))
    case(f"convolution same {mode}", [x], [convolve(x, w, None, (2, 2), e)], weights=w)
x = numbers(1, 4, 6, 6)
w = numbers(4, 2, 3, 3)
e = tuple(same_edges(6, 5, 1, False) for _ in range(2))
case("convolution groups dilation", [x], [convolve(x, w, None, (1, 1), e, (2, 2), 2)], weights=w)
x = numbers(2, 1, 2, 4, 4)
w = numbers(3, 2, 3, 3)
y = convolve(x.reshape(2, 2, 4, 4), w, None, (1, 1), ((0, 0), (0, 0)))
case("convolution of five axes", [x], [y.reshape(2, 1, 3, 2, 2)], weights=w)

x = numbers(1, 2, 3, 4)
w = numbers(2, 3, 3, 3)
b = numbers(3)
case("deconvolution valid", [x], [deconvolve(x, w, b, (2, 2), (1, 0), (7 - 1 - 0, 9 - 0 - 2))],
     weights=w, bias=b)
for mode in ("bottom right", "top left"):
    start = 1 if mode == "top left" else 0  # 7 of 3 rows, 6 wanted: one to cut
    case(f"deconvolution same {mode}", [x],
         [deconvolve(x, w, None, (2, 2), (start, start), (6, 8))], weights=w)
w1 = numbers(2, 3, 1, 1)
case("deconvolution same small kernel", [x], [deconvolve(x, w1, None, (2, 2), (0, 0), (6, 8))],
     weights=w1)
case("deconvolution output shape", [x], [deconvolve(x, w, None, (2, 2), (0, 1), (6, 7))], weights=w)
x = numbers(1, 4, 2, 2)
w = numbers(4, 1, 2, 2)
case("deconvolution groups", [x], [deconvolve(x, w, None, (2, 2), (0, 0), (4, 4), 2)], weights=w)


def pool(x, kind, kernel, stride, start, out, counted_end, exclude):
    """Windows begin at i * stride - start; elements before counted_end count, zeros included."""
    n, c, h, wd = x.shape
    y = np.zeros((n, c, out[0], out[1]))
    for b, q, i, j in itertools.product(range(n), range(c), range(out[0]), range(out[1])):
        top, left = i * stride[0] - start[0], j * stride[1] - start[1]
        bottom, right = top + kernel[0], left + kernel[1]
        inside = x[b, q, max(0, top):min(h, bottom), max(0, left):min(wd, right)].astype(np.float64)
        if kind == "max":
            y[b, q, i, j] = inside.max()
        elif kind == "l2":
            y[b, q, i, j] = math.sqrt((inside * inside).sum())
        else:
            area = inside.size if exclude else (
                min(bottom, counted_end[0]) - top) * (min(right, counted_end[1]) - left)
            y[b, q, i, j] = inside.sum() / area
    return y


x = numbers(1, 2, 5, 7)
case("pooling max valid", [x], [pool(x, "max", (3, 2), (2, 2), (1, 0), (3, 4), None, True)])
for exclude in (True, False):
    word = "without padding" if exclude else "with padding"
    # valid: padded by 1 at every edge: (5 + 2 - 3) / 2 + 1 = 3, (7 + 2 - 3) / 2 + 1 = 4
    case(f"pooling average valid {word}", [x],
         [pool(x, "average", (3, 3), (2, 2), (1, 1), (3, 4), (6, 8), exclude)])
    # last pixel: ceil((6 + 2 - 3) / 2) + 1 = 4; the last window begins at 6 < 6 + 1, so it stays
    z = numbers(1, 1, 6, 8)
    case(f"pooling average last pixel {word}", [z],
         [pool(z, "average", (3, 3), (2, 2), (1, 1), (4, 5), (7, 9), exclude)])
    # last pixel, where the last window would begin behind the padding: ceil((5+2-2)/2)+1 = 4, cut
    # to 3 as 3 * 2 >= 5 + 1
    case(f"pooling average last pixel cut {word}", [x],
         [pool(x, "average", (2, 2), (2, 2), (1, 1), (3, 4), (6, 8), exclude)])
case("pooling max last pixel", [x], [pool(x, "max", (2, 2), (2, 2), (0, 0), (3, 4), None, True)])
for mode in ("bottom right", "top left"):
    s = tuple(same_edges(n, 4, 2, mode == "top left")[0] for n in (5, 7))
    case(f"pooling max same {mode}", [x], [pool(x, "max", (4, 4), (2, 2), s, (3, 4), None, True)])
case("pooling l2", [x], [pool(x, "l2", (2, 2), (1, 1), (0, 0), (4, 6), None, True)])
case("pooling global average", [x], [x.mean((2, 3), keepdims=True)])
case("pooling global max", [x], [x.max((2, 3), keepdims=True)])

# ---- volumes ------------------------------------------------------------------------------------

x, w, b = numbers(1, 2, 4, 3, 5), numbers(2, 2, 2, 3, 2), numbers(2)
z = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 0), (0, 1), (0, 0)))
y = np.zeros((1, 2, 2, 2, 4))  # (5 - 2) / 2 + 1, 4 - 3 + 1, 5 - 2 + 1
for k, d, i, j in itertools.product(range(2), range(2), range(2), range(4)):
    y[0, k, d, i, j] = b[k] + (z[0, :, 2 * d:2 * d + 2, i:i + 3, j:j + 2] * w[k]).sum()
case("convolution of volumes", [x], [y], weights=w, bias=b)
big = np.full((1, 2, 5, 4, 6), -np.inf)  # same, windows of 2 x 2 x 2: the odd element at the end
big[:, :, :4, :3, :5] = x
y = np.zeros_like(x)
for d, i, j in itertools.product(range(4), range(3), range(5)):
    y[:, :, d, i, j] = big[:, :, d:d + 2, i:i + 2, j:j + 2].max((2, 3, 4))
case("pooling of volumes max same", [x], [y])
y = np.zeros((1, 2, 2, 1, 2))
for d, j in itertools.product(range(2), range(2)):
    y[:, :, d, 0, j] = x[:, :, 2 * d:2 * d + 2, 0:2, 2 * j:2 * j + 2].mean((2, 3, 4))
case("pooling of volumes average", [x], [y])
case("pooling of volumes global", [x], [x.mean((2, 3, 4), keepdims=True)])

# ---- padding, sizes, blocks ---------------------------------------------------------------------

x = np.arange(1, 13).reshape(1, 1, 3, 4)
case("padding constant", [x], [np.pad(x, ((0, 0), (0, 0), (2, 0), (1, 3)), constant_values=7)])
case("padding reflection", [x], [np.pad(x, ((0, 0), (0, 0), (2, 0), (2, 1)), mode="reflect")])
case("padding replication", [x[0, 0]], [np.pad(x[0, 0], ((2, 0), (2, 1)), mode="edge")])
case("constant pad", [x[0]], [np.pad(x[0], ((0, 1), (0, 0), (2, 1)), constant_values=-1)])
case("constant pad to size", [x[0, 0]], [np.pad(x[0, 0], ((0, 2), (3, 0)))])


def sample(x, axis, places):
    x = np.moveaxis(np.asarray(x, np.float64), axis, -1)
    length = x.shape[-1]
    places = np.clip(places, 0, length - 1)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, length - 1)
    part = places - low
    return np.moveaxis(x[..., low] * (1 - part) + x[..., high] * part, -1, axis)


def sampled(x, count, places):
    for axis, n in zip((-2, -1), count):
        x = sample(x, axis, places(x.shape[axis], n))
    return x


x = numbers(1, 2, 3, 4)
case("upsample nearest", [x], [x.repeat(2, 2).repeat(3, 3)])
case("upsample aligned corners", [x],
     [sampled(x, (6, 12), lambda n, m: np.arange(m) * (n - 1) / (m - 1))])
case("upsample half pixels", [x],
     [sampled(x, (6, 12), lambda n, m: np.arange(m) * n / m + 0.5 * n / m - 0.5)])
case("upsample default", [x], [sampled(x, (6, 12), lambda n, m: np.arange(m) * n / m)])
METHODS = {
    "strict": lambda n, m: np.linspace(0, n - 1, m),
    "align": lambda n, m: np.linspace(0, n - 1, m) if m > 1 else np.array([(n - 1) / 2]),
    "upsample": lambda n, m: np.linspace(0, n - n / m, m),
    "roi": lambda n, m: 0.5 * max(1, n - 1) / m + np.arange(m) * max(1, n - 1) / m,
}
for name, places in METHODS.items():
    case(f"resize bilinear {name}", [x[0]], [sampled(x[0], (5, 3), places)])
case("resize bilinear align one", [x], [sampled(x, (1, 1), METHODS["align"])])
# The example of the specification.
x = np.arange(1, 17).reshape(8, 1, 2)
y = np.array([[[1, 5, 2, 6], [9, 13, 10, 14]], [[3, 7, 4, 8], [11, 15, 12, 16]]])
case("depth to space", [x], [y])
case("space to depth", [y], [x])
y = [[[1, 3, 2, 4], [5, 7, 6, 8]], [[9, 11, 10, 12], [13, 15, 14, 16]]]
case("pixel shuffle", [x], [y])
x = numbers(1, 2, 5, 6)
case("crop by amounts", [x], [x[:, :, 1:3, 0:5]])
case("crop to second", [x, numbers(1, 2, 2, 3)], [x[:, :, 2:4, 1:4]])

# ---- norms --------------------------------------------------------------------------------------

x = numbers(1, 3, 2, 4)
g, be, m, v = numbers(3), numbers(3), numbers(3), np.abs(numbers(3))
per = lambda a: a[None, :, None, None].astype(np.float64)
case("batchnorm default epsilon", [x], [per(g) * (x - per(m)) / np.sqrt(per(v) + 1e-5) + per(be)],
     gamma=g, beta=be, mean=m, variance=v)
x = x * 1e-2
mean, var = x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True)
case("batchnorm instance", [x], [per(g) * (x - mean) / np.sqrt(var + 1e-5) + per(be)],
     gamma=g, beta=be)
case("mvn within", [x], [(x - mean) / np.sqrt(var + 1e-6)])
case("mvn across", [x], [(x - x.mean()) / np.sqrt(x.var() + 1e-3)])
case("mvn mean only", [x], [x - mean])
case("l2 normalize", [x], [x / np.sqrt((x.astype(np.float64) ** 2).sum() + 1e-6)])
x = numbers(1, 5, 2, 2)
y = np.zeros_like(x)
for c in range(5):
    window = x[:, max(0, c - 1):c + 2] ** 2
    y[:, c] = x[:, c] / (2 + 0.3 / 3 * window.sum(1)) ** 0.75
case("lrn", [x], [y])
x = numbers(2, 3, 4)
g, be = numbers(3, 4), numbers(3, 4)
mean, var = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
case("layer normalization", [x], [g * (x - mean) / np.sqrt(var + 0.01) + be], gamma=g, beta=be)
x = numbers(1, 3, 2, 2)
s, b = numbers(3), numbers(3, 2, 2)
case("scale", [x], [x * per(s) + b], scale=s, bias=b)
case("bias", [x], [x + b], bias=b)

# ---- products and look-ups ----------------------------------------------------------------------

w, b = numbers(3, 8), numbers(3)
for shape, out in (((8,), (3,)), ((2, 8), (2, 3)), ((2, 2, 8), (2, 2, 3)),
                   ((2, 2, 2, 2), (2, 3, 1, 1)), ((1, 2, 2, 2, 2), (1, 2, 3, 1, 1))):
    x = numbers(*shape)
    case(f"inner product rank {len(shape)}", [x], [(x.reshape(-1, 8) @ w.T + b).reshape(out)],
         weights=w, bias=b)
a, c = numbers(2, 1, 3, 4), numbers(5, 6, 4)
case("batched product", [a, c], [np.matmul(a, np.swapaxes(c, -1, -2))])
x, w, b = numbers(2, 3, 4), numbers(4, 5), numbers(5)
case("batched product weights", [x], [x @ w + b], weights=w.T.copy(), bias=b)
a, c = numbers(1, 5, 1, 1), numbers(1, 5, 1, 1)
case("dot", [a, c], [(a * c).sum().reshape(1, 1, 1, 1)])
case("cosine", [a, c],
     [((a * c).sum() / np.linalg.norm(a) / np.linalg.norm(c)).reshape(1, 1, 1, 1)])
table, b = numbers(3, 7), numbers(3)
places = np.array([0, 6, 2])
case("embedding", [places.reshape(3, 1, 1, 1)], [(table[:, places].T + b).reshape(3, 3, 1, 1)],
     weights=table, bias=b)
case("embedding nd", [places.reshape(1, 3, 1)], [table[:, places].T.reshape(1, 3, 3)],
     weights=table)
x = numbers(2, 3, 4)
case("gather", [x, [[0, 2], [-1, 1]]], [np.take(x, [[0, 2], [-1, 1]], 1)])
places = np.array([[[0, -1, 2, 1]], [[2, 2, 1, 0]]])
case("gather along axis", [x, places], [np.take_along_axis(x, places, 1)])
case("gather nd", [x, [[0, 2], [1, -1]]], [np.stack([x[0, 2], x[1, -1]])])
case("sliding windows", [x], [np.stack([x[:, 0:2], x[:, 1:3]], 1)])
case("one hot", [[2, -1, 0]], [[[-1, -1, 5], [-1, -1, -1], [5, -1, -1], [-1, -1, -1]]])

# ---- recurrence ---------------------------------------------------------------------------------

sigmoid = lambda a: 1 / (1 + np.exp(-a))
clip = lambda a: np.clip(a, -50, 50)
LENGTH, BATCH, FROM, TO = 4, 2, 3, 2


def rnn_case(name, x, y, weights, more=(), states=()):
    shaped = lambda a: np.asarray(a).reshape(-1, BATCH, np.asarray(a).shape[-1], 1, 1)
    case(name, [shaped(a) for a in (x, *states)], [shaped(a) for a in (y, *more)], **weights)


def named(gates, suffixes=("WeightMatrix", "RecursionMatrix", "BiasVector")):
    shapes = {"WeightMatrix": (TO, FROM), "RecursionMatrix": (TO, TO)}
    return {g + s: numbers(*shapes.get(s, (TO,))) for s in suffixes for g in gates}


x = numbers(LENGTH, BATCH, FROM)
p = {"weightMatrix": numbers(TO, FROM), "recursionMatrix": numbers(TO, TO),
     "biasVector": numbers(TO)}
h0 = h = numbers(BATCH, TO)
seq = []
for t in range(LENGTH):
    a = clip(x[t] @ p["weightMatrix"].T + h @ p["recursionMatrix"].T + p["biasVector"])
    h = np.clip(0.2 * a + 0.5, 0, 1)
    seq.append(h)
rnn_case("recurrent", x, np.stack(seq), p, (h,), (h0,))

p = named(["updateGate", "resetGate", "outputGate"])
gate = lambda g, a, b: clip(a @ p[g + "WeightMatrix"].T + b @ p[g + "RecursionMatrix"].T
                            + p[g + "BiasVector"])
h = np.zeros((BATCH, TO))
for t in reversed(range(LENGTH)):
    z, r = sigmoid(gate("updateGate", x[t], h)), sigmoid(gate("resetGate", x[t], h))
    o = np.tanh(gate("outputGate", x[t], h * r))
    h = (1 - z) * o + z * h
rnn_case("gru backwards", x, h, p, (h,))


def lstm(x, p, h, c, peephole, forget_bias=0.0):
    gate = lambda g, a, b: (a @ p[g + "WeightMatrix"].T + b @ p[g + "RecursionMatrix"].T
                            + p[g + "BiasVector"])
    seq = []
    for t in range(len(x)):
        eye = (lambda g, c: p[g + "PeepholeVector"] * c) if peephole else (lambda g, c: 0)
        i = sigmoid(clip(gate("inputGate", x[t], h) + eye("inputGate", c)))
        f = sigmoid(clip(gate("forgetGate", x[t], h) + eye("forgetGate", c) + forget_bias))
        z = np.tanh(clip(gate("blockInput", x[t], h)))
        c = c * f + i * z
        o = sigmoid(clip(gate("outputGate", x[t], h) + eye("outputGate", c)))
        h = np.tanh(c) * o
        seq.append(h)
    return np.stack(seq), h, c


GATES = ["inputGate", "forgetGate", "blockInput", "outputGate"]
p = named(GATES)
p.update(named([g for g in GATES if g != "blockInput"], ("PeepholeVector",)))
h0, c0 = numbers(BATCH, TO), numbers(BATCH, TO)
seq, h, c = lstm(x, p, h0, c0, True, 1.0)
rnn_case("lstm with states and peepholes", x, seq, p, (h, c), (h0, c0))
forward, backward = named(GATES), named(GATES)
zero = np.zeros((BATCH, TO))
yf, hf, cf = lstm(x, forward, zero, zero, False)
yb, hb, cb = lstm(x[::-1], backward, zero, zero, False)
p = {f"forward_{k}": v for k, v in forward.items()}
p.update({f"backward_{k}": v for k, v in backward.items()})
rnn_case("lstm both ways sequence", x, np.concatenate([yf, yb[::-1]], -1), p, (hf, cf, hb, cb))
rnn_case("lstm both ways", x, np.concatenate([hf, hb], -1), p, (hf, cf, hb, cb))

# ---- reductions, orders -------------------------------------------------------------------------

x = np.abs(numbers(1, 2, 3, 4)) + 0.1
for name, f in {
    "SUM": lambda a, k: a.sum(k, keepdims=True),
    "AVG": lambda a, k: a.mean(k, keepdims=True),
    "PROD": lambda a, k: a.prod(k, keepdims=True),
    "LOGSUM": lambda a, k: np.log(a + 1e-6).sum(k, keepdims=True),
    "SUMSQUARE": lambda a, k: (a * a).sum(k, keepdims=True),
    "L1": lambda a, k: np.abs(a).sum(k, keepdims=True),
    "L2": lambda a, k: np.sqrt((a * a).sum(k, keepdims=True)),
    "MAX": lambda a, k: a.max(k, keepdims=True),
    "MIN": lambda a, k: a.min(k, keepdims=True),
}.items():
    case(f"reduce {name}", [x], [f(x.astype(np.float64), (-2, -1))])
case("reduce ARGMAX", [x], [x.argmax(-3)[:, None]])
for name, f in {
    "L1": lambda a: np.abs(a).sum(1), "L2": lambda a: np.sqrt((a * a).sum(1)),
    "Max": lambda a: a.max(1), "Min": lambda a: a.min(1), "Sum": lambda a: a.sum(1),
    "Prod": lambda a: a.prod(1), "Mean": lambda a: a.mean(1),
    "LogSum": lambda a: np.log(a.sum(1)), "SumSquare": lambda a: (a * a).sum(1),
    "LogSumExp": lambda a: np.log(np.exp(a).sum(1)),
}.items():
    case(f"reduce{name}", [x[0]], [f(x[0].astype(np.float64))])
x = np.array([[3, 1, 3, 2], [0, 5, -1, 5]])
case("arg max", [x], [[0, 1]])
case("arg min", [x], [[[1], [2]]])
case("top k", [x], [[[3, 3], [5, 5]], [[0, 2], [1, 3]]])
case("bottom k", [x], [[[1, 2], [-1, 0]], [[1, 3], [2, 0]]])
case("arg sort", [[3, 1, 2]], [[1, 2, 0]])
case("cum sum", [[4, 6, 7]], [[4, 10, 17]])
case("cum sum exclusive reverse", [[4, 6, 7]], [[13, 7, 0]])

# ---- logic --------------------------------------------------------------------------------------

a, c = np.array([[1, 2, 3]]), np.array([[1], [3]])
for name, f in {"equal": np.equal, "notEqual": np.not_equal, "lessThan": np.less,
                "lessEqual": np.less_equal, "greaterThan": np.greater,
                "greaterEqual": np.greater_equal}.items():
    case(name, [a, c], [f(a, c)])
    case(f"{name} alpha", [a], [f(a, 2)])
t, u = np.array([0, 0, 1, 0.5]), np.array([0, 2, 0, -1])
case("logicalAnd", [t, u], [np.logical_and(t, u)])
case("logicalOr", [t, u], [np.logical_or(t, u)])
case("logicalXor", [t, u], [np.logical_xor(t, u)])
case("logicalNot", [t], [np.logical_not(t)])
case("where", [t, [[1], [2]], [7, 8, 9, 10]], [np.where(t != 0, [[1], [2]], [7, 8, 9, 10])])

x = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]) * np.ones((2, 1, 1))
row, column = np.arange(3)[:, None], np.arange(4)[None]
case("band", [x], [np.where((row - column <= 1) & (column - row <= 0), x, 0)])
case("lower triangle", [x], [np.tril(x, 1)])
case("upper triangle", [x], [np.triu(x, -1)])

# ---- shapes -------------------------------------------------------------------------------------

x = numbers(1, 2, 3, 4)
case("flatten channel first", [x], [x.reshape(1, 24, 1, 1)])
case("flatten channel last", [x], [x.transpose(0, 2, 3, 1).reshape(1, 24, 1, 1)])
case("flatten to 2d", [x[0]], [x[0].reshape(2, 12)])
case("reshape static", [x[0]], [x[0].reshape(2, 6, 2)])
case("rank preserving reshape", [x[0]], [x[0].reshape(6, 1, 4)])
case("reshape like", [x[0], numbers(4, 6)], [x.reshape(4, 6)])
case("transpose", [x[0]], [x[0].transpose(2, 0, 1)])
case("tile", [x[0, 0]], [np.tile(x[0, 0], (1, 3))])
case("broadcast to static", [x[0, :, :1]], [np.broadcast_to(x[0, :, :1], (2, 2, 5, 4))])
case("broadcast to like", [x[0, 0, :1], x[0]], [np.broadcast_to(x[0, 0, :1], (2, 3, 4))])
case("fill static", [x], [np.full((2, 3), 1.5)])
case("fill like", [x], [np.full_like(x, 2.5)])
case("get shape", [x], [[1, 2, 3, 4]])
case("squeeze", [x[:, :1]], [x[0, 0][None]])
case("squeeze all", [x[:, :1]], [x[0, 0]])
case("expand dims", [x[0, 0]], [x[0, 0][None, :, :, None]])
case("concat channels", [x, x[:, :1]], [np.concatenate([x, x[:, :1]], 1)])
case("concat nd", [x, x[:, :, :1]], [np.concatenate([x, x[:, :, :1]], 2)])
case("concat nd interleaved", [x[0], -x[0]], [np.stack([x[0], -x[0]], 2).reshape(2, 6, 4)])
case("stack", [x[0], -x[0]], [np.stack([x[0], -x[0]], -1)])
case("split", [x], np.split(x, 2, 1))
case("split nd", [x], np.split(x, [1], 3))
case("slice", [x], [x[:, :, :, 1:-1:2]])
case("slice static", [x[0]], [x[0][:, 1, ::2]])
case("slice static backwards", [x[0]], [x[0][1:, 2:0:-1, ::-2]])
case("reverse", [x[0]], [x[0][::-1, :, ::-1]])
case("load constant", [x], [x], data=x)
case("load constant nd", [x], [x[0, 0]], data=x[0, 0])

# ---- the five axes of old networks --------------------------------------------------------------

x = numbers(2, 3, 4)
case("old permute", [x], [x.transpose(2, 0, 1)])
case("old reshape channel last", [x],
     [x.transpose(1, 2, 0).reshape(2, 2, 6).transpose(2, 0, 1)])
case("old reshape channel first", [x], [x.reshape(4, 3, 2)])

# ---- functions ----------------------------------------------------------------------------------

x = np.array([-2.5, -1, -0.5, 0, 0.25, 1, 1.5, 3], np.float32)
e = math.erf
erf = np.vectorize(e)
for name, f in {
    "ceil": np.ceil, "floor": np.floor, "sign": np.sign, "round": np.round, "sin": np.sin,
    "cos": np.cos, "tan": np.tan, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "asinh": np.arcsinh, "erf": erf, "exp2": np.exp2,
    "gelu exact": lambda a: 0.5 * a * (1 + erf(a / math.sqrt(2))),
    "gelu tanh": lambda a: 0.5 * a * (1 + np.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))),
    "gelu sigmoid": lambda a: a / (1 + np.exp(-1.702 * a)),
    "clip": lambda a: np.clip(a, -0.75, 1.25),
    "clampedReLU": lambda a: np.minimum(1.25, np.where(a >= 0, a, 0.5 * a)),
    "activation linear": lambda a: 2 * a + 0.5,
    "activation ReLU": lambda a: np.maximum(a, 0),
    "activation leakyReLU": lambda a: np.where(a >= 0, a, 0.2 * a),
    "activation thresholdedReLU": lambda a: np.where(a >= 1, a, 0),
    "activation tanh": np.tanh,
    "activation scaledTanh": lambda a: 1.5 * np.tanh(0.5 * a),
    "activation sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "activation sigmoidHard": lambda a: np.clip(0.2 * a + 0.5, 0, 1),
    "activation ELU": lambda a: np.where(a >= 0, a, 1.5 * (np.exp(a) - 1)),
    "activation softsign": lambda a: a / (1 + np.abs(a)),
    "activation softplus": lambda a: np.log(1 + np.exp(a)),
}.items():
    case(name, [x], [f(x.astype(np.float64))])
for name, f in {"asin": np.arcsin, "acos": np.arccos, "atanh": np.arctanh}.items():
    z = np.array([-0.9, -0.1, 0, 0.5])
    case(name, [z], [f(z)])
z = np.array([1, 1.5, 20])
case("acosh", [z], [np.arccosh(z)])
for name, f in {
    "SQRT": np.sqrt, "RSQRT": lambda a: 1 / np.sqrt(a + 1e-6), "INVERSE": lambda a: 1 / (a + 1e-6),
    "POWER": lambda a: a**3, "EXP": np.exp, "LOG": np.log, "ABS": np.abs,
    "THRESHOLD": lambda a: np.maximum(a, 3),
}.items():
    z = np.array([-0.5, 0, 0.25, 1, 3])
    # 2^-7 at the first place: exact, and small enough to see the epsilon.
    case(f"unary {name}", [z], [f(2 * z + 1.0078125)])
x = numbers(1, 3, 2, 2)
al, be = np.abs(numbers(3)), np.abs(numbers(3))
case("activation PReLU", [x], [np.where(x >= 0, x, per(al) * x)], alpha=al)
case("activation parametricSoftplus", [x], [per(al) * np.log(1 + np.exp(per(be) * x))],
     alpha=al, beta=be)
ex = np.exp(x.astype(np.float64))
case("softmax", [x], [ex / ex.sum(1, keepdims=True)])
case("softmax nd", [x], [ex / ex.sum(3, keepdims=True)])
a, c = np.array([[5.5, -5.5, 7]]), np.array([[2], [-3]])
for name, f in {"modBroadcastable": np.mod, "floorDivBroadcastable": np.floor_divide,
                "addBroadcastable": np.add, "subtractBroadcastable": np.subtract,
                "multiplyBroadcastable": np.multiply, "divideBroadcastable": np.divide,
                "maxBroadcastable": np.maximum, "minBroadcastable": np.minimum}.items():
    case(name, [a, c], [f(a, c)])
case("powBroadcastable", [np.abs(a), c], [np.abs(a) ** c])
a, c = numbers(1, 2, 3, 3), numbers(1, 2, 1, 1)
case("add alpha", [a], [a + 1.5])
case("multiply three", [a, c, a], [a * c * a])
case("average", [a, c, a], [(a + c + a) / 3])
case("max", [a, c], [np.maximum(a, c)])
case("min", [a, c], [np.minimum(a, c)])

if __name__ == "__main__":
    np.savez_compressed(sys.argv[1], **CASES)
    print(len({name.split("/")[0] for name in CASES}), "cases")
