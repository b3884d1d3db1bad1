"""Convolutions, pools, products, norms."""

import itertools

import numpy as np
from coremltools.converters.mil.mil import Builder as mb

from .cases import case, numbers, truths, whole
from .elementwise import applied

# ---- convolutions ---------------------------------------------------------------------------


def edges(mode, pad, lengths, kernel, strides, dilations):
    """(before, after) of each axis."""
    if mode == "valid":
        return [(0, 0)] * len(lengths)
    if mode == "custom":
        return list(zip(pad[::2], pad[1::2]))
    result = []
    for n, k, s, d in zip(lengths, kernel, strides, dilations):
        total = max(0, (-(-n // s) - 1) * s + (k - 1) * d + 1 - n)
        small = total // 2
        result.append((total - small, small) if mode == "same_lower" else (small, total - small))
    return result


def convolve(x, w, bias, strides, around, dilations, groups):
    x = np.pad(x.astype(np.float64), [(0, 0), (0, 0)] + around)
    o, ci = w.shape[:2]
    out = [(n - (k - 1) * d - 1) // s + 1
           for n, k, s, d in zip(x.shape[2:], w.shape[2:], strides, dilations)]
    y = np.zeros((x.shape[0], o, *out))
    for b, k in itertools.product(range(x.shape[0]), range(o)):
        first = k // (o // groups) * ci
        for place in np.ndindex(*out):
            window = tuple(slice(p * s, p * s + (n - 1) * d + 1, d)
                           for p, s, n, d in zip(place, strides, w.shape[2:], dilations))
            y[(b, k) + place] = (x[(b, slice(first, first + ci)) + window] * w[k]).sum()
    return y + (0 if bias is None else bias.reshape(-1, *[1] * len(out)))


CONVOLUTIONS = {
    "plain": dict(),
    "strides": dict(strides=[2, 1, 2]),
    "same": dict(pad_type="same", strides=[2, 2, 1]),
    "same lower": dict(pad_type="same_lower", strides=[2, 1, 1]),
    "custom": dict(pad_type="custom", pad=[1, 0, 2, 1, 0, 1], dilations=[1, 2, 1]),
    "groups": dict(groups=2, pad_type="custom", pad=[1, 1, 1, 1, 1, 1]),
}
for (label, given), axes in itertools.product(CONVOLUTIONS.items(), (1, 2, 3)):
    x = numbers(2, 4, *[6, 7, 5][:axes])
    kernel = [3, 2, 2][:axes]
    groups = given.get("groups", 1)
    w = numbers(6, 4 // groups, *kernel)
    bias = numbers(6) if label != "plain" else None
    one = {k: v[:2 * axes] if k == "pad" else v[:axes] if isinstance(v, list) else v
           for k, v in given.items()}
    strides, dilations = one.get("strides", [1] * axes), one.get("dilations", [1] * axes)
    around = edges(one.get("pad_type", "valid"), one.get("pad"), x.shape[2:], kernel, strides,
                   dilations)
    y = convolve(x, w, bias, strides, around, dilations, groups)
    more = {} if bias is None else {"bias": bias}
    opsets = (16, 18) if label == "same lower" else (15, 17)
    case(f"conv {label} of {axes} axes", {"x": x}, applied("conv", weight=w, **more, **one), y,
         opsets)
x, w = numbers(1, 2, 5, 5), numbers(3, 2, 3, 3)
case("conv with weights of an input", {"x": x, "weight": w}, applied("conv"),
     convolve(x, w, None, [1, 1], [(0, 0)] * 2, [1, 1], 1), (15, 18))
case("conv of a free input", {"x": x}, applied("conv", weight=w, pad_type="same"),
     convolve(x, w, None, [1, 1], [(1, 1)] * 2, [1, 1], 1), (15, 18))


def deconvolve(x, w, bias, strides, cut, out, dilations, groups):
    """Scatters; keeps out numbers of each axis from cut on."""
    n, c = x.shape[:2]
    og = w.shape[1]
    full = [max((d - 1) * s + (k - 1) * e + 1, b + m) for d, s, k, e, b, m in zip(
        x.shape[2:], strides, w.shape[2:], dilations, cut, out)]
    y = np.zeros((n, og * groups, *full))
    for b, q in itertools.product(range(n), range(c)):
        group = q // (c // groups)
        for place in np.ndindex(*x.shape[2:]):
            window = tuple(slice(p * s, p * s + (k - 1) * d + 1, d)
                           for p, s, k, d in zip(place, strides, w.shape[2:], dilations))
            part = (b, slice(group * og, (group + 1) * og)) + window
            y[part] += float(x[(b, q) + place]) * w[q]
    kept = tuple(slice(b, b + m) for b, m in zip(cut, out))
    y = y[(slice(None), slice(None)) + kept]
    return y + (0 if bias is None else bias.reshape(-1, *[1] * len(out)))


for axes, label in itertools.product((1, 2, 3), ("valid", "custom", "same", "groups", "shape")):
    x = numbers(1, 4, *[3, 4, 2][:axes])
    kernel, strides = [3, 2, 3][:axes], [2, 1, 2][:axes]
    dilations = [1, 2, 1][:axes] if label in ("valid", "custom") else [1] * axes
    groups = 2 if label == "groups" else 1
    w = numbers(4, 6 // groups, *kernel)
    bias = None if label == "valid" else numbers(6)
    full = [(n - 1) * s + (k - 1) * d + 1
            for n, s, k, d in zip(x.shape[2:], strides, kernel, dilations)]
    given, cut, out = dict(pad_type="valid"), [0] * axes, full
    if label == "custom":
        pad = [1, 0, 0, 1, 1, 1][:2 * axes]
        given = dict(pad_type="custom", pad=pad)
        cut = pad[::2]
        out = [n - b - a for n, b, a in zip(full, pad[::2], pad[1::2])]
    elif label == "same":
        given = dict(pad_type="same")
        out = [n * s for n, s in zip(x.shape[2:], strides)]
        cut = [max(0, k - s) // 2 for k, s in zip(kernel, strides)]
    elif label == "shape":
        out = [n - 1 for n in full]
        given = dict(pad_type="custom", pad=[0, 1] * axes,
                     output_shape=[1, 6, *out])
    more = {} if bias is None else {"bias": bias}
    case(f"conv_transpose {label} of {axes} axes", {"x": x},
         applied("conv_transpose", weight=w, strides=strides, dilations=dilations, groups=groups,
                 **more, **given),
         deconvolve(x, w, bias, strides, cut, out, dilations, groups), (15, 18))

# ---- pools ----------------------------------------------------------------------------------


def pooled(x, kind, kernel, strides, around, out, exclude):
    y = np.zeros((*x.shape[:2], *out))
    for place in np.ndindex(*out):
        starts = [p * s - b for p, s, (b, _) in zip(place, strides, around)]
        ends = [a + k for a, k in zip(starts, kernel)]
        window = tuple(slice(max(a, 0), min(e, n))
                       for a, e, n in zip(starts, ends, x.shape[2:]))
        values = x[(slice(None), slice(None)) + window].reshape(*x.shape[:2], -1)
        if kind == "max":
            y[(slice(None), slice(None)) + place] = values.max(-1)
        elif kind == "avg":
            # What lies beyond the padding counts for nothing.
            count = values.shape[-1] if exclude else np.prod([
                min(e, n + after) - max(a, -before)
                for a, e, n, (before, after) in zip(starts, ends, x.shape[2:], around)])
            y[(slice(None), slice(None)) + place] = values.sum(-1) / count
        else:
            y[(slice(None), slice(None)) + place] = np.sqrt((values ** 2).sum(-1))
    return y


POOLS = {
    "valid": dict(pad_type="valid", strides=[2, 1, 1]),
    "same": dict(pad_type="same", strides=[2, 2, 2]),
    "same lower": dict(pad_type="same_lower", strides=[2, 1, 2]),
    "custom": dict(pad_type="custom", pad=[1, 0, 1, 1, 0, 1], strides=[1, 2, 1]),
    "ceil": dict(pad_type="custom", pad=[1, 1, 1, 1], strides=[2, 2], ceil_mode=True),
}
for (label, given), axes in itertools.product(POOLS.items(), (1, 2, 3)):
    if label == "ceil" and axes == 3:
        continue
    x = numbers(1, 2, *[7, 6, 5][:axes]).astype(np.float64)
    kernel = [3, 2, 2][:axes]
    one = {k: v[:2 * axes] if k == "pad" else v[:axes] if isinstance(v, list) else v
           for k, v in given.items()}
    around = edges(one["pad_type"], one.get("pad"), x.shape[2:], kernel, one["strides"],
                   [1] * axes)
    out = []
    for n, k, s, (b, a) in zip(x.shape[2:], kernel, one["strides"], around):
        if label == "ceil":
            m = -(-(n + b + a - k) // s) + 1
            out.append(m - ((m - 1) * s >= n + b))
        else:
            out.append((n + b + a - k) // s + 1)
    opsets = (16, 18) if label == "same lower" else (15, 17)
    for kind in ("max", "avg", "l2"):
        if kind == "l2" and axes == 3 or kind == "l2" and label == "ceil":
            continue
        for exclude in ((True, False) if kind == "avg" else (False,)):
            more = {"exclude_padding_from_average": exclude} if kind == "avg" else {}
            case(f"{kind}_pool {label} of {axes} axes" + (", excluding" if exclude else ""),
                 {"x": x.astype(np.float32)},
                 applied(f"{kind}_pool", kernel_sizes=kernel, **one, **more),
                 pooled(x, kind, kernel, one["strides"], around, out, exclude), opsets)

# ---- products -------------------------------------------------------------------------------

for rank in (1, 2, 3):
    x, w, b = numbers(*[3, 2, 4][-rank:]), numbers(5, 4), numbers(5)
    case(f"linear of {rank} axes", {"x": x}, applied("linear", weight=w, bias=b), x @ w.T + b,
         (15, 17, 18), half=rank == 2)
x = numbers(2, 4)
case("linear without a bias", {"x": x}, applied("linear", weight=w), x @ w.T)
n, m = whole(-5, 6, 2, 4), whole(-5, 6, 3, 4)
case("linear of integers", {"x": n}, applied("linear", weight=m, bias=whole(0, 1, 3)), n @ m.T)
a, b = numbers(2, 3, 4), numbers(2, 4, 5)
for left, right in itertools.product((False, True), repeat=2):
    case(f"matmul {left} {right}",
         {"x": a.swapaxes(1, 2) if left else a, "y": b.swapaxes(1, 2) if right else b},
         applied("matmul", transpose_x=left, transpose_y=right), a @ b, half=left)
case("matmul broadcasts", {"x": numbers(3, 4) * 0 + a[0], "y": b}, applied("matmul"), a[0] @ b)
case("matmul with a constant", {"x": a}, applied("matmul", y=b[0]), a @ b[0], (15, 17))
n, m = whole(-5, 6, 2, 3), whole(-5, 6, 3, 2)
case("matmul of integers", {"x": n, "y": m}, applied("matmul"), n @ m)
f = numbers(3, 2)
case("matmul of integers with a constant of floats", {"x": n}, applied("matmul", y=np.round(f)),
     n @ np.round(f), (17, 18))
case("matmul of floats with a constant of integers", {"y": f}, applied("matmul", x=n), n @ f,
     (17, 18))
u, v = numbers(2, 3, 4, 5), numbers(2, 5, 4, 3)
case("einsum of four axes", {"a": u, "b": v},
     lambda a, b: mb.einsum(values=(a, b), equation="nchw,nwhu->nchu"),
     np.einsum("nchw,nwhu->nchu", u, v), half=True)
case("einsum of three axes", {"a": u[0], "b": v[0]},
     lambda a, b: mb.einsum(values=(a, b), equation="abc,cbd->abd"),
     np.einsum("abc,cbd->abd", u[0], v[0]))


def attended(q, k, v, mask):
    s = q.astype(np.float64) @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        s = np.where(mask, s, -np.inf) if mask.dtype == bool else s + mask
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True) @ v


for lead in ((2,), (1, 2), (1, 2, 2)):
    q, k, v = numbers(*lead, 3, 4), numbers(*lead, 5, 4), numbers(*lead, 5, 2)
    some = truths(3, 5)
    some[:, 0] = True
    for label, mask in (("plain", None), ("truths", some), ("numbers", numbers(*lead, 3, 5))):
        feeds = {"query": q, "key": k, "value": v}
        if mask is not None:
            feeds["attn_mask"] = mask
        case(f"scaled_dot_product_attention {label} of {len(lead) + 2} axes", feeds,
             applied("scaled_dot_product_attention"), attended(q, k, v, mask), (18,),
             half=len(lead) == 2)

# ---- norms ----------------------------------------------------------------------------------

e = np.float32(0.0009765625)
for rank in (3, 4, 5):
    x = numbers(2, 3, *[4, 2, 2][:rank - 2]).astype(np.float64)
    mean, variance = numbers(3), np.abs(numbers(3)) + 1
    gamma, beta = numbers(3), numbers(3)

    def along(v, rank=rank):
        return v.reshape(3, *[1] * (rank - 2))

    plain = (x - along(mean)) / np.sqrt(along(variance) + e)
    f = x.astype(np.float32)
    case(f"batch_norm of {rank} axes", {"x": f},
         applied("batch_norm", mean=mean, variance=variance, gamma=gamma, beta=beta, epsilon=e),
         plain * along(gamma) + along(beta), (15, 17))
    case(f"batch_norm of {rank} axes, plain", {"x": f},
         applied("batch_norm", mean=mean, variance=variance, epsilon=e), plain, (16,))
    if rank < 5:
        axes = tuple(range(2, rank))
        norm = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + e)
        case(f"instance_norm of {rank} axes", {"x": f},
             applied("instance_norm", gamma=gamma, beta=beta, epsilon=e),
             norm * along(gamma) + along(beta), (15, 17))
        case(f"instance_norm of {rank} axes, plain", {"x": f}, applied("instance_norm", epsilon=e),
             norm, (16,))
    last = tuple(range(rank - 3, rank))
    case(f"l2_norm of {rank} axes", {"x": f}, applied("l2_norm", epsilon=e),
         x / np.sqrt((x ** 2).sum(last, keepdims=True) + e), (15, 18))
    for size in (1, 3, 4):
        # Three axes are those of one picture.
        axis = 0 if rank == 3 else 1
        v = np.moveaxis(x, axis, 0)
        total = np.moveaxis(np.stack([
            (v[max(0, c - size // 2):c + (size - 1) // 2 + 1] ** 2).sum(0)
            for c in range(len(v))]), 0, axis)
        case(f"local_response_norm {size} of {rank} axes", {"x": f},
             applied("local_response_norm", size=size, alpha=np.float32(0.5),
                     beta=np.float32(0.75), k=np.float32(2)),
             x / (2 + 0.5 / size * total) ** 0.75, (15, 18))
x = numbers(2, 3, 4).astype(np.float64)
f = x.astype(np.float32)
for axes in ([2], [1, 2], [0, 2], [1], [-1], [-2, -1]):
    over = tuple(a % 3 for a in axes)
    norm = (x - x.mean(over, keepdims=True)) / np.sqrt(x.var(over, keepdims=True) + e)
    shape = [x.shape[a] for a in over]
    gamma, beta = numbers(*shape), numbers(*shape)
    wide = [x.shape[a] if a in over else 1 for a in range(3)]
    case(f"layer_norm over {axes}", {"x": f},
         applied("layer_norm", gamma=gamma, beta=beta, epsilon=e, axes=axes),
         norm * gamma.reshape(wide) + beta.reshape(wide), (15, 17), half=axes == [2])
    case(f"layer_norm over {axes}, plain", {"x": f}, applied("layer_norm", epsilon=e, axes=axes),
         norm, (16,))
