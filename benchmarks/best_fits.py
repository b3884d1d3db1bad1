"""What it would gain to keep the best of several fits of each option: rows of fitting.sh.

    python3 best_fits.py USUAL.csv OTHER.csv ...

For each file and for the best fit of each option: the geometric mean of the error on other samples
(--held-out) against that of the first file. "by held-out error" chooses by the very error that is
compared, so no rule can gain more; "by fitted error" chooses by the samples that were fitted to.
"""

import csv
import math
import sys


def rows(path):
    with open(path, newline="") as file:
        return {(r[0], r[1]): (float(r[4]), float(r[5]), float(r[2])) for r in csv.reader(file)}


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def tell(name, chosen, usual):
    held_out = mean([chosen[o][1] / usual[o][1] for o in chosen])
    fitted = mean([chosen[o][0] / usual[o][0] for o in chosen])
    print(f"{name}: held-out error {held_out:.4f}, fitted {fitted:.4f}")


def main(paths):
    files = [rows(path) for path in paths]
    usual = files[0]
    options = sorted(o for o in usual if all(o in f and min(f[o][:2]) > 0 for f in files))
    print(f"{len(options)} options")
    for path, own in zip(paths, files):
        seconds = sum(own[o][2] for o in options)
        tell(f"{path}, {seconds:.1f} s", {o: own[o] for o in options}, usual)
    for title, place in (("by held-out error", 1), ("by fitted error", 0)):
        best = {o: min((f[o] for f in files), key=lambda fit: fit[place]) for o in options}
        tell(f"best of each {title}", best, usual)


main(sys.argv[1:])
