"""Shapes, slices, paddings, blocks of pixels."""

import itertools

import numpy as np
from coremltools.converters.mil.mil import Builder as mb

from .cases import case, numbers, truths, whole
from .elementwise import applied

x = numbers(2, 3, 4)
n = whole(-9, 9, 2, 3, 4)

# ---- shapes ---------------------------------------------------------------------------------

case("identity", {"x": x}, applied("identity"), x, half=True)
case("shape of a free input", {"x": x}, applied("shape"), np.array([2, 3, 4]), (15, 17, 18), free=("x",))
case("shape of truths", {"x": truths(2, 5)}, applied("shape"), np.array([2, 5]), (17,), free=("x",))
case("reshape", {"x": x}, applied("reshape", shape=[4, -1]), x.reshape(4, 6), (15, 17, 18),
     half=True)
case("reshape of integers", {"x": n}, applied("reshape", shape=[24]), n.reshape(24))
case("reshape copies lengths from the left", {"x": x}, applied("reshape", shape=[0, -1, 2]),
     x.reshape(2, 6, 2), (15, 16))
case("reshape copies lengths from the right", {"x": x}, applied("reshape", shape=[0, -1]),
     x.reshape(3, 8), (17, 18))
v = numbers(2, 50)
case("reshape to more axes copies 1", {"x": v}, applied("reshape", shape=[1, 0, -1, 0]),
     v.reshape(1, 1, 2, 50), (17, 18))
case("reshape by an input", {"x": x, "shape": np.array([6, 4], np.int32)}, applied("reshape"),
     x.reshape(6, 4))
case("reshape by lengths of a free input", {"x": x},
     lambda x: mb.reshape(x=x, shape=mb.concat(
         values=[mb.slice_by_index(x=mb.shape(x=x), begin=[0], end=[1]), [-1]], axis=0)),
     x.reshape(2, 12), free=("x",))
r, s = numbers(6, 2), numbers(2, 2, 3)
case("reshape_like", {"x": x, "r": r, "s": s},
     lambda x, r, s: mb.reshape_like(
         x=x, ref_tensors=(r, s), begins=(1, 0), ends=(2, 0), end_masks=(False, True)),
     x.reshape(2, 2, 2, 3), (16, 18))
case("expand_dims", {"x": x}, applied("expand_dims", axes=[0, -1]),
     x.reshape(1, 2, 3, 4, 1), half=True)
ones = numbers(1, 3, 1, 2, 1)
case("squeeze", {"x": ones}, applied("squeeze", axes=[0, -1]), ones.reshape(3, 1, 2), half=True)
case("squeeze all", {"x": ones}, applied("squeeze"), ones.reshape(3, 2))
case("transpose", {"x": x}, applied("transpose", perm=[2, 0, 1]), x.transpose(2, 0, 1), half=True)
case("transpose by negative axes", {"x": x}, applied("transpose", perm=[-1, 0, -2]),
     x.transpose(2, 0, 1))
case("transpose of truths", {"x": x > 0}, applied("transpose", perm=[2, 1, 0]),
     (x > 0).transpose(2, 1, 0))
for axis in (0, 1, 2, -1):
    place = axis % 3
    case(f"flatten2d at {axis}", {"x": x}, applied("flatten2d", axis=axis),
         x.reshape(int(np.prod(x.shape[:place], dtype=int)), -1))
case("tile", {"x": x}, applied("tile", reps=[2, 1, 3]), np.tile(x, [2, 1, 3]), half=True)
case("tile by an input", {"x": x, "reps": np.array([1, 2, 1], np.int32)}, applied("tile"),
     np.tile(x, [1, 2, 1]))
for value in (np.float32(0.5), np.int32(-3)):
    case(f"fill with {value}", {"shape": np.array([2, 3], np.int32)}, applied("fill", value=value),
         np.full([2, 3], value))
case("fill a free input's shape", {"x": x},
     lambda x: mb.fill(shape=mb.shape(x=x), value=np.float32(2)), np.full([2, 3, 4], 2),
     free=("x",))
case("fill_like", {"ref_tensor": n}, applied("fill_like", value=np.float32(1.5)),
     np.full([2, 3, 4], 1.5), (16, 18), free=("ref_tensor",))
RANGES = [(10, 2, 3), (2, 10, 3), (0, 5, 1), (5, 0, -2)]
for start, end, step in RANGES:
    given = {"start": start, "end": end, "step": step}
    for kind in (np.int32, np.float32):
        y = np.arange(start, end, step)
        if len(y):
            case(f"range_1d from {start} to {end} by {step} in {kind.__name__}",
                 {name: np.array([value], kind) for name, value in given.items()},
                 lambda start, end, step: mb.range_1d(
                     start=mb.squeeze(x=start), end=mb.squeeze(x=end), step=mb.squeeze(x=step)),
                 y, (15, 17))

