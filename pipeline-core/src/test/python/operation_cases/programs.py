"""Quantized values, compressed constants, branches, loops, lists, states, classes, refusals."""

import numpy as np
from coremltools.converters.mil.mil import Builder as mb
from coremltools.converters.mil.mil import types

from .cases import case, numbers, refused, whole
from .elementwise import applied

# ---- quantized values -----------------------------------------------------------------------

x = numbers(2, 3, 4, scale=4)
for kind, low, high in (("int8", -128, 127), ("uint8", 0, 255)):
    zero = np.array(3, kind)
    y = np.clip(np.rint(x / np.float32(0.125)) + 3, low, high)
    case(f"quantize to {kind}", {"input": x},
         applied("quantize", scale=np.float32(0.125), zero_point=zero, output_dtype=kind), y,
         (17, 18))
    scale = np.array([0.125, 0.5, 0.0625], np.float32).reshape(3, 1)
    zeros = np.array([1, 0, 5], kind)
    y = np.clip(np.rint(x / scale) + zeros.reshape(3, 1), low, high)
    case(f"quantize to {kind} along an axis", {"input": x},
         applied("quantize", scale=scale.ravel(), zero_point=zeros, axis=1, output_dtype=kind), y,
         (17, 18))

    def decoded(input, kind=kind, **constants):
        return mb.dequantize(input=mb.cast(x=input, dtype=kind), **constants)

    n = whole(0, 120, 2, 3, 4) - (60 if kind == "int8" else 0)
    case(f"dequantize of {kind}", {"input": n},
         lambda input, kind=kind, zero=zero, decoded=decoded: decoded(
             input, kind, scale=np.float32(0.125), zero_point=zero), (n - 3) * 0.125, (17, 18))
    case(f"dequantize of {kind} along an axis", {"input": n},
         lambda input, kind=kind, zeros=zeros, scale=scale, decoded=decoded: decoded(
             input, kind, scale=scale.ravel(), zero_point=zeros, axis=-2),
         (n - zeros.reshape(3, 1).astype(int)) * scale, (17, 18))
for kind in ("int8", "uint8"):
    y = np.clip(np.rint(x / np.float32(0.125)) + 3, *((-128, 127) if kind == "int8" else (0, 255)))
    case(f"quantize of half precision to {kind}", {"input": x},
         lambda input, kind=kind: mb.quantize(
             input=mb.cast(x=input, dtype="fp16"), scale=np.float16(0.125),
             zero_point=np.array(3, kind), output_dtype=kind), y, (17, 18))
ties = np.array([-1.5, -0.5, 0.5, 1.5, 2.5], np.float32)
case("quantize rounds half to even", {"input": ties},
     applied("quantize", scale=np.float32(1), output_dtype="int8"), np.rint(ties), (17, 18))

# ---- compressed constants -------------------------------------------------------------------


def added(make):
    """A constant that is compressed, added to an input."""
    return lambda x: mb.add(x=x, y=make())


zero = np.zeros((4, 6), np.float32)
q = whole(-100, 100, 4, 6).astype(np.int8)
scale, point = np.array([0.5, 0.25, 2, 1], np.float32), np.array([1, -2, 0, 5], np.int8)
case("constexpr_affine_dequantize", {"x": zero},
     added(lambda: mb.constexpr_affine_dequantize(
         quantized_data=q, zero_point=point, scale=scale, axis=0)),
     scale[:, None] * (q.astype(int) - point[:, None]), (16, 17, 18))
case("constexpr_affine_dequantize of a whole tensor", {"x": zero},
     added(lambda: mb.constexpr_affine_dequantize(
         quantized_data=q, zero_point=np.int8(3), scale=np.float32(0.5), axis=0)),
     0.5 * (q.astype(int) - 3), (16,))
h = numbers(4, 6).astype(np.float16)
case("constexpr_cast", {"x": zero},
     added(lambda: mb.constexpr_cast(source_val=h, output_dtype="fp32")), h, (16, 18))
table = numbers(4)
codes = whole(0, 4, 4, 6).astype(np.uint8)
packed = np.packbits(
    np.unpackbits(codes.ravel()[:, None], axis=1, bitorder="little")[:, :2].ravel(),
    bitorder="little")
