"""Small ML Programs with weights that calibration fits, and the moments of what these are
multiplied with, as NumPy computes them from the operations' definitions.

    python make_moments_fixtures.py ../resources/org/quantsweep/calibration/moments.zip

Needs coremltools (the environment tools/python-env.sh coremltools), which writes the programs but
computes nothing. The archive holds CASE/mlpackage.zip and CASE/npz for each case. Its arrays are
x.SAMPLE.NAME (inputs), count, sums [groups, n], products [groups, n, n], and energy, the sum of
the squares of all that the operation makes without its bias. ProgramMomentsTest reads them.
"""

import io
import itertools
import sys
import zipfile

import numpy as np
from coremltools.converters.mil.mil import Builder as mb
from operation_cases import cases
from operation_cases.cases import numbers, whole

SAMPLES = 3
EXPECTED = {}


def add(name, build, inputs, vectors, energy=None, opset=15):
    """Adds a case.

    inputs: for each sample, arrays by name. vectors: for each sample, the x of all places of each
    group, [groups, places, n], and what they make.
    """
    full = f"{name}, iOS{opset}"
    cases.CASES[full] = (inputs, build, [[None]] * len(inputs), opset, "float32", (), {}, None)
    x = np.concatenate([v[0] for v in vectors], axis=1).astype(np.float64)
    made = sum((np.asarray(v[1], np.float64) ** 2).sum() for v in vectors)
    EXPECTED[full] = {
        "count": np.int32(x.shape[1]),
        "sums": x.sum(axis=1),
        "products": np.einsum("gpi,gpj->gij", x, x),
        "energy": np.float64(made if energy is None else energy),
    }


def samples(*shape):
    return [{"x": numbers(*shape)} for _ in range(SAMPLES)]


def steps(kernel, stride, dilation):
    return [(k, s, d) for k, s, d in zip(kernel, stride, dilation)]


