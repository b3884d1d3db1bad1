"""Makes the expected values of the picture tests with Pillow 11 (pip install pillow==11.3.0 numpy).

Usage: python make_pillow_fixtures.py RESOURCES_FOLDER [SHARED_IMAGES_FOLDER]
Writes small pictures, and expected.csv: file, mode, fit, width, height, SHA-256 of the raw bytes.
"""

import hashlib
import io
import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(7)


def scene(width, height):
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 255 / width, y * 255 / height, 127 + 120 * np.sin(x * y / 90)], -1)
    base += rng.normal(0, 20, base.shape)
    return Image.fromarray(np.clip(base, 0, 255).astype(np.uint8), "RGB")


rgb = scene(61, 47)
rgb.save(out / "rgb.png")
rgb.save(out / "rgb.bmp")
rgb.convert("L").save(out / "grey.png")
rgb.convert("L").save(out / "grey.jpg", quality=90)
rgb.save(out / "rgb-444.jpg", quality=92, subsampling=0)
rgb.save(out / "rgb-420.jpg", quality=85, subsampling=2)
rgb.save(out / "progressive.jpg", quality=80, progressive=True)
rgb.convert("CMYK").save(out / "cmyk.jpg", quality=90)
rgb.quantize(32).save(out / "palette.png")
rgb.convert("1").save(out / "one-bit.png")
alpha = rgb.convert("RGBA")
alpha.putalpha(Image.fromarray(rng.integers(0, 256, (47, 61), np.uint8), "L"))
alpha.save(out / "alpha.png")
rgb.convert("LA").save(out / "grey-alpha.png")
scene(9, 200).save(out / "tall.png")
exif = Image.Exif()
for tag in (3, 6, 7):
    exif[0x0112] = tag
    rgb.save(out / f"exif-{tag}.jpg", quality=92, subsampling=0, exif=exif.tobytes())

sizes = [(61, 47), (32, 32), (227, 227), (47, 61), (7, 3), (61, 20), (20, 47)]
rows = []


def row(name, picture, mode, fit, size):
    picture = picture.convert(mode)
    if fit == "stretch":
        picture = picture.resize(size, Image.LANCZOS) if picture.size != size else picture
    elif fit == "crop":
        picture = ImageOps.fit(picture, size, Image.LANCZOS)
    elif fit == "letterbox":
        picture = ImageOps.pad(picture, size, Image.LANCZOS)
    digest = hashlib.sha256(picture.tobytes()).hexdigest()
    rows.append(f"{name},{mode},{fit},{picture.width},{picture.height},{digest}")


for file in sorted(out.glob("*.*")):
    if file.suffix == ".csv":
        continue
    picture = Image.open(file)
    for mode in ("RGB", "L"):
        row(file.name, picture, mode, "stretch", picture.size)
    if file.name.startswith("exif"):
        turned = ImageOps.exif_transpose(picture)
        row(file.name, turned, "RGB", "exif", turned.size)
for name in ("rgb.png", "grey.png", "tall.png", "rgb-420.jpg"):
    for size in sizes:
        for fit in ("stretch", "crop", "letterbox"):
            if fit == "letterbox" and name == "tall.png" and size[1] < 32:
                continue  # Pillow's pad fails where a side rounds to 0 pixels; ours keeps 1.
            row(name, Image.open(out / name), "RGB", fit, size)
(out / "expected.csv").write_text("\n".join(rows) + "\n")

if len(sys.argv) > 2:
    rows = []
    images = pathlib.Path(sys.argv[2])
    for folder, step, size in (("imagenet-500", 25, (227, 227)), ("kodak-6", 1, (640, 480)),
                               ("bsds-300", 20, (368, 368)), ("mnist-4000", 500, (28, 28))):
        for file in sorted((images / folder).iterdir())[::step]:
            mode = "L" if folder.startswith("mnist") else "RGB"
            row(f"{folder}/{file.name}", Image.open(file), mode, "stretch", size)
    (out / "expected-shared.csv").write_text("\n".join(rows) + "\n")