# ---- slices ---------------------------------------------------------------------------------

SLICES = [
    dict(begin=[0, 1, 1], end=[2, 3, 4]),
    dict(begin=[0, -2, 1], end=[2, -1, -1]),
    dict(begin=[1, 2, 3], end=[0, 0, 0], stride=[-1, -2, -1],
         end_mask=[True, True, False]),
    dict(begin=[0, 0, 3], end=[2, 3, 0], stride=[1, 2, -2]),
    dict(begin=[1, 1, 1], end=[0, 0, 0], begin_mask=[True, False, True],
         end_mask=[True, True, True]),
    dict(begin=[0, 1, -1], end=[2, 3, 0], squeeze_mask=[False, True, True]),
    dict(begin=[1, 0, 0], end=[9, 9, 9], stride=[1, 1, 3]),
    dict(begin=[-1, 0, 0], end=[0, 3, 4], squeeze_mask=[True, False, False],
         begin_mask=[False, True, False], end_mask=[False, True, True]),
    dict(begin=[1, 2, 3], end=[0, 0, 0], squeeze_mask=[True, True, True]),
    dict(begin=[0, 0, 0], end=[0, 0, 0], stride=[-1, 1, -3],
         begin_mask=[True, True, True], end_mask=[True, True, True]),
]


def cut(begin, end, stride=None, begin_mask=None, end_mask=None, squeeze_mask=None):
    """The slice as NumPy's index."""
    index = []
    for i, (first, last) in enumerate(zip(begin, end)):
        if squeeze_mask and squeeze_mask[i]:
            index.append(first)
        else:
            index.append(slice(
                None if begin_mask and begin_mask[i] else first,
                None if end_mask and end_mask[i] else last,
                stride[i] if stride else None))
    return tuple(index)


for number, given in enumerate(SLICES):
    case(f"slice_by_index {number}", {"x": x}, applied("slice_by_index", **given), x[cut(**given)],
         (15, 17, 18), half=number == 0)
    rest = {k: v for k, v in given.items() if k not in ("begin", "end")}
    if number in (0, 1, 3):
        case(f"slice_by_index {number} of a free input", {"x": x},
             applied("slice_by_index", **given), x[cut(**given)], (15, 18), free=("x",))
        case(f"slice_by_index {number} by inputs",
             {"x": x, "begin": np.array(given["begin"], np.int32),
              "end": np.array(given["end"], np.int32)},
             applied("slice_by_index", **rest), x[cut(**given)], (15, 18))
    y = x.copy()
    update = numbers(*x[cut(**given)].shape)
    if update.ndim:
        y[cut(**given)] = update
        case(f"slice_update {number}", {"x": x, "update": update},
             applied("slice_update", **given), y, (18, 26), half=number == 0)
        if number in (0, 3):
            case(f"slice_update {number} by inputs",
                 {"x": x, "update": update, "begin": np.array(given["begin"], np.int32),
                  "end": np.array(given["end"], np.int32)},
                 applied("slice_update", **rest), y, (18,))
case("slice_by_index of integers", {"x": n}, applied("slice_by_index", **SLICES[3]),
     n[cut(**SLICES[3])])
case("slice_by_index of truths", {"x": n > 0}, applied("slice_by_index", **SLICES[0]),
     (n > 0)[cut(**SLICES[0])], (17, 18))
case("slice_by_size", {"x": x}, applied("slice_by_size", begin=[0, 1, 2], size=[2, -1, 1]),
     x[0:2, 1:, 2:3], (15, 17), half=True)
case("slice_by_size by inputs", {"x": x, "begin": np.array([1, 0, 1], np.int32)},
     applied("slice_by_size", size=[1, 2, 3]), x[1:2, 0:2, 1:4], (15, 18))

a, b, c = numbers(2, 3), numbers(2, 3), numbers(2, 1)
case("concat", {"a": a, "b": b, "c": c}, lambda a, b, c: mb.concat(values=[a, b, c], axis=1),
     np.concatenate([a, b, c], 1), half=True)
case("concat along the first of integers", {"a": n, "b": n},
     lambda a, b: mb.concat(values=[a, b], axis=-3), np.concatenate([n, n], 0))
case("concat of one", {"a": a}, lambda a: mb.concat(values=[a], axis=0), a)
case("concat interleaves", {"a": a, "b": b},
     lambda a, b: mb.concat(values=[a, b], axis=1, interleave=True),
     np.stack([a, b], 2).reshape(2, 6), (15, 17))
for axis in (0, 1, -1):
    case(f"stack along {axis}", {"a": a, "b": b},
         lambda a, b, axis=axis: mb.stack(values=[a, b], axis=axis), np.stack([a, b], axis),
         half=axis == 1)
case("split into equal parts", {"x": x}, applied("split", num_splits=2, axis=2),
     np.split(x, 2, 2), half=True)
