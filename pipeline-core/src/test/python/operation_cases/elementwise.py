"""Sums, comparisons, functions of one number, activations."""

import math

import numpy as np
from coremltools.converters.mil.mil import Builder as mb

from .cases import case, numbers, positive, truths, whole

erf = np.vectorize(math.erf, otypes=[np.float64])


def applied(type_, **constants):
    return lambda **values: getattr(mb, type_)(**values, **constants)


# ---- two numbers ----------------------------------------------------------------------------

BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}
for type_, formula in BINARY.items():
    x, y = numbers(2, 1, 3), numbers(4, 1)
    y[0, 0] = x[0, 0, 0]
    case(f"{type_} broadcasts", {"x": x, "y": y}, applied(type_), formula(x, y), (15, 18),
         half=True)
    n, m = whole(-3, 4, 2, 3), whole(-3, 4, 3)
    case(f"{type_} of integers", {"x": n, "y": m}, applied(type_), formula(n, m))
    s = np.float32(0.5)
    case(f"{type_} with a scalar", {"x": x}, applied(type_, y=s), formula(x, s), (16,))

x, y = numbers(2, 3), positive(3)
case("real_div", {"x": x, "y": y}, applied("real_div"), x / y, half=True)
n = np.array([7, -7, 7, -7, 6, 0], np.int32)
m = np.array([2, 2, -2, -2, 3, 5], np.int32)
case("real_div of integers truncates", {"x": n, "y": m}, applied("real_div"), np.trunc(n / m),
     (15, 17))
case("floor_div of integers", {"x": n, "y": m}, applied("floor_div"), np.floor(n / m), (15, 17))
case("mod of integers", {"x": n, "y": m}, applied("mod"), n - np.floor(n / m) * m, (15, 17))
x = np.array([7.5, -7.5, 7.5, -7.5, 6, 0.25], np.float32)
y = np.array([2, 2, -2, -2, 3, 0.5], np.float32)
case("floor_div", {"x": x, "y": y}, applied("floor_div"), np.floor(x / y), half=True)
case("mod", {"x": x, "y": y}, applied("mod"), x - np.floor(x / y) * y, half=True)
x, y = positive(2, 3), numbers(3)
case("pow", {"x": x, "y": y}, applied("pow"), x.astype(np.float64) ** y, half=True)
x = np.array([-2.0, -1.5, 3.0], np.float32)
case("pow of negative numbers", {"x": x}, applied("pow", y=np.float32(3)), x ** 3)
n = whole(-3, 4, 5)
case("pow of integers", {"x": n}, applied("pow", y=np.int32(2)), n ** 2)

a, b = truths(2, 3), truths(3)
a[0], b[:2] = [True, False, True], [True, False]
case("logical_and", {"x": a, "y": b}, applied("logical_and"), a & b)
case("logical_or", {"x": a, "y": b}, applied("logical_or"), a | b)
case("logical_xor", {"x": a, "y": b}, applied("logical_xor"), a ^ b)
case("logical_not", {"x": a}, applied("logical_not"), ~a)

c = np.array([[True], [False]])
x, y = numbers(2, 3), numbers(2, 3)
case("select", {"cond": np.broadcast_to(c, (2, 3)), "a": x, "b": y}, applied("select"),
     np.where(c, x, y), (15, 17, 18), half=True)
case("select broadcasts", {"cond": c, "a": x, "b": y}, applied("select"), np.where(c, x, y))
n = whole(0, 9, 2, 3)
case("select of integers", {"cond": truths(2, 3) | True, "a": n, "b": n + 1}, applied("select"), n)
t, f = truths(2, 3), truths(2, 3)
case("select of truths", {"cond": np.broadcast_to(c, (2, 3)), "a": t, "b": f}, applied("select"),
     np.where(c, t, f))

# ---- one number -----------------------------------------------------------------------------

wide = np.array([-3.5, -2.5, -1.5, -0.5, 0.0, 0.25, 0.5, 1.5, 2.5, 3.75], np.float32)
unit = np.array([-0.9375, -0.5, 0.0, 0.25, 0.875], np.float32)
UNARY = {
    "abs": (np.abs, wide),
    "acos": (np.arccos, unit),
    "asin": (np.arcsin, unit),
    "atan": (np.arctan, wide),
    "atanh": (np.arctanh, unit),
    "ceil": (np.ceil, wide),
    "cos": (np.cos, wide),
    "cosh": (np.cosh, wide),
    "erf": (erf, wide),
    "exp": (np.exp, wide),
    "exp2": (np.exp2, wide),
    "floor": (np.floor, wide),
    "round": (np.round, wide),
    "sign": (np.sign, wide),
    "sin": (np.sin, wide),
    "sinh": (np.sinh, wide),
    "sqrt": (np.sqrt, np.abs(wide)),
    "square": (np.square, wide),
    "tan": (np.tan, unit),
    "tanh": (np.tanh, wide),
    "relu": (lambda x: np.maximum(x, 0), wide),
    "relu6": (lambda x: np.clip(x, 0, 6), wide * 3),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), wide),
    "silu": (lambda x: x / (1 + np.exp(-x)), wide),
    "softsign": (lambda x: x / (1 + np.abs(x)), wide),
    "softplus": (lambda x: np.log1p(np.exp(x)), wide),
}
for type_, (formula, x) in UNARY.items():
    case(type_, {"x": x}, applied(type_), formula(x.astype(np.float64)), (15, 17), half=True)
    many = x[:4].reshape(1, 2, 1, 2, 1)
    case(f"{type_} of five axes", {"x": many}, applied(type_), formula(many.astype(np.float64)),
         (16,))
