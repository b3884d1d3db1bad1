"""Makes the expected inputs of PicturePreparationTest with Pillow 11.3 and NumPy 2.

Usage: python make_preparation_fixtures.py RESOURCES_FOLDER   (after make_pillow_fixtures.py)
Writes 16-bit pictures, and prepared.csv: file, orientation, fit, colours, width, height, SHA-256 of
the float32 little-endian [C, H, W] bytes, as coremltools feeds a model with them before its scaler.
"""

import hashlib
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

out = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(16)


def write_png(path, samples):
    """Pillow writes no 16-bit colours, so the chunks are written here."""
    height, width, channels = samples.shape
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b""))


deep = {}
for name, channels in (("grey-16.png", 1), ("rgb-16.png", 3)):
    deep[name] = rng.integers(0, 65536, (23, 31, channels))
    write_png(out / name, deep[name])


def opened(name):
    if name in deep:  # the upper 8 bits; Pillow would clip grey ones at 255
        high = (deep[name] >> 8).astype(np.uint8)
        return Image.fromarray(high[:, :, 0], "L") if high.shape[2] == 1 else Image.fromarray(high, "RGB")
    return Image.open(out / name)


rows = []
for name in ("rgb.png", "grey.jpg", "cmyk.jpg", "alpha.png", "grey-alpha.png", "palette.png", "rgb.bmp",
             "progressive.jpg", "exif-6.jpg", "grey-16.png", "rgb-16.png"):
    for orientation in ("AS_STORED", "EXIF") if name.startswith("exif") else ("AS_STORED",):
        for fit in ("STRETCH", "CROP", "LETTERBOX"):
            for colours in ("RGB", "BGR", "GRAYSCALE"):
                for size in ((24, 24), (40, 17)):
                    picture = opened(name)
                    if orientation == "EXIF":
                        picture = ImageOps.exif_transpose(picture)
                    picture = picture.convert("L" if colours == "GRAYSCALE" else "RGB")
                    if fit == "STRETCH":
                        picture = picture.resize(size, Image.LANCZOS)
                    else:
                        fitted = ImageOps.fit if fit == "CROP" else ImageOps.pad
                        picture = fitted(picture, size, Image.LANCZOS)
                    values = np.asarray(picture).astype("<f4")
                    values = values[None] if values.ndim == 2 else values.transpose(2, 0, 1)
                    if colours == "BGR":
                        values = values[::-1]
                    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
                    rows.append(f"{name},{orientation},{fit},{colours},{size[0]},{size[1]},{digest}")
(out / "prepared.csv").write_text("\n".join(rows) + "\n")
