"""What forms save: bytes at the same summed error of a knapsack that may take them, and of one that may not.

    without_forms.py ROWS.csv FORM [FORM ...]

ROWS.csv is what fitting.sh --output has written; forms are written as there, without +calibrated. The error of a weight
tensor counts as a share of what its table of two entries leaves. Prints bytes of all weights and of the saving.
"""

import csv
import sys

SHARES = (0.004, 0.01, 0.02, 0.04, 0.1)


def read(path):
    rows = {}
    with open(path) as lines:
        for tensor, form, _, _, error, _, size in csv.reader(lines):
            rows.setdefault(tensor, []).append((int(size), float(error), form.removesuffix("+calibrated")))
    return rows


def curve(rows, allowed):
    """Lines of (error, bytes), along a price for bytes; bytes beyond each tensor's smallest form."""
    points = set()
    for step in range(500):
        price = 10 ** (-13 + step * 0.02)
        error = size = 0
        for options in rows.values():
            norm = next(e for _, e, form in options if form == "lut-kmeans:1")
            best = min((e / norm + price * b, b, e / norm) for b, e, form in options if allowed(form))
            size += best[1] - min(b for b, _, _ in options)
            error += best[2]
        points.add((error, size))
    return sorted(points)


def at(points, error):
    for (e0, b0), (e1, b1) in zip(points, points[1:]):
        if e0 <= error <= e1 and e0 < e1:
            return b0 + (b1 - b0) * (error - e0) / (e1 - e0)
    return None


def main(path, forms):
    rows = read(path)
    spare = curve(rows, lambda form: form not in forms)
    every = curve(rows, lambda form: True)
    print("summed error,bytes beyond the smallest without the forms,with them less")
    for error in SHARES:
        without, with_them = at(spare, error), at(every, error)
        if without is not None and with_them is not None:
            print(f"{error},{without:.0f},{without - with_them:.0f}")


if __name__ == "__main__":
    main(sys.argv[1], set(sys.argv[2:]))
