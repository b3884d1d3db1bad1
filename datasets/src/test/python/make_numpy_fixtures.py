"""Makes the .npy and .npz fixtures with NumPy 2.2: python make_numpy_fixtures.py RESOURCES_FOLDER"""

import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
values = np.array([[0, 1, 2], [100, 5, 127]])
for dtype in ("<f2", "<f4", "<f8", "i1", "<i2", "<i4", "<i8", "u1", "<u2", ">f4", ">i2"):
    name = dtype.replace("<", "").replace(">", "big-")
    np.save(out / f"{name}.npy", values.astype(dtype))
np.save(out / "f4-fortran.npy", np.asfortranarray(values.astype("<f4")))
np.save(out / "bool.npy", values > 50)
np.savez(out / "stored.npz", a=values.astype("<f4"), b=values.astype("u1"))
np.savez_compressed(out / "compressed.npz", a=values.astype("<f4"), b=values.astype("u1"))
