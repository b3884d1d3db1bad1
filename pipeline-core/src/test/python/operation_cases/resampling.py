"""Pictures made larger, smaller, or sampled anywhere."""

import itertools
import math

import numpy as np
from coremltools.converters.mil.mil import Builder as mb

from .cases import case, numbers, whole
from .elementwise import applied

GRIDS = {
    "STRICT_ALIGN_CORNERS": lambda i, n, m: i * (n - 1) / (m - 1) if m > 1 else 0,
    "ALIGN_CORNERS": lambda i, n, m: i * (n - 1) / (m - 1) if m > 1 else (n - 1) / 2,
    "DEFAULT": lambda i, n, m: i * n / m,
    "UNALIGN_CORNERS": lambda i, n, m: (i + 0.5) * n / m - 0.5,
    "OFFSET_CORNERS": lambda i, n, m: max(1, n - 1) / m * (i + 0.5),
}


def linear(x, axis, m, grid):
    n = x.shape[axis]
    parts = []
    for i in range(m):
        at = min(max(GRIDS[grid](i, n, m), 0), n - 1)
        low = math.floor(at)
        high = min(n - 1, low + 1)
        parts.append(np.take(x, low, axis) * (1 - (at - low)) + np.take(x, high, axis) * (at - low))
    return np.stack(parts, axis)


def bilinear(x, h, w, grid):
    return linear(linear(x.astype(np.float64), -2, h, grid), -1, w, grid)


SIZES = ((6, 9), (2, 3), (3, 7), (1, 1), (4, 1))
x = numbers(1, 2, 3, 5)
for grid, (h, w) in itertools.product(GRIDS, SIZES):
    case(f"resize_bilinear {grid} to {h} x {w}", {"x": x},
         applied("resize_bilinear", target_size_height=h, target_size_width=w, sampling_mode=grid),
         bilinear(x, h, w, grid), (15 if h < 4 else 17,))
    case(f"resize {grid} to {h} x {w}", {"x": x},
         applied("resize", shape=[h, w], resized_dims=np.uint32(2), interpolation_mode="LINEAR",
                 sampling_mode=grid), bilinear(x, h, w, grid), (17 if h < 4 else 18,))
case("resize_bilinear of three axes", {"x": x[0]},
     applied("resize_bilinear", target_size_height=5, target_size_width=4),
     bilinear(x[0], 5, 4, "DEFAULT"), half=True)
UPSAMPLINGS = {
    (True, False): "ALIGN_CORNERS",
    (False, True): "UNALIGN_CORNERS",
    (False, False): "DEFAULT",
}
for ((aligned, centers), grid), scale in itertools.product(
        UPSAMPLINGS.items(), (2, np.float32(1.5), np.float32(2.75), np.float32(0.75))):
    h, w = int(3 * scale), int(5 * 2)
    given = dict(scale_factor_height=scale, scale_factor_width=type(scale)(2),
                 align_corners=aligned)
    case(f"upsample_bilinear {grid} by {scale}", {"x": x},
         applied("upsample_bilinear", half_pixel_centers=centers, **given),
         bilinear(x, h, w, grid), (16, 18))
    if aligned != centers:
        case(f"upsample_bilinear {grid} by {scale}, before half pixels", {"x": x},
             applied("upsample_bilinear", **given), bilinear(x, h, w, grid), (15,))


def nearest(x, h, w, place):
    rows = [place(i, x.shape[-2], h) for i in range(h)]
    columns = [place(i, x.shape[-1], w) for i in range(w)]
    return x[..., rows, :][..., columns]


def before(i, n, m):
    return min(i * n // m, n - 1)


for scale in (2, np.float32(1.5), np.float32(0.5)):
    h, w = int(3 * scale), int(5 * 3)
    case(f"upsample_nearest_neighbor by {scale}", {"x": x},
         applied("upsample_nearest_neighbor", scale_factor_height=scale,
                 scale_factor_width=type(scale)(3)), nearest(x, h, w, before), (15, 17))
for h, w in ((6, 10), (7, 3), (2, 5)):
    case(f"resize_nearest_neighbor to {h} x {w}", {"x": x},
         applied("resize_nearest_neighbor", target_size_height=h, target_size_width=w),
         nearest(x, h, w, before), (15, 18))
small = np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2)
case("resize to the nearest, which rounds", {"x": small},
     applied("resize", shape=[3, 3], resized_dims=np.uint32(2),
             interpolation_mode="NEAREST_NEIGHBOR", sampling_mode="DEFAULT"),
     small[..., [0, 1, 1], :][..., [0, 1, 1]], (17, 18))