case("split by sizes", {"x": x}, applied("split", split_sizes=[1, 2], axis=-2),
     np.split(x, [1], 1), (15, 17))
case("split of integers", {"x": n}, applied("split", split_sizes=[1, 1, 2], axis=2),
     np.split(n, [1, 2], 2))
for axes in ([0], [1, -1], None):
    given = {} if axes is None else {"axes": axes}
    case(f"reverse along {axes}", {"x": x}, applied("reverse", **given), np.flip(x, axes))
case("reverse of integers", {"x": n}, applied("reverse", axes=[2]), np.flip(n, 2))
for batch, seq in itertools.permutations(range(3), 2):
    lengths = np.minimum([2, 3, 1, 4], x.shape[seq])[:x.shape[batch]].astype(np.int32)
    y = x.copy()
    for i, length in enumerate(lengths):
        index = [slice(None)] * 3
        index[batch] = i
        part = np.moveaxis(y[tuple(index)], seq - (seq > batch), 0)
        part[:length] = part[:length][::-1].copy()
    case(f"reverse_sequence along {seq} for each of {batch}", {"x": x, "lengths": lengths},
         applied("reverse_sequence", seq_axis=seq, batch_axis=batch), y, (15,) if seq else (17,))
for axis, size, stride in ((1, 2, 1), (2, 2, 2), (-1, 3, 1), (0, 1, 1)):
    place = axis % 3
    y = np.stack([np.take(x, range(i, i + size), place)
                  for i in range(0, x.shape[place] - size + 1, stride)], place)
    case(f"sliding_windows of {size} along {axis}", {"x": x},
         applied("sliding_windows", axis=axis, size=size, stride=stride), y)
v = numbers(1, 2, 5, 6)
case("crop", {"x": v}, applied("crop", crop_height=[1, 2], crop_width=[0, 3]), v[:, :, 1:3, :3],
     half=True)

# ---- padding, blocks ------------------------------------------------------------------------

case("pad", {"x": x}, applied("pad", pad=[1, 0, 2, 3], constant_val=np.float32(1.5)),
     np.pad(x, [(0, 0), (1, 0), (2, 3)], constant_values=1.5), (15, 17))
case("pad with nothing", {"x": x}, applied("pad", pad=[0, 1, 0, 0, 2, 0]),
     np.pad(x, [(0, 1), (0, 0), (2, 0)]), half=True)
for mode, word in (("reflect", "reflect"), ("replicate", "edge")):
    case(f"pad {mode}", {"x": x}, applied("pad", pad=[0, 0, 1, 2, 3, 1], mode=mode),
         np.pad(x, [(0, 0), (1, 2), (3, 1)], mode=word), (15, 17))
case("pad by an input", {"x": x, "pad": np.array([0, 0, 1, 0, 0, 2], np.int32)}, applied("pad"),
     np.pad(x, [(0, 0), (1, 0), (0, 2)]))

v = numbers(2, 12, 2, 3)
case("depth_to_space", {"x": v}, applied("depth_to_space", block_size=2),
     v.reshape(2, 2, 2, 3, 2, 3).transpose(0, 3, 4, 1, 5, 2).reshape(2, 3, 4, 6), half=True)
case("pixel_shuffle", {"x": v}, applied("pixel_shuffle", upscale_factor=2),
     v.reshape(2, 3, 2, 2, 2, 3).transpose(0, 1, 4, 2, 5, 3).reshape(2, 3, 4, 6), half=True)
w = numbers(2, 3, 4, 6)
blocks = w.reshape(2, 3, 2, 2, 3, 2)
case("space_to_depth", {"x": w}, applied("space_to_depth", block_size=2),
     blocks.transpose(0, 3, 5, 1, 2, 4).reshape(2, 12, 2, 3), half=True)
case("pixel_unshuffle", {"x": w}, applied("pixel_unshuffle", downscale_factor=np.uint32(2)),
     blocks.transpose(0, 1, 3, 5, 2, 4).reshape(2, 12, 2, 3), (16, 18), half=True)
padded = np.pad(w, [(0, 0), (0, 0), (1, 1), (0, 2)])
case("space_to_batch", {"x": w},
     applied("space_to_batch", block_shape=[3, 2], paddings=[[1, 1], [0, 2]]),
     padded.reshape(2, 3, 2, 3, 4, 2).transpose(3, 5, 0, 1, 2, 4).reshape(12, 3, 2, 4))
v = numbers(12, 3, 2, 4)
case("batch_to_space", {"x": v},
     applied("batch_to_space", block_shape=[3, 2], crops=[[1, 1], [0, 2]]),
     v.reshape(3, 2, 2, 3, 2, 4).transpose(2, 3, 4, 0, 5, 1).reshape(2, 3, 6, 8)[:, :, 1:5, :6])
