"""Reductions, orders, look-ups, scatters, boxes."""

import itertools

import numpy as np
from coremltools.converters.mil.mil import Builder as mb

from .cases import case, numbers, positive, truths, whole
from .elementwise import applied

# ---- reductions -----------------------------------------------------------------------------

REDUCTIONS = {
    "reduce_max": np.max,
    "reduce_min": np.min,
    "reduce_mean": np.mean,
    "reduce_sum": np.sum,
    "reduce_prod": np.prod,
    "reduce_sum_square": lambda x, **k: np.sum(x * x, **k),
    "reduce_l1_norm": lambda x, **k: np.sum(np.abs(x), **k),
    "reduce_l2_norm": lambda x, **k: np.sqrt(np.sum(x * x, **k)),
    "reduce_log_sum": lambda x, **k: np.log(np.sum(x, **k)),
    "reduce_log_sum_exp": lambda x, **k: np.log(np.sum(np.exp(x), **k)),
}
x = numbers(2, 3, 4)
n = whole(-5, 6, 2, 3, 4)
for type_, formula in REDUCTIONS.items():
    v = positive(2, 3, 4) if type_ == "reduce_log_sum" else x
    for axes, keep in (([1], False), ([0, -1], True), (None, False), (None, True)):
        over = None if axes is None else tuple(axes)
        given = {} if axes is None else {"axes": axes}
        case(f"{type_} over {axes}, {keep}", {"x": v}, applied(type_, keep_dims=keep, **given),
             formula(v.astype(np.float64), axis=over, keepdims=keep), (15, 18),
             half=axes == [1])
    if type_ in ("reduce_max", "reduce_min", "reduce_sum", "reduce_prod", "reduce_sum_square",
                 "reduce_l1_norm"):
        case(f"{type_} of integers", {"x": n}, applied(type_, axes=[-1]),
             formula(n.astype(np.int64), axis=-1))
for type_, formula in (("reduce_argmax", np.argmax), ("reduce_argmin", np.argmin)):
    for axis, keep in ((-1, False), (0, True), (1, False)):
        case(f"{type_} along {axis}, {keep}", {"x": x}, applied(type_, axis=axis, keep_dims=keep),
             formula(x, axis=axis, keepdims=keep), (15, 17), half=axis == 1)
    case(f"{type_} as uint16", {"x": x}, applied(type_, axis=1, output_dtype="uint16"),
         formula(x, axis=1), (17, 18))
distinct = np.random.default_rng(5).permutation(24).astype(np.float32).reshape(2, 3, 4)
for axis, k, rising in ((-1, 2, False), (1, 1, True), (-1, 4, True), (0, 2, False)):
    order = np.argsort(distinct if rising else -distinct, axis, kind="stable")
    places = np.take(order, range(k), axis)
    y = np.take_along_axis(distinct, places, axis)
    case(f"topk {k} along {axis}, {rising}", {"x": distinct},
         applied("topk", k=k, axis=axis, ascending=rising), (y, places), (15, 16, 17),
         half=axis == 1)
order = np.argsort(-distinct, -1)
case("topk without places", {"x": distinct}, applied("topk", k=2, return_indices=False),
     -np.sort(-distinct, -1)[..., :2], (16, 18))
case("topk with uint16 places", {"x": distinct},
     applied("topk", k=2, output_indices_dtype="uint16"),
     (-np.sort(-distinct, -1)[..., :2], order[..., :2]), (17, 18))
case("topk of integers", {"x": distinct.astype(np.int32)}, applied("topk", k=1, axis=0),
     (distinct.max(0, keepdims=True), distinct.argmax(0)[None]))
for axis, rising in ((-1, False), (0, True), (1, False)):
    case(f"argsort along {axis}, {rising}", {"x": distinct},
         applied("argsort", axis=axis, ascending=rising),
         np.argsort(distinct if rising else -distinct, axis), (15, 17))
for axis, exclusive, reverse in itertools.product((0, -1), (False, True), (False, True)):
    v = np.flip(x, axis) if reverse else x
    y = np.cumsum(v.astype(np.float64), axis)
    y = y - v if exclusive else y
    case(f"cumsum along {axis}, {exclusive}, {reverse}", {"x": x},
         applied("cumsum", axis=axis, exclusive=exclusive, reverse=reverse),
         np.flip(y, axis) if reverse else y, (15, 18))

# ---- look-ups -------------------------------------------------------------------------------

places = np.array([[2, 0], [1, 1]], np.int32)
for axis in (1, -2):
    case(f"gather along {axis}", {"x": x, "indices": places}, applied("gather", axis=axis),
         np.take(x, places, axis), (15, 16, 17, 18), half=axis == 1)
case("gather of a scalar", {"x": x}, applied("gather", indices=np.int32(1), axis=2), x[..., 1],
     (15, 17))
case("gather from the end", {"x": x, "indices": np.array([-1, 0, -3], np.int32)},
     applied("gather", axis=1), x[:, [2, 0, 0]], (15, 16))