def same(lengths, kernel, stride, dilation, lower=False):
    """Amounts before each axis, and lengths of the output."""
    before, made = [], []
    for n, (k, s, d) in zip(lengths, steps(kernel, stride, dilation)):
        out = -(-n // s)
        total = max(0, (out - 1) * s + (k - 1) * d + 1 - n)
        before.append(total - total // 2 if lower else total // 2)
        made.append(out)
    return before, made


def valid(lengths, kernel, stride, dilation, pad=None):
    before = [p[0] for p in pad] if pad else [0] * len(lengths)
    after = [p[1] for p in pad] if pad else [0] * len(lengths)
    made = [
        (n + b + a - (k - 1) * d - 1) // s + 1
        for n, b, a, (k, s, d) in zip(lengths, before, after, steps(kernel, stride, dilation))
    ]
    return before, made


def gathers(x, w, groups, stride, dilation, before, made):
    """A convolution by its definition: what each place sees, and what it makes."""
    kernel = w.shape[2:]
    inner, outer = w.shape[1], w.shape[0] // groups
    rows = [[] for _ in range(groups)]
    answers = []
    for n in range(x.shape[0]):
        for place in itertools.product(*map(range, made)):
            for g in range(groups):
                row = np.zeros((inner,) + tuple(kernel), np.float64)
                for tap in itertools.product(*map(range, kernel)):
                    at = [p * s + t * d - b
                          for p, s, t, d, b in zip(place, stride, tap, dilation, before)]
                    if all(0 <= a < m for a, m in zip(at, x.shape[2:])):
                        row[(slice(None),) + tap] = x[(n, slice(g * inner, (g + 1) * inner), *at)]
                rows[g].append(row.ravel())
                answers.append(w[g * outer:(g + 1) * outer].reshape(outer, -1) @ row.ravel())
    return np.array(rows), np.array(answers)


def spreads(x, w, groups, stride, dilation, before, made):
    """A transposed convolution: each place of the input adds its product to what it covers."""
    kernel = w.shape[2:]
    inner, outer = w.shape[0] // groups, w.shape[1]
    answer = np.zeros((x.shape[0], groups * outer) + tuple(made))
    seen = np.zeros((groups, x.shape[0]) + tuple(made) + (inner,) + tuple(kernel))
    for n in range(x.shape[0]):
        for place in itertools.product(*map(range, x.shape[2:])):
            for tap in itertools.product(*map(range, kernel)):
                at = tuple(p * s + t * d - b
                           for p, s, t, d, b in zip(place, stride, tap, dilation, before))
                if not all(0 <= a < m for a, m in zip(at, made)):
                    continue
                for g in range(groups):
                    own = x[(n, slice(g * inner, (g + 1) * inner)) + place]
                    seen[(g, n) + at + (slice(None),) + tap] += own
                    for o in range(outer):
                        part = w[(slice(g * inner, (g + 1) * inner), o) + tap]
                        answer[(n, g * outer + o) + at] += own @ part
    return seen.reshape(groups, -1, inner * int(np.prod(kernel))), answer


def convolution(name, lengths, channels, outputs, kernel, stride, dilation, groups, pad_type,
                pad=None, opset=15, transposed=False):
    shape = ((channels, outputs // groups) if transposed else (outputs, channels // groups))
    w = numbers(*shape, *kernel)
    b = numbers(outputs)
    given = samples(2, channels, *lengths)
    if transposed:
        whole_lengths = [(n - 1) * s + (k - 1) * d + 1
                         for n, (k, s, d) in zip(lengths, steps(kernel, stride, dilation))]
        if pad_type == "same":
            made = [n * s for n, s in zip(lengths, stride)]
            before = [(a - m) // 2 if a > m else 0 for a, m in zip(whole_lengths, made)]
        else:
            edges = pad or [(0, 0)] * len(lengths)
            before = [e[0] for e in edges]
            made = [a - e[0] - e[1] for a, e in zip(whole_lengths, edges)]
    elif pad_type in ("same", "same_lower"):
        before, made = same(lengths, kernel, stride, dilation, pad_type == "same_lower")
    else:
        before, made = valid(lengths, kernel, stride, dilation, pad)
    define = spreads if transposed else gathers
    vectors = [
        define(np.abs(one["x"]), w, groups, stride, dilation, before, made) for one in given
    ]

    def build(x):
        parameters = {"pad": [e for pair in pad for e in pair]} if pad else {}
        operation = mb.conv_transpose if transposed else mb.conv
        return operation(x=mb.abs(x=x), weight=mb.const(val=w, name="w"),
                         bias=mb.const(val=b, name="b"), strides=list(stride),
                         dilations=list(dilation), groups=groups, pad_type=pad_type, **parameters)

    add(name, build, given, vectors, opset=opset)


convolution("conv of one axis, stride", (11,), 3, 4, (3,), (2,), (1,), 1, "valid")
convolution("conv of one axis, same, dilation", (9,), 4, 4, (3,), (1,), (2,), 2, "same")
convolution("conv of two axes, same, stride", (7, 6), 3, 4, (3, 2), (2, 3), (1, 1), 1, "same")
convolution("conv of two axes, same_lower", (7, 6), 2, 4, (2, 2), (1, 1), (1, 1), 1, "same_lower",
            opset=18)
convolution("conv of two axes, custom, depthwise", (5, 6), 4, 4, (3, 3), (1, 1), (1, 1), 4,
            "custom", pad=[(1, 0), (2, 1)])
convolution("conv of three axes, custom, groups", (4, 5, 3), 4, 6, (2, 3, 2), (1, 2, 1), (2, 1, 1),
            2, "custom", pad=[(1, 1), (0, 2), (1, 0)])
convolution("conv_transpose of one axis", (5,), 3, 4, (4,), (2,), (1,), 1, "valid",
            transposed=True)
convolution("conv_transpose of two axes, groups, same", (4, 3), 4, 6, (3, 3), (2, 2), (1, 1), 2,
            "same", transposed=True)
convolution("conv_transpose of three axes, custom", (3, 2, 3), 2, 2, (3, 2, 3), (2, 1, 1),
            (1, 2, 1), 1, "custom", pad=[(1, 0), (0, 1), (1, 1)], transposed=True)


def rows(x, w):
    """The last axis times W^T, [rows, columns]."""
    flat = x.reshape(-1, x.shape[-1])
    return flat[None], flat.astype(np.float64) @ w.T


W = numbers(5, 6)
GIVEN = samples(2, 3, 6)
add("linear", lambda x: mb.linear(x=mb.abs(x=x), weight=mb.const(val=W, name="w"),
                                  bias=mb.const(val=numbers(5), name="b")),
    GIVEN, [rows(np.abs(g["x"]), W) for g in GIVEN])
for left in (False, True):
    for right in (False, True):
        # x is computed: [2, 3, 6], or its last axes exchanged.
        taken = [g if not left else {"x": np.swapaxes(g["x"], 1, 2).copy()} for g in GIVEN]
        add(f"matmul with y, {left}, {right}",
            lambda x, left=left, right=right: mb.matmul(
                x=mb.abs(x=x), y=mb.const(val=W if right else W.T.copy(), name="w"),
                transpose_x=left, transpose_y=right),
            taken, [rows(np.abs(g["x"]), W) for g in GIVEN])
        # y is computed: [2, 6, 3], or its last axes exchanged.
        taken = [g if right else {"x": np.swapaxes(g["x"], 1, 2).copy()} for g in GIVEN]
        add(f"matmul with x, {left}, {right}",
            lambda x, left=left, right=right: mb.matmul(
                x=mb.const(val=W.T.copy() if left else W, name="w"), y=mb.abs(x=x),
                transpose_x=left, transpose_y=right),
            taken, [rows(np.abs(g["x"]), W) for g in GIVEN])

# Quantized weights: codes of 8 bits with a scale and a zero point for each row.
CODES, SCALE = whole(-100, 100, 5, 6).astype(np.int8), (np.abs(numbers(5)) + 0.1).astype(np.float32)
DECODED = (CODES.astype(np.float32) - 3) * SCALE[:, None]
add("linear of compressed weights",
    lambda x: mb.linear(
        x=mb.abs(x=x),
        weight=mb.constexpr_affine_dequantize(
            quantized_data=CODES, zero_point=np.full(5, 3, np.int8), scale=SCALE, axis=0,
            name="w")),
    GIVEN, [rows(np.abs(g["x"]), DECODED) for g in GIVEN], opset=16)


def recurrent(name, operation, gates, extra):
    ih, hh = numbers(gates * 4, 3), numbers(gates * 4, 4)
    given = samples(5, 2, 3)
    add(name, lambda x: operation(
        x=mb.abs(x=x), weight_ih=mb.const(val=ih, name="w"), weight_hh=mb.const(val=hh, name="h"),
        bias=mb.const(val=numbers(gates * 4), name="b"),
        initial_h=np.zeros((2, 4), np.float32), **extra),
        given, [rows(np.abs(g["x"]), ih) for g in given])


recurrent("lstm", lambda **k: mb.lstm(**k)[0], 4, {"initial_c": np.zeros((2, 4), np.float32)})
recurrent("gru", lambda **k: mb.gru(**k)[0], 3, {})
recurrent("rnn", lambda **k: mb.rnn(**k)[0], 1, {})

# Rows by their numbers, of which some are never named: these count once.
TABLE = numbers(9, 4)
NAMED = [{"x": whole(-4, 5, 2, 3)} for _ in range(SAMPLES)]
COUNTS = np.zeros(9)
for one in NAMED:
    for i in one["x"].ravel():
        COUNTS[i] += 1
ONES = [
    (np.array([(one["x"].reshape(-1) % 9 == v)[:, None] for v in range(9)]), np.zeros(1))
    for one in NAMED
]
add("gather", lambda x: mb.gather(x=mb.const(val=TABLE, name="w"),
                                  indices=mb.add(x=x, y=np.int32(0)), axis=0),
    NAMED, ONES, energy=(np.maximum(COUNTS, 1)[:, None] * TABLE.astype(np.float64) ** 2).sum(),
    opset=18)

# One matrix for two operations: the places of both count.
SQUARE, OFFSET = numbers(6, 6), numbers(6)


def twice(x):
    weight, bias = mb.const(val=SQUARE, name="w"), mb.const(val=OFFSET, name="b")
    first = mb.linear(x=mb.abs(x=x), weight=weight, bias=bias)
    return mb.linear(x=mb.tanh(x=first), weight=weight, bias=bias)


def both(x):
    first = rows(np.abs(x), SQUARE)
    second = rows(np.tanh(first[1] + OFFSET), SQUARE)
    return (np.concatenate([first[0], second[0]], axis=1),
            np.concatenate([first[1], second[1]]))


add("linear, shared by two", twice, GIVEN, [both(g["x"]) for g in GIVEN])

# A table of words that is the last matrix too.
TIED = numbers(9, 4)


def tied(x):
    table = mb.const(val=TIED, name="w")
    words = mb.gather(x=table, indices=x, axis=0)
    return mb.linear(x=mb.tanh(x=words), weight=table)


WORDS = [{"x": whole(0, 9, 2, 3)} for _ in range(SAMPLES)]
add("gather and linear of one table", tied, WORDS,
    [rows(np.tanh(TIED[w["x"]]), TIED) for w in WORDS])

# Inside a loop of four turns, and inside a branch.
STEP = numbers(6, 6, scale=0.5)


def looped(x):
    def condition(i, h):
        return mb.less(x=i, y=np.int32(4))

    def body(i, h):
        made = mb.linear(x=h, weight=mb.const(val=STEP, name="w"))
        return mb.add(x=i, y=np.int32(1)), mb.tanh(x=made)

    return mb.while_loop(_cond=condition, _body=body,
                         loop_vars=(mb.const(val=np.int32(0), name="zero"), mb.abs(x=x)))[1]


def turns(x):
    state, seen, answers = np.abs(x).astype(np.float64), [], []
    for _ in range(4):
        vectors, made = rows(state, STEP)
        seen.append(vectors)
        answers.append(made)
        state = np.tanh(made.reshape(x.shape))
    return np.concatenate(seen, axis=1), np.concatenate(answers)


add("linear in a loop", looped, GIVEN, [turns(g["x"]) for g in GIVEN])

# The loop goes on while the largest number is above a bound: only a run tells how often.
BOUND = np.float32(0.4)


def looped_over_data(x):
    def condition(h):
        return mb.greater(x=mb.reduce_max(x=h, axes=[0, 1, 2], keep_dims=False), y=BOUND)

    def body(h):
        made = mb.linear(x=h, weight=mb.const(val=STEP * np.float32(0.25), name="w"))
        return mb.abs(x=made)

    return mb.while_loop(_cond=condition, _body=body, loop_vars=(mb.abs(x=x),))


def turns_over_data(x):
    state, seen, answers = np.abs(x).astype(np.float64), [], []
    while state.max() > BOUND:
        vectors, made = rows(state, STEP * np.float32(0.25))
        seen.append(vectors)
        answers.append(made)
        state = np.abs(made.reshape(x.shape))
    assert len(seen) > 1
    return np.concatenate(seen, axis=1), np.concatenate(answers)


add("linear in a loop over data", looped_over_data, GIVEN, [turns_over_data(g["x"]) for g in GIVEN])


def branched(x):
    first = mb.slice_by_size(x=x, begin=[0, 0, 0], size=[1, 1, 1])
    sign = mb.greater(x=mb.squeeze(x=first), y=np.float32(0))
    return mb.cond(
        pred=sign,
        _true_fn=lambda: mb.linear(x=mb.abs(x=x), weight=mb.const(val=W, name="w")),
        _false_fn=lambda: mb.slice_by_size(x=x, begin=[0, 0, 0], size=[2, 3, 5]))


def taken_if(x, taken):
    vectors, made = rows(np.abs(x), W)
    return (vectors, made) if taken else (vectors[:, :0], made[:0])


POSITIVE = [{"x": g["x"].copy()} for g in GIVEN]
for place, one in enumerate(POSITIVE):
    one["x"][0, 0, 0] = 1 if place != 1 else -1
add("linear in a branch", branched, POSITIVE,
    [taken_if(g["x"], g["x"][0, 0, 0] > 0) for g in POSITIVE])


# What a cell hands itself: the state before each step. The weights of the input are "i" here.
from operation_cases import sequences  # noqa: E402  (its own numbers come after all those above)


def recursion(name, gates, steps, **parameters):
    """steps: the states after each, in the order in which they are made."""
    ih, hh, b = (numbers(gates * sequences.H, n) for n in (sequences.I, sequences.H, 1))
    h, c = numbers(sequences.B, sequences.H), numbers(sequences.B, sequences.H)
    given = samples(sequences.S, sequences.B, sequences.I)

    def build(x):
        more = {"initial_c": c} if gates == 4 else {}
        return getattr(mb, name.split(",")[0])(
            x=mb.abs(x=x), weight_ih=ih, weight_hh=mb.const(val=hh, name="w"), bias=b[:, 0],
            initial_h=h, **more, **parameters)[0]

    def states(x):
        made = steps(np.abs(x), h, c, ih, hh, b[:, 0])
        return np.concatenate([h[None], made[:-1]])

    add(name + ", recursion", build, given, [rows(states(g["x"]), hh) for g in given],
        opset=18 if "reset_after" in parameters else 15)


for way in ("forward", "reverse"):
    recursion(f"lstm, {way}", 4, direction=way, steps=lambda x, h, c, w, r, b, way=way:
              sequences.lstm(x, h, c, w, r, b, way, "sigmoid", "tanh", "tanh")[0])
    recursion(f"rnn, {way}", 1, direction=way, steps=lambda x, h, c, w, r, b, way=way:
              sequences.rnn(x, h, w, r, b, way, "tanh")[0])
recursion("gru", 3, lambda x, h, c, w, r, b:
          sequences.gru(x, h, w, r, b, "forward", "sigmoid", "tanh")[0])
recursion("gru, reset after", 3, lambda x, h, c, w, r, b:
          sequences.gru(x, h, w, r, b, "forward", "sigmoid", "tanh", True)[0], reset_after=True)


def recursion_of_both_directions():
    H, B = sequences.H, sequences.B
    forth, back = [[numbers(4 * H, sequences.I), numbers(4 * H, H), numbers(4 * H)] for _ in "fb"]
    h, c = numbers(B, 2 * H), numbers(B, 2 * H)
    given = samples(sequences.S, B, sequences.I)

    def build(x):
        return mb.lstm(
            x=mb.abs(x=x), weight_ih=forth[0], weight_hh=forth[1], bias=forth[2],
            weight_ih_back=back[0], weight_hh_back=mb.const(val=back[1], name="w"),
            bias_back=back[2], initial_h=h, initial_c=c, direction="bidirectional")[0]

    def states(x):
        made = sequences.lstm(np.abs(x), h[:, H:], c[:, H:], *back, "reverse",
                              "sigmoid", "tanh", "tanh")[0]
        return np.concatenate([h[None, :, H:], made[:-1]])

    add("lstm, both directions, recursion", build, given,
        [rows(states(g["x"]), back[1]) for g in given])


recursion_of_both_directions()

# Constants of more than two axes: matrices side by side, some of them for all that comes.
def sums(equation, weight, x, groups, columns):
    """Sums of products by NumPy's einsum; the vectors are x with its axes in another order.

    groups, columns: letters of x. Axes of length 1 serve every index; the output names them in full.
    """
    operands, output = equation.split("->")
    of_weight, of_x = operands.split(",")
    made = np.einsum(equation, weight.astype(np.float64), x.astype(np.float64))
    places = [letter for letter in of_x if letter not in groups + columns]
    lengths = {**dict(zip(of_x, x.shape)), **{
        letter: n for letter, n in zip(of_weight, weight.shape) if letter in groups + columns}}
    whole = np.broadcast_to(
        np.expand_dims(x, tuple(range(sum(letter not in of_x for letter in groups)))),
        [lengths[letter] for letter in [g for g in groups if g not in of_x] + list(of_x)])
    names = [g for g in groups if g not in of_x] + list(of_x)
    turned = whole.transpose([names.index(letter) for letter in list(groups) + places + list(columns)])
    count = int(np.prod([lengths[letter] for letter in groups]))
    n = int(np.prod([lengths[letter] for letter in columns]))
    return turned.reshape(count, -1, n), made


def product(name, build, equation, weight, shape, groups, columns, opset=15):
    given = samples(*shape)
    add(name, lambda x: build(mb.abs(x=x), mb.const(val=weight, name="w")), given,
        [sums(equation, weight, np.abs(g["x"]), groups, columns) for g in given], opset=opset)


for left in (False, True):
    for right in (False, True):
        flags = {"transpose_x": left, "transpose_y": right}
        x, y = ("dba" if left else "dab"), ("dcb" if right else "dbc")
        product(f"matmul of three axes with y, {left}, {right}",
                lambda x, w, flags=flags: mb.matmul(x=x, y=w, **flags), f"{y},{x}->dac",
                numbers(*(2, 5, 6) if right else (2, 6, 5)), (2, 6, 3) if left else (2, 3, 6), "d", "b")
        product(f"matmul of three axes with x, {left}, {right}",
                lambda y, w, flags=flags: mb.matmul(x=w, y=y, **flags), f"{x},{y}->dac",
                numbers(*(2, 6, 5) if left else (2, 5, 6)), (2, 3, 6) if right else (2, 6, 3), "d", "b")
product("matmul of four axes, shared by an axis", lambda x, w: mb.matmul(x=x, y=w),
        "debc,eab->deac", numbers(2, 3, 6, 5), (3, 4, 6), "de", "b")
# A matrix that serves all three of the input.
product("matmul of four axes, one for an axis", lambda x, w: mb.matmul(x=x, y=w),
        "debc,deab->deac", numbers(2, 1, 6, 5), (2, 3, 4, 6), "d", "b")
product("matmul of three axes, an input of more", lambda x, w: mb.matmul(x=x, y=w),
        "dbc,edab->edac", numbers(2, 6, 5), (3, 2, 4, 6), "d", "b")
for equation, weight, shape, groups in (
        ("nchw,nwhu->nchu", (2, 4, 3, 5), (2, 6, 3, 4), "nh"),
        ("chw,whr->chr", (4, 3, 5), (6, 3, 4), "h")):
    x, w = equation.split("->")[0].split(",")
    product(f"einsum of {len(weight)} axes, second",
            lambda x, w, e=equation: mb.einsum(values=(x, w), equation=e),
            f"{w},{x}->{equation.split('->')[1]}", numbers(*weight), shape, groups, "w")
for equation, weight, shape, groups in (
        ("nchw,nwhu->nchu", (2, 6, 3, 4), (2, 4, 3, 5), "nh"),
        ("chw,whr->chr", (6, 3, 4), (4, 3, 5), "h")):
    product(f"einsum of {len(weight)} axes, first",
            lambda x, w, e=equation: mb.einsum(values=(w, x), equation=e),
            equation, numbers(*weight), shape, groups, "w")


def arrays(full):
    found = {}
    for number, inputs in enumerate(cases.CASES[full][0]):
        for name, array in inputs.items():
            found[f"x.{number}.{name}"] = array
    found.update(EXPECTED[full])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(found):
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(found[name]).reshape(
                np.shape(found[name])), version=(1, 0))
            archive.writestr(zipfile.ZipInfo(name + ".npy", cases.EPOCH), content.getvalue())
    return out.getvalue()


def write(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for full in EXPECTED:
            for ending, content in (("mlpackage.zip", cases.package(full)), ("npz", arrays(full))):
                info = zipfile.ZipInfo(f"{full}/{ending}", cases.EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
    print(f"{len(EXPECTED)} cases")


write(sys.argv[1])
