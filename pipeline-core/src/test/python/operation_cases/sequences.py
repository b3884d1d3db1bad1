"""Recurrent cells."""

import itertools

import numpy as np

from .cases import case, numbers
from .elementwise import applied

FUNCTIONS = {
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "tanh": np.tanh,
    "relu": lambda v: np.maximum(v, 0),
    "hard_sigmoid": lambda v: np.clip(0.2 * v + 0.5, 0, 1),
    "sigmoid_hard": lambda v: np.clip(0.2 * v + 0.5, 0, 1),
    "scaled_tanh": np.tanh,
    "linear": lambda v: v,
}
S, B, I, H = 4, 2, 3, 2


def order(direction):
    return range(S) if direction == "forward" else range(S - 1, -1, -1)


def rnn(x, h, w, r, b, direction, act):
    steps = []
    for t in order(direction):
        h = FUNCTIONS[act](x[t] @ w.T + h @ r.T + b)
        steps.append(h)
    return np.stack(steps), h


def gru(x, h, w, r, b, direction, inner, act, after=False, more=0):
    """Rows of gates are reset, output, update; more is a bias of the input's products."""
    wr, wo, wz = np.split(w, 3)
    rr, ro, rz = np.split(r, 3)
    br, bo, bz = np.split(b, 3)
    mr, mo, mz = np.split(np.zeros(3 * H) + more, 3)
    steps = []
    for t in order(direction):
        reset = FUNCTIONS[inner](x[t] @ wr.T + mr + h @ rr.T + br)
        update = FUNCTIONS[inner](x[t] @ wz.T + mz + h @ rz.T + bz)
        carried = reset * (h @ ro.T + bo) if after else (reset * h) @ ro.T + bo
        h = (1 - update) * FUNCTIONS[act](x[t] @ wo.T + mo + carried) + update * h
        steps.append(h)
    return np.stack(steps), h


def lstm(x, h, c, w, r, b, direction, inner, cell, act, peephole=None, clip=None):
    """Rows of gates are input, forget, output, cell."""
    pi, pf, po = np.split(np.zeros(3 * H) if peephole is None else peephole, 3)
    steps = []
    for t in order(direction):
        i, f, o, z = np.split(x[t] @ w.T + h @ r.T + b, 4, 1)
        i, f = FUNCTIONS[inner](i + pi * c), FUNCTIONS[inner](f + pf * c)
        c = f * c + i * FUNCTIONS[cell](z)
        c = c if clip is None else np.clip(c, -clip, clip)
        h = FUNCTIONS[inner](o + po * c) * FUNCTIONS[act](c)
        steps.append(h)
    return np.stack(steps), h, c