case("gather of integers along the last", {"x": n, "indices": places}, applied("gather", axis=2),
     np.take(n, places, 2))
each = np.array([[2, 0], [1, 1]], np.int32)
case("gather in each of a batch", {"x": x, "indices": each},
     applied("gather", axis=1, batch_dims=1), np.stack([x[b][each[b]] for b in range(2)]),
     (16, 17, 18))
case("gather in each of a batch along a later axis", {"x": x, "indices": each},
     applied("gather", axis=2, batch_dims=1), np.stack([x[b][:, each[b]] for b in range(2)]),
     (16, 18))
for axis in (0, 1, -1):
    count = 5 if axis else 2
    shape = list(x.shape)
    shape[axis] = 2
    where = whole(0, x.shape[axis], *shape)
    case(f"gather_along_axis {axis}", {"x": x, "indices": where},
         applied("gather_along_axis", axis=axis), np.take_along_axis(x, where, axis), (15, 17),
         half=axis == 1)
where = np.array([[[0, 1], [1, 2]], [[1, 0], [0, 0]]], np.int32)
case("gather_nd", {"x": x, "indices": where}, applied("gather_nd"), x[where[..., 0], where[..., 1]],
     (15, 16, 17), half=True)
case("gather_nd of elements", {"x": n, "indices": np.array([[0, 1, 3], [1, 2, 0]], np.int32)},
     applied("gather_nd"), n[[0, 1], [1, 2], [3, 0]])
one = np.array([[[0], [2]], [[1], [1]]], np.int32)
case("gather_nd in each of a batch", {"x": x, "indices": one}, applied("gather_nd", batch_dims=1),
     np.stack([x[b][one[b][:, 0]] for b in range(2)]), (16, 17, 18))

# ---- scatters -------------------------------------------------------------------------------

MODES = {
    "update": lambda old, new: new,
    "add": lambda old, new: old + new,
    "sub": lambda old, new: old - new,
    "mul": lambda old, new: old * new,
    "div": lambda old, new: old / new,
    "max": max,
    "min": min,
}


def put(data, paths, updates, mode):
    """One update after the other."""
    made = data.astype(np.float64)
    for path, update in zip(paths, updates):
        for rest in np.ndindex(*np.shape(made[path])):
            made[path + rest] = MODES[mode](made[path + rest], np.asarray(update)[rest])
    return made


data = positive(4, 3, 2)
for mode in MODES:
    repeated = [2, 0, 1] if mode == "update" else [2, 0, 2]
    indices = np.array(repeated, np.int32)
    updates = positive(3, 3, 2)
    opsets = (15, 17) if mode in ("update", "add", "div") else (16, 18)
    case(f"scatter {mode}", {"data": data, "indices": indices, "updates": updates},
         applied("scatter", mode=mode), put(data, [(i,) for i in repeated], updates, mode), opsets,
         half=mode == "max")
    later = positive(4, 2, 2)
    y = np.moveaxis(put(np.moveaxis(data, 1, 0), [(2,), (0,)], np.moveaxis(later, 1, 0), mode),
                    0, 1)
    case(f"scatter {mode} along 1",
         {"data": data, "indices": np.array([2, 0], np.int32), "updates": later},
         applied("scatter", axis=1, mode=mode), y, opsets)
    where = np.array([[0, 2], [1, 1], [2, 0], [0, 1]], np.int32)
    if mode == "update":
        where[1] = [1, 0]
    flat = positive(4, 2)
    y = put(data[..., 0], [(b, int(where[b, i])) for b in range(4) for i in range(2)],
            flat.ravel(), mode)
    case(f"scatter_along_axis {mode}",
         {"data": data[..., 0].copy(), "indices": where, "updates": flat},
         applied("scatter_along_axis", axis=1, mode=mode), y, opsets, half=mode == "min")
    paths = np.array([[0, 1], [3, 2], [0, 1] if mode != "update" else [1, 1]], np.int32)
    rows = positive(3, 2)
    case(f"scatter_nd {mode}", {"data": data, "indices": paths, "updates": rows},
         applied("scatter_nd", mode=mode), put(data, [tuple(p) for p in paths], rows, mode),
         opsets)
    if mode != "div":
        whole_data, whole_rows = whole(1, 9, 4, 3), whole(1, 9, 3, 3)
        case(f"scatter {mode} of integers",
             {"data": whole_data, "indices": indices, "updates": whole_rows},
             applied("scatter", mode=mode),
             put(whole_data, [(i,) for i in repeated], whole_rows, mode))
case("scatter adds where no mode is said",
     {"data": data, "indices": np.array([1], np.int32), "updates": data[:1]}, applied("scatter"),
     put(data, [(1,)], data[:1], "add"), (15, 17))
square = np.array([[0, 3], [1, 3]], np.int32)
four = positive(2, 2, 3, 2)
case("scatter at places of two axes", {"data": data, "indices": square, "updates": four},
     applied("scatter", mode="add"),
     put(data, [(i,) for i in square.ravel()], four.reshape(4, 3, 2), "add"), (15, 18))