case("constexpr_lut_to_dense, packed", {"x": zero},
     added(lambda: mb.constexpr_lut_to_dense(
         indices=packed, lut=table, shape=np.array([4, 6], np.uint32))), table[codes], (16, 17))
mask = np.array(whole(0, 2, 4, 6), np.uint8)
some = numbers(int(mask.sum()))
sparse = np.zeros((4, 6), np.float32)
sparse[mask == 1] = some
case("constexpr_sparse_to_dense, packed", {"x": zero},
     added(lambda: mb.constexpr_sparse_to_dense(
         nonzero_data=some, mask=np.packbits(mask.ravel(), bitorder="little"),
         shape=np.array([4, 6], np.uint32))), sparse, (16, 17))
bits = mask.astype(types.np_uint1_dtype)
case("constexpr_sparse_to_dense", {"x": zero},
     added(lambda: mb.constexpr_sparse_to_dense(nonzero_data=some, mask=bits)), sparse, (18,))
grouped = numbers(2, 1, 16, 1)
nibbles = whole(0, 16, 4, 6)
case("constexpr_lut_to_dense by groups", {"x": zero},
     added(lambda: mb.constexpr_lut_to_dense(
         indices=nibbles.astype(types.np_uint4_dtype), lut=grouped)),
     np.stack([grouped[row // 2, 0, nibbles[row], 0] for row in range(4)]), (18,))
vectors = numbers(1, 1, 4, 2)
pairs = whole(0, 4, 2, 6)
y = np.zeros((4, 6))
for row, column in np.ndindex(2, 6):
    y[2 * row:2 * row + 2, column] = vectors[0, 0, pairs[row, column]]
case("constexpr_lut_to_dense of vectors", {"x": zero},
     added(lambda: mb.constexpr_lut_to_dense(
         indices=pairs.astype(types.np_uint2_dtype), lut=vectors, vector_axis=0)), y, (18,))
small = whole(-8, 8, 4, 6)
blocks, offsets = np.abs(numbers(4, 3)) + 0.5, whole(-8, 8, 4, 3)
wide, shift = np.repeat(blocks, 2, 1), np.repeat(offsets, 2, 1)
blocks = blocks.astype(np.float32)
case("constexpr_blockwise_shift_scale", {"x": zero},
     added(lambda: mb.constexpr_blockwise_shift_scale(
         data=small.astype(types.np_int4_dtype), scale=blocks,
         offset=offsets.astype(types.np_int4_dtype))), wide * (small - shift), (18, 26))
case("constexpr_blockwise_shift_scale without an offset", {"x": zero},
     added(lambda: mb.constexpr_blockwise_shift_scale(data=q, scale=scale[:, None])),
     scale[:, None] * q, (18,))
few = whole(0, 4, int(mask.sum()))
looked = np.zeros((4, 6))
looked[mask == 1] = table[few]


def joint():
    found, values = mb.constexpr_lut_to_sparse(
        indices_mask=bits, indices_nonzero_data=few.astype(types.np_uint2_dtype),
        lut=table.reshape(1, 1, 4, 1))
    return mb.constexpr_sparse_to_dense(nonzero_data=values, mask=found)


case("constexpr_lut_to_sparse", {"x": zero}, added(joint), looked, (18,))
dense = whole(-8, 8, int(mask.sum()))
scaled = np.zeros((4, 6))
scaled[mask == 1] = dense


def shifted():
    found, values = mb.constexpr_sparse_blockwise_shift_scale(
        data_mask=bits, nonzero_data=dense.astype(types.np_int4_dtype), scale=scale[:, None],
        offset=np.array([[1], [0], [-2], [3]]).astype(types.np_int4_dtype))
    return mb.constexpr_sparse_to_dense(nonzero_data=values, mask=found)


case("constexpr_sparse_blockwise_shift_scale", {"x": zero}, added(shifted),
     np.where(mask == 1, scale[:, None] * (scaled - np.array([[1], [0], [-2], [3]])), 0), (18,))

# ---- branches and loops ---------------------------------------------------------------------

v = numbers(3)
for truth in (True, False):
    case(f"cond, {truth}", {"p": np.array([truth]), "x": v},
         lambda p, x: mb.cond(
             pred=mb.squeeze(x=p), _true_fn=lambda: mb.add(x=x, y=np.float32(1)),
             _false_fn=lambda: mb.mul(x=x, y=np.float32(2))),
         v + 1 if truth else v * 2, (15, 17, 18))
case("cond of two values in a cond", {"p": np.array([True]), "x": v},
     lambda p, x: mb.cond(
         pred=mb.squeeze(x=p),
         _true_fn=lambda: mb.cond(
             pred=mb.greater(x=mb.reduce_sum(x=x), y=np.float32(1e3)),
             _true_fn=lambda: (x, mb.exp(x=x)),
             _false_fn=lambda: (mb.abs(x=x), mb.square(x=x))),
         _false_fn=lambda: (x, x)), (np.abs(v), v * v))


def counted(n, x):
    """Doubles n times."""
    return mb.while_loop(
        _cond=lambda i, x: mb.less(x=i, y=mb.squeeze(x=n)),
        _body=lambda i, x: (mb.add(x=i, y=1), mb.mul(x=x, y=np.float32(2))),
        loop_vars=(0, x))


for times in (0, 1, 5):
    case(f"while_loop of {times} turns", {"n": np.array([times], np.int32), "x": v}, counted,
         (times, v * 2 ** times), (15, 17, 18))
case("while_loop until a sum is reached", {"x": np.abs(v) + 1},
     lambda x: mb.while_loop(
         _cond=lambda s: mb.less(x=mb.reduce_sum(x=s), y=np.float32(100)),
         _body=lambda s: mb.mul(x=s, y=np.float32(2)), loop_vars=(x,)),
     next((np.abs(v) + 1) * 2 ** k for k in range(99) if ((np.abs(v) + 1) * 2 ** k).sum() >= 100))
case("while_loop known before", {"x": v},
     lambda x: mb.while_loop(
         _cond=lambda i, x: mb.less(x=i, y=3),
         _body=lambda i, x: (mb.add(x=i, y=1), mb.add(x=x, y=mb.cast(x=i, dtype="fp32"))),
         loop_vars=(0, x)), (3, v + 3))

# ---- lists ----------------------------------------------------------------------------------

a, b = numbers(2, 3), numbers(2, 3)


def listed(a, b, index, value):
    ls = mb.make_list(init_length=3, dynamic_length=False, elem_shape=(2, 3), dtype="fp32")
    ls = mb.list_write(ls=ls, index=0, value=a)
    ls = mb.list_write(ls=ls, index=2, value=b)
    ls = mb.list_write(ls=ls, index=1, value=mb.add(x=a, y=b))
    if index is not None:
        ls = mb.list_write(ls=ls, index=index, value=value)
    return ls


case("list_read", {"a": a, "b": b},
     lambda a, b: (mb.list_read(ls=listed(a, b, None, None), index=1),
                   mb.list_read(ls=listed(a, b, None, None), index=2)), (a + b, b), (15, 17))
case("list_write at a place of an input",
     {"a": a, "b": b, "i": np.array([1], np.int32)},
     lambda a, b, i: mb.list_gather(
         ls=listed(a, b, mb.squeeze(x=i), a), indices=np.array([2, 1, 0], np.int32)),
     np.stack([b, a, a]), (15, 18))
case("list_read at a place of an input", {"a": a, "b": b, "i": np.array([2], np.int32)},
     lambda a, b, i: mb.list_read(ls=listed(a, b, None, None), index=mb.squeeze(x=i)), b)
case("list_gather", {"a": a, "b": b},
     lambda a, b: mb.list_gather(
         ls=listed(a, b, None, None), indices=np.array([1, 1, 0], np.int32)),
     np.stack([a + b, a + b, a]), (15, 18))
case("list_scatter", {"a": a, "b": b, "v": np.stack([a * 2, b * 3])},
     lambda a, b, v: mb.list_gather(
         ls=mb.list_scatter(ls=listed(a, b, None, None), indices=np.array([2, 0], np.int32),
                            value=v), indices=np.array([0, 1, 2], np.int32)),
     np.stack([b * 3, a + b, a * 2]), (15, 17))


def grown(x, n):
    """A list that grows in a loop."""
    ls = mb.make_list(init_length=1, dynamic_length=True, elem_shape=(3,), dtype="fp32")
    _, made = mb.while_loop(
        _cond=lambda i, ls: mb.less(x=i, y=mb.squeeze(x=n)),
        _body=lambda i, ls: (
            mb.add(x=i, y=1),
            mb.list_write(ls=ls, index=i, value=mb.add(x=x, y=mb.cast(x=i, dtype="fp32")))),
        loop_vars=(0, ls))
    places = mb.range_1d(start=0, end=mb.squeeze(x=n), step=1)
    return mb.list_gather(ls=made, indices=places), mb.list_length(ls=made)


case("list_length of a list that grows", {"x": v, "n": np.array([4], np.int32)}, grown,
     (v + np.arange(4)[:, None], 4), (15, 17))

# ---- states ---------------------------------------------------------------------------------

steps = [{"x": numbers(2, 3)} for _ in range(3)]
sums = np.cumsum([s["x"] for s in steps], 0)


def accumulated(x, memory):
    old = mb.read_state(input=memory)
    new = mb.add(x=old, y=mb.cast(x=x, dtype="fp16"))
    mb.coreml_update_state(state=memory, value=new)
    return mb.cast(x=new, dtype="fp32"), mb.cast(x=old, dtype="fp32")


case("a state goes from call to call", steps, accumulated,
     [(sums[i], sums[i] - steps[i]["x"]) for i in range(3)], (18, 26),
     states={"memory": (2, 3)})


def twice(x, one, other):
    first = mb.read_state(input=one)
    mb.coreml_update_state(state=one, value=mb.cast(x=x, dtype="fp16"))
    second = mb.read_state(input=one)
    third = mb.read_state(input=other)
    mb.coreml_update_state(state=other, value=mb.add(x=third, y=second))
    return tuple(mb.cast(x=value, dtype="fp32") for value in (first, second, third))


case("two states, read before and after", steps, twice,
     [(steps[i - 1]["x"] if i else 0 * sums[0], steps[i]["x"], sums[i] - steps[i]["x"])
      for i in range(3)], (18,), states={"one": (2, 3), "other": (2, 3)})

# ---- classes --------------------------------------------------------------------------------

p = np.array([[0.125, 0.5, 0.25, 0.125]], np.float32)
case("classify", {"x": p}, lambda x: mb.mul(x=x, y=np.float32(1)), (20, p[0]), (15, 16, 18),
     classes=[10, 20, 30, 40])
tie = np.array([0.125, 0.375, 0.375, 0.125], np.float32)
case("classify takes the first of equals", {"x": tie}, lambda x: mb.mul(x=x, y=np.float32(1)),
     (7, tie), (15,), classes=[5, 7, 3, 9])

# ---- refusals -------------------------------------------------------------------------------

picture = numbers(1, 2, 4, 4)
for mode in ("DEFAULT", "STRICT_ALIGN_CORNERS", "UNALIGN_CORNERS", "OFFSET_CORNERS"):
    if mode != "OFFSET_CORNERS":
        refused(f"crop_resize {mode}", {"x": picture},
                lambda x, mode=mode: mb.crop_resize(
                    x=x, roi=np.array([0, 0, 2, 2], np.float32).reshape(1, 1, 4, 1, 1),
                    sampling_mode=mode, name="crops"), 15,
                f"'crops' (crop_resize: nobody outside Apple has said where sampling_mode '{mode}'"
                " samples)")
for type_ in ("random_bernoulli", "random_normal", "random_uniform"):
    refused(type_, {"x": picture},
            lambda x, type_=type_: mb.add(
                x=x, y=getattr(mb, type_)(shape=np.array([1, 2, 4, 4], np.int32), name="draws")),
            15, f"'draws' ({type_}: its draws differ from run to run)")
refused("random_categorical", {"x": numbers(2, 3)},
        lambda x: mb.random_categorical(x=x, name="draws"), 15,
        "'draws' (random_categorical: its draws differ from run to run)")