n = np.array([-3, -1, 0, 1, 2, 5], np.int32)
case("abs of integers", {"x": n}, applied("abs"), np.abs(n))
case("sign of integers", {"x": n}, applied("sign"), np.sign(n))
case("square of integers", {"x": n}, applied("square"), n * n)
case("exp2 of integers", {"x": n}, applied("exp2"), np.floor(2.0 ** n))

x = positive(5)
for epsilon in (0.0009765625, 0.5):
    e = np.float32(epsilon)
    case(f"inverse {epsilon}", {"x": x}, applied("inverse", epsilon=e), 1 / (x + e))
    case(f"rsqrt {epsilon}", {"x": x}, applied("rsqrt", epsilon=e), 1 / np.sqrt(x + e))
    case(f"log {epsilon}", {"x": x}, applied("log", epsilon=e), np.log(x + e))
one = np.array([1.0, 4.0], np.float32)
case("inverse has a large epsilon", {"x": one}, applied("inverse"), 1 / (one + 1e-4), (15, 17))
case("rsqrt", {"x": one}, applied("rsqrt"), 1 / np.sqrt(one + 1e-12), (15, 17))
zero = np.array([0.0, 1.0], np.float32)
case("log of nothing", {"x": zero}, applied("log"), np.log(zero.astype(np.float64) + 1.4e-45))
case("clip", {"x": wide}, applied("clip", alpha=np.float32(-1), beta=np.float32(2)),
     np.clip(wide, -1, 2), (15, 17))
case("threshold", {"x": wide}, applied("threshold", alpha=np.float32(0.75)),
     np.maximum(wide, 0.75), (15, 17))

case("cast truncates", {"x": wide}, applied("cast", dtype="int32"), np.trunc(wide), half=True)
case("cast to truths", {"x": wide}, applied("cast", dtype="bool"), wide != 0)
case("cast of integers", {"x": n}, applied("cast", dtype="fp32"), n)
case("cast of integers to truths", {"x": n}, applied("cast", dtype="bool"), n != 0)
case("cast of truths", {"x": a}, applied("cast", dtype="fp32"), a)
for kind in ("int8", "int16"):
    case(f"cast to {kind}", {"x": wide}, applied("cast", dtype=kind), np.trunc(wide), (17, 18))
for kind in ("uint8", "uint16"):
    case(f"cast to {kind}", {"x": np.abs(wide)}, applied("cast", dtype=kind),
         np.trunc(np.abs(wide)), (17, 18))

# ---- activations ----------------------------------------------------------------------------

x = numbers(2, 3, 2, 2, scale=2)
two, half = np.float32(2), np.float32(0.5)
GELU = {
    "EXACT": x * 0.5 * (1 + erf(x / math.sqrt(2))),
    "TANH_APPROXIMATION": 0.5 * x * (1 + np.tanh(
        math.sqrt(2 / math.pi) * (x + 0.044715 * x.astype(np.float64) ** 3))),
    "SIGMOID_APPROXIMATION": x / (1 + np.exp(-1.702 * x)),
}
for mode, y in GELU.items():
    case(f"gelu {mode}", {"x": x}, applied("gelu", mode=mode), y, half=True)
case("gelu", {"x": x}, applied("gelu"), GELU["EXACT"])
PARAMETRIC = {
    "leaky_relu": ({"alpha": half}, np.where(x < 0, half * x, x)),
    "elu": ({"alpha": two}, np.where(x < 0, two * np.expm1(x), x)),
    "clamped_relu": (
        {"alpha": half, "beta": two}, np.minimum(2, np.where(x >= 0, x, half * x))),
    "linear_activation": ({"alpha": two, "beta": half}, two * x + half),
    "scaled_tanh": ({"alpha": two, "beta": half}, two * np.tanh(half * x)),
    "sigmoid_hard": ({"alpha": half, "beta": half}, np.clip(half * x + half, 0, 1)),
}
for type_, (constants, y) in PARAMETRIC.items():
    case(type_, {"x": x}, applied(type_, **constants), y, (15, 17, 18))
case("clamped_relu below nothing", {"x": x},
     applied("clamped_relu", alpha=half, beta=np.float32(-1)),
     np.minimum(-1, np.where(x >= 0, x, half * x)))
at = np.array([0.25, 0.5, 0.75, -1], np.float32)
case("thresholded_relu keeps its threshold", {"x": at}, applied("thresholded_relu", alpha=half),
     np.where(at >= 0.5, at, 0), (15, 17))
alpha, beta = np.array([0.5, 2, -1], np.float32), np.array([1, 0.25, 2], np.float32)


def channels(v):
    return v.reshape(3, 1, 1)


case("prelu", {"x": x}, applied("prelu", alpha=alpha), np.where(x > 0, x, channels(alpha) * x),
     (15, 17, 18))
same = np.full(3, 0.25, np.float32)
for rank in (3, 5):
    v = numbers(2, 3, *[2] * (rank - 2))
    case(f"prelu of {rank} axes", {"x": v}, applied("prelu", alpha=same),
         np.where(v > 0, v, 0.25 * v))
case("softplus_parametric", {"x": x}, applied("softplus_parametric", alpha=alpha, beta=beta),
     channels(alpha) * np.log1p(np.exp(channels(beta) * x)), (15, 17, 18))
for axis in (-1, 1, 0):
    e = np.exp(x.astype(np.float64) - x.max(axis, keepdims=True))
    case(f"softmax along {axis}", {"x": x}, applied("softmax", axis=axis),
         e / e.sum(axis, keepdims=True), half=axis == 1)
v = np.array([[-np.inf, 1, 2], [1000, 1000, 999]], np.float32)
e = np.exp(v.astype(np.float64) - v.max(-1, keepdims=True))
case("softmax of extremes", {"x": v}, applied("softmax"), e / e.sum(-1, keepdims=True))
