"""Makes the .npy and .npz fixtures with NumPy 2.2: python make_numpy_fixtures.py RESOURCES_FOLDER"""

import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
values = np.array([[0, 1, 2], [100, 5, 127]])
for dtype in ("<f2", "<f4", "<f8", "i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8",
              ">f4", ">i2", ">u4", ">u8"):
    name = dtype.replace("<", "").replace(">", "big-")
    np.save(out / f"{name}.npy", values.astype(dtype))
np.save(out / "f4-fortran.npy", np.asfortranarray(values.astype("<f4")))
np.save(out / "bool.npy", values > 50)
np.savez(out / "stored.npz", a=values.astype("<f4"), b=values.astype("u1"))
np.savez_compressed(out / "compressed.npz", a=values.astype("<f4"), b=values.astype("u1"))
large = np.array([2**64 - 1, 2**63 + 2**39, 2**63 + 2**39 + 1, 2**32, 16777217], np.uint64)
np.save(out / "large-u8.npy", large)
np.save(out / "large-u8-as-f4.npy", large.astype("<f4"))
np.savez(out / "beside.npz", a=values.astype("<f4"), text=np.array("cat"), words=np.array(["a"]),
         objects=np.array([{1: 2}], object), complex=values * 1j,
         record=np.zeros(2, [("x", "<f4"), ("y", "<i4")]), moment=np.array("2026", "datetime64"))
np.savez(out / "only-text.npz", text=np.array("cat"))