for h, w in ((9, 4), (2, 7)):
    def place(i, n, m):
        return min(max(math.ceil(i * n / m - 0.5), 0), n - 1)

    case(f"resize to the nearest of {h} x {w}", {"x": x},
         applied("resize", shape=[h, w], resized_dims=np.uint32(2),
                 interpolation_mode="NEAREST_NEIGHBOR"), nearest(x, h, w, place), (17, 18))
case("resize keeps where the shape is 0", {"x": x},
     applied("resize", shape=[1, 0, 6, 0], resized_dims=np.uint32(3)),
     bilinear(x, 6, 5, "DEFAULT"), (17, 18))
case("resize by an input", {"x": x, "shape": np.array([6, 4], np.int32)},
     applied("resize", resized_dims=np.uint32(2)), bilinear(x, 6, 4, "DEFAULT"), (17, 18))
n = whole(-99, 99, 1, 1, 2, 2)
case("resize of integers", {"x": n},
     applied("resize", shape=[4, 6], resized_dims=np.uint32(2),
             interpolation_mode="NEAREST_NEIGHBOR"), nearest(n, 4, 6, place), (17, 18))

# ---- anywhere -------------------------------------------------------------------------------


def at(picture, y, x, pad, padding="constant"):
    """Bilinear: what lies outside counts as pad."""
    h, w = picture.shape[-2:]
    total = 0.0
    for j, i in itertools.product((math.floor(y), math.floor(y) + 1),
                                  (math.floor(x), math.floor(x) + 1)):
        weight = (1 - abs(y - j)) * (1 - abs(x - i))
        inside = 0 <= j < h and 0 <= i < w
        total = total + weight * (picture[..., j, i] if inside else pad)
    return total


def cropped(picture, box, h, w, pad):
    """Corners in pixels, ends included; a point outside is the padding."""
    y1, x1, y2, x2 = box
    made = np.zeros((picture.shape[0], h, w))
    for j, i in np.ndindex(h, w):
        y = y1 + j * (y2 - y1) / (h - 1) if h > 1 else (y1 + y2) / 2
        x = x1 + i * (x2 - x1) / (w - 1) if w > 1 else (x1 + x2) / 2
        inside = 0 <= y <= picture.shape[1] - 1 and 0 <= x <= picture.shape[2] - 1
        made[:, j, i] = at(picture, y, x, 0) if inside else pad
    return made


pictures = numbers(2, 3, 4, 5)
boxes = np.array([[0, 0.5, 3, 4], [1, 1, 2.5, 3], [-1, 0, 2, 6], [2, 3, 0, 1]], np.float32)
flip = boxes[:, [1, 0, 3, 2]]
low, high = boxes[:, :2], boxes[:, 2:]
center = np.concatenate([(low + high) / 2, high - low], 1).astype(np.float32)
FORMS = {
    "CORNERS_HEIGHT_FIRST": boxes,
    "CORNERS_WIDTH_FIRST": flip,
    "CENTER_SIZE_HEIGHT_FIRST": center,
    "CENTER_SIZE_WIDTH_FIRST": center[:, [1, 0, 3, 2]],
}
for (form, given), (h, w) in itertools.product(FORMS.items(), ((3, 2), (1, 4))):
    crops = dict(target_height=h, target_width=w, box_coordinate_mode=form,
                 sampling_mode="ALIGN_CORNERS")
    y = np.stack([[cropped(p, b, h, w, 0) for p in pictures] for b in boxes])
    case(f"crop_resize {form} to {h} x {w}",
         {"x": pictures, "roi": given.reshape(4, 1, 4, 1, 1)}, applied("crop_resize", **crops), y,
         (15, 16))
    which = np.array([1, 0, 0, 1], np.int32)
    y = np.stack([cropped(pictures[k], b, h, w, 0) for k, b in zip(which, boxes)])
    five = np.concatenate([which[:, None].astype(np.float32), given], 1)
    case(f"crop_resize {form} of chosen pictures to {h} x {w}",
         {"x": pictures, "roi": five.reshape(4, 1, 5, 1, 1)}, applied("crop_resize", **crops),
         y[:, None], (15, 16))
    case(f"crop_resize {form} by indices to {h} x {w}",
         {"x": pictures, "boxes": given, "box_indices": which}, applied("crop_resize", **crops), y,
         (17, 18))