x, h, c = numbers(S, B, I), numbers(B, H), numbers(B, H)
for direction, every, bias in itertools.product(("forward", "reverse"), (True, False),
                                                (True, False)):
    words = f"{direction}, {every}, {bias}"
    given = dict(direction=direction, output_sequence=every)

    def chosen(steps, every=every):
        return steps if every else steps[-1:]

    for act in ("tanh", "relu", "sigmoid", "linear", "scaled_tanh"):
        if act != "tanh" and not (every and bias):
            continue
        w, r = numbers(H, I), numbers(H, H)
        b = numbers(H) if bias else np.zeros(H, np.float32)
        steps, last = rnn(x, h, w, r, b, direction, act)
        more = {"bias": b} if bias else {}
        case(f"rnn {act} {words}", {"x": x, "initial_h": h},
             applied("rnn", weight_ih=w, weight_hh=r, activation=act, **more, **given),
             (chosen(steps), last), (15, 17))
    for inner, act in (("sigmoid", "tanh"), ("hard_sigmoid", "relu"), ("tanh", "sigmoid")):
        if inner != "sigmoid" and not (every and bias):
            continue
        w, r = numbers(3 * H, I), numbers(3 * H, H)
        b = numbers(3 * H) if bias else np.zeros(3 * H, np.float32)
        more = {"bias": b} if bias else {}
        both = dict(recurrent_activation=inner.replace("hard_sigmoid", "sigmoid_hard"),
                    activation=act)
        steps, last = gru(x, h, w, r, b, direction, inner, act)
        case(f"gru {inner} {act} {words}", {"x": x, "initial_h": h},
             applied("gru", weight_ih=w, weight_hh=r, **both, **more, **given),
             (chosen(steps), last), (15, 17, 18))
        for after in (False, True):
            m = numbers(3 * H)
            steps, last = gru(x, h, w, r, b, direction, inner, act, after, m)
            case(f"gru {inner} {act} {words}, {after}", {"x": x, "initial_h": h},
                 applied("gru", weight_ih=w, weight_hh=r, reset_after=after, input_bias=m, **both,
                         **more, **given), (chosen(steps), last), (18,))
    for inner, cell, act in (("sigmoid", "tanh", "tanh"), ("hard_sigmoid", "relu", "linear")):
        if inner != "sigmoid" and not (every and bias):
            continue
        functions = dict(recurrent_activation=inner, cell_activation=cell, activation=act)
        for extra in ("plain", "peephole", "clip"):
            w, r = numbers(4 * H, I), numbers(4 * H, H)
            b = numbers(4 * H) if bias else np.zeros(4 * H, np.float32)
            p = numbers(3 * H) if extra == "peephole" else None
            clip = 0.5 if extra == "clip" else None
            more = {"bias": b} if bias else {}
            if extra == "peephole":
                more["peephole"] = p
            if extra == "clip":
                more["clip"] = np.float32(0.5)
            steps, last, cells = lstm(x, h, c, w, r, b, direction, inner, cell, act, p, clip)
            case(f"lstm {inner} {cell} {act} {extra} {words}",
                 {"x": x, "initial_h": h, "initial_c": c},
                 applied("lstm", weight_ih=w, weight_hh=r, **functions, **more, **given),
                 (chosen(steps), last, cells), (15, 17))
two_h, two_c = numbers(B, 2 * H), numbers(B, 2 * H)
for every, extra in itertools.product((True, False), ("plain", "peephole", "clip")):
    weights = [(numbers(4 * H, I), numbers(4 * H, H), numbers(4 * H), numbers(3 * H))
               for _ in range(2)]
    clip = 0.5 if extra == "clip" else None
    made = [
        lstm(x, two_h[:, k * H:(k + 1) * H], two_c[:, k * H:(k + 1) * H], w, r, b, direction,
             "sigmoid", "tanh", "tanh", p if extra == "peephole" else None, clip)
        for k, (direction, (w, r, b, p)) in enumerate(zip(("forward", "reverse"), weights))]
    # Backwards read steps lie where they were read.
    steps = np.concatenate([made[0][0], made[1][0][::-1]], -1)
    last, cells = (np.concatenate([m[k] for m in made], -1) for k in (1, 2))
    more = {} if clip is None else {"clip": np.float32(clip)}
    for back, (w, r, b, p) in zip(("", "_back"), weights):
        more.update({"weight_ih" + back: w, "weight_hh" + back: r, "bias" + back: b})
        if extra == "peephole":
            more["peephole" + back] = p
    case(f"lstm of both directions, {extra}, {every}",
         {"x": x, "initial_h": two_h, "initial_c": two_c},
         applied("lstm", direction="bidirectional", output_sequence=every, **more),
         (steps if every else last[None], last, cells), (15, 17))
w, r, b = numbers(4 * H, I), numbers(4 * H, H), numbers(4 * H)
case("lstm of a free input", {"x": x, "initial_h": h, "initial_c": c},
     applied("lstm", weight_ih=w, weight_hh=r, bias=b, output_sequence=True),
     lstm(x, h, c, w, r, b, "forward", "sigmoid", "tanh", "tanh"), (15, 18), free={"x": (0,)})
