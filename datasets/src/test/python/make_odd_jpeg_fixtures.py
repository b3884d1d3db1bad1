"""Makes JPEGs that are seldom seen, and what Pillow 11 reads from them (pip install pillow==11.3.0).

Usage: python make_odd_jpeg_fixtures.py RESOURCES_FOLDER
Writes into odd-pictures: small pictures, and expected.csv as make_pillow_fixtures.py has it.
"""

import hashlib
import pathlib
import sys

import numpy as np
from PIL import Image

out = pathlib.Path(sys.argv[1]) / "odd-pictures"
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(11)
y, x = np.mgrid[0:47, 0:61]
base = np.stack([x * 4, y * 5, 127 + 120 * np.sin(x * y / 90)], -1) + rng.normal(0, 30, (47, 61, 3))
rgb = Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))

# Entries above 255 need quantization tables of 16 bits.
steep = [1 + 9 * i for i in range(64)]
only_first = [300] + [3] * 63
rgb.save(out / "wide-steep.jpg", qtables=[steep, steep])
rgb.save(out / "wide-first.jpg", qtables=[only_first, only_first], subsampling=0)
rgb.save(out / "wide-progressive.jpg", qtables=[steep, only_first], progressive=True)
rgb.convert("L").save(out / "wide-grey.jpg", qtables=[only_first])

# Some cameras fill the end of a file with zeros; others leave the marker out.
rgb.save(out / "zeros-for-end.jpg", quality=85)
whole = (out / "zeros-for-end.jpg").read_bytes()
assert whole.endswith(b"\xff\xd9")
(out / "zeros-for-end.jpg").write_bytes(whole[:-2] + bytes(60))
(out / "no-end.jpg").write_bytes(whole[:-2])

rows = []
for file in sorted(out.glob("*.jpg")):
    # Pillow wants something behind the last row; the rows are those of its neighbour.
    source = out / "zeros-for-end.jpg" if file.name == "no-end.jpg" else file
    picture = Image.open(source).convert("RGB")
    digest = hashlib.sha256(picture.tobytes()).hexdigest()
    rows.append(f"{file.name},RGB,stretch,{picture.width},{picture.height},{digest}")
(out / "expected.csv").write_text("\n".join(rows) + "\n")