unit = boxes / np.array([3, 4, 3, 4], np.float32)
y = np.stack([[cropped(p, u * np.array([3, 4, 3, 4]), 2, 2, 0.5) for p in pictures] for u in unit])
case("crop_resize normalized with a padding", {"x": pictures, "roi": unit.reshape(4, 1, 4, 1, 1)},
     applied("crop_resize", target_height=2, target_width=2, sampling_mode="ALIGN_CORNERS",
             normalized_coordinates=True, pad_value=np.float32(0.5)), y, (16,))
y = np.stack([[cropped(p, b * 0.5, 2, 2, 0) for p in pictures] for b in boxes])
case("crop_resize scaled", {"x": pictures, "roi": boxes.reshape(4, 1, 4, 1, 1)},
     applied("crop_resize", target_height=2, target_width=2, sampling_mode="ALIGN_CORNERS",
             spatial_scale=np.float32(0.5)), y, (15,))

matrix = np.array([[1, 0.25, 0, 0, 1, 0.5], [0.5, 0, 0.25, 0.25, -1, 0]], np.float32)
for count in (1, 2):
    y = np.zeros((2, 3, 3, 4))
    for b, j, i in np.ndindex(2, 3, 4):
        a = matrix[b % count].reshape(2, 3)
        px, py = a @ [2 * i / 3 - 1, 2 * j / 2 - 1, 1]
        y[b, :, j, i] = at(pictures[b], (py + 1) / 2 * 3, (px + 1) / 2 * 4, 0)
    case(f"affine of {count}", {"x": pictures, "transform_matrix": matrix[:count]},
         applied("affine", output_height=3, output_width=4, sampling_mode="bilinear",
                 padding_mode="constant", padding_value=np.float32(0),
                 coordinates_mode="normalized_minus_one_to_one", align_corners=True), y, (15, 17))


def folded(v, low, high):
    if high == low:
        return low
    v = (v - low) % (2 * (high - low))
    return low + (v if v <= high - low else 2 * (high - low) - v)


def sampled(picture, x, y, mode, padding, pad):
    h, w = picture.shape[-2:]
    place = []
    for v, n in ((y, h), (x, w)):
        if padding == "reflection":
            v = folded(v, 0, n - 1)
        elif padding == "symmetric":
            v = min(max(folded(v, -0.5, n - 0.5), 0), n - 1)
        elif padding == "border":
            v = min(max(v, 0), n - 1)
        place.append(v)
    if mode == "bilinear":
        return at(picture, *place, pad)
    j, i = (int(np.rint(v)) for v in place)
    return picture[:, j, i] if 0 <= j < h and 0 <= i < w else np.full(picture.shape[0], pad)


pixels = np.array([[[0.25, 1.5], [4, 3], [-1.25, 0.75]], [[5.75, 2.25], [2, -2.75], [3.3125, 4]]],
                  np.float32).reshape(1, 2, 3, 2)
pixels = np.concatenate([pixels, pixels[:, ::-1] * 0.75], 0)
lengths = np.array([5, 4], np.float32)
UNITS = {
    ("unnormalized", True): pixels,
    ("normalized_minus_one_to_one", True): pixels / (lengths - 1) * 2 - 1,
    ("normalized_minus_one_to_one", False): (pixels + 0.5) / lengths * 2 - 1,
    ("normalized_zero_to_one", True): pixels / (lengths - 1),
    ("normalized_zero_to_one", False): (pixels + 0.5) / lengths,
}
for ((unit, aligned), given), padding, mode in itertools.product(
        UNITS.items(), ("constant", "border", "reflection", "symmetric"), ("bilinear", "nearest")):
    if mode == "nearest" and (unit != "unnormalized" or padding in ("reflection", "symmetric")):
        continue
    y = np.zeros((2, 3, 2, 3))
    for b, j, i in np.ndindex(2, 2, 3):
        y[b, :, j, i] = sampled(pictures[b], *pixels[b, j, i], mode, padding, 0.5)
    case(f"resample {mode} {padding} {unit} {aligned}",
         {"x": pictures, "coordinates": given.astype(np.float32)},
         applied("resample", sampling_mode=mode, padding_mode=padding,
                 padding_value=np.float32(0.5), coordinates_mode=unit, align_corners=aligned), y,
         (15, 18) if unit == "unnormalized" else (17,))