case("scatter from the end",
     {"data": data, "indices": np.array([-1, 0], np.int32), "updates": data[:2]},
     applied("scatter", mode="update"), put(data, [(3,), (0,)], data[:2], "update"), (15, 16))

# ---- masks ----------------------------------------------------------------------------------

which = np.array([[0, 2], [1, 0]], np.int32)
for axis in (-1, 0, 1):
    y = np.moveaxis(np.where(which[..., None] == np.arange(3), 2.5, -0.5), -1, axis)
    case(f"one_hot along {axis}", {"indices": which},
         applied("one_hot", one_hot_vector_size=3, axis=axis, on_value=np.float32(2.5),
                 off_value=np.float32(-0.5)), y, (15, 17))
case("one_hot of integers", {"indices": which}, applied("one_hot", one_hot_vector_size=4),
     which[..., None] == np.arange(4))
v = np.array([[0, 1.5, 0], [-2, 0, 3]], np.float32)
case("non_zero", {"x": v}, applied("non_zero"), np.argwhere(v), (15, 17), half=True)
case("non_zero of integers", {"x": v.astype(np.int32)}, applied("non_zero"), np.argwhere(v))
case("non_zero of truths", {"x": v > 0}, applied("non_zero"), np.argwhere(v > 0))
case("gather of what is not zero", {"x": v},
     lambda x: mb.gather_nd(x=x, indices=mb.non_zero(x=x)), v[v != 0], (15, 18))
m, k = np.indices((4, 5))
square = numbers(2, 4, 5)
for lower, upper in ((-1, 0), (0, -1), (1, 2), (-1, -1), (0, 0)):
    keep = ((lower < 0) | (m - k <= lower)) & ((upper < 0) | (k - m <= upper))
    case(f"band_part {lower} {upper}", {"x": square}, applied("band_part", lower=lower, upper=upper),
         np.where(keep, square, 0), (15, 17))
    case(f"band_part {lower} {upper} of integers", {"x": whole(1, 9, 4, 5) * 0 + 7},
         applied("band_part", lower=lower, upper=upper), np.where(keep, 7, 0), (18,))

# ---- boxes ----------------------------------------------------------------------------------


def corners(box):
    return box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2


def overlap(one, other):
    a, b = corners(one), corners(other)
    w = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    return w * h / (one[2] * one[3] + other[2] * other[3] - w * h)


def suppressed(boxes, scores, iou, least, most, per_class):
    """[n, B, 4] and [n, B, K]; the first box of all where none is left."""
    kept_boxes = np.zeros((len(boxes), most, 4))
    kept_scores = np.zeros((len(boxes), most, scores.shape[-1]))
    indices = np.full((len(boxes), most), -1)
    count = np.zeros(len(boxes))
    for picture in range(len(boxes)):
        best, kind = scores[picture].max(-1), scores[picture].argmax(-1)
        order = [i for i in np.argsort(-best, kind="stable") if best[i] > least]
        kept = []
        for i in order:
            if all(overlap(boxes[picture, i], boxes[picture, j]) <= iou
                   or (per_class and kind[i] != kind[j]) for j in kept):
                kept.append(i)
        kept = kept[:most] or [int(np.argmax(best))]
        kept_boxes[picture, :len(kept)] = boxes[picture, kept]
        kept_scores[picture, :len(kept)] = scores[picture, kept]
        indices[picture, :len(kept)] = kept
        count[picture] = len(kept)
    return kept_boxes, kept_scores, indices, count


rng = np.random.default_rng(11)
for boxes_, kinds, iou, least, most, per_class in (
        (8, 1, 0.25, 0.25, 5, False), (8, 3, 0.25, 0.25, 5, True), (12, 3, 0.125, 0.5, 4, False),
        (6, 2, 0.5, 2.0, 3, False)):
    b = np.concatenate([rng.integers(0, 8, (2, boxes_, 2)), rng.integers(2, 6, (2, boxes_, 2))],
                       -1).astype(np.float32)
    s = (rng.permutation(2 * boxes_ * kinds) / (2 * boxes_ * kinds)).astype(np.float32).reshape(
        2, boxes_, kinds)
    given = dict(iou_threshold=np.float32(iou), max_boxes=most, per_class_suppression=per_class)
    label = f"non_maximum_suppression {boxes_} {kinds} {per_class}"
    case(label, {"boxes": b, "scores": s},
         applied("non_maximum_suppression", score_threshold=np.float32(least), **given),
         suppressed(b, s, iou, least, most, per_class), (15, 16))
    y = suppressed(b, s, iou, -np.inf, most, per_class)
    case(label, {"boxes": b.swapaxes(1, 2).copy(), "scores": s.swapaxes(1, 2).copy()},
         applied("non_maximum_suppression", **given),
         (y[0].swapaxes(1, 2), y[1].swapaxes(1, 2), y[2]), (17, 18))
