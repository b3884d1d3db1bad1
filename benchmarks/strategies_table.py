"""Makes the tables of README.md from the rows that strategies.sh writes.

python3 benchmarks/strategies_table.py rows.csv [--medians]
"""

import csv
import statistics
import sys


def rows(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            if row["seed"] != "seed":
                yield row


def passed(row):
    """`235/250- 243/250+` as `235 failed, 243 passed`."""
    words = {"+": "passed", "-": "failed"}
    return ", ".join(f"{test[:-1].split('/')[0]} {words[test[-1]]}" for test in row["confirmation"].split())


def table(head, lines):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for line in lines:
        print("| " + " | ".join(str(cell) for cell in line) + " |")


def main(path, medians=False):
    found = list(rows(path))
    if medians:
        groups = {}
        for row in found:
            groups.setdefault((row["agreement"], row["options"], row["strategy"]), []).append(row)
        table(
            ["t", "options", "strategy", "bytes, median", "ratio, median", "ratios", "at most 0.75", "inferences, median"],
            (
                [
                    *key,
                    f"{statistics.median(int(row['bytes']) for row in group):,.0f}",
                    f"{statistics.median(float(row['ratio to best uniform']) for row in group):.3f}",
                    " ".join(row["ratio to best uniform"] for row in group),
                    f"{sum(float(row['ratio to best uniform']) <= 0.75 for row in group)} of {len(group)}",
                    f"{statistics.median(int(row['inferences']) for row in group):,.0f}",
                ]
                for key, group in groups.items()
            ),
        )
        return
    table(
        ["t", "seed", "options", "strategy", "bytes", "ratio", "best uniform", "smallest by selection", "confirmation", "plans", "inferences", "seconds"],
        (
            [
                row["agreement"],
                row["seed"],
                row["options"],
                row["strategy"],
                f"{int(row['bytes']):,}",
                row["ratio to best uniform"],
                "{0}, {1:,}".format(row["best uniform"].split()[0], int(row["best uniform"].split()[1])),
                f"{int(row['selected bytes']):,} ({row['selection'].split('/')[0]})",
                passed(row),
                row["evaluations"],
                f"{int(row['inferences']):,}",
                row["seconds"].split()[0],
            ]
            for row in found
        ),
    )


if __name__ == "__main__":
    main(sys.argv[1], "--medians" in sys.argv[2:])
