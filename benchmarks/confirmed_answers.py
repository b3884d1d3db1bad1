"""Summarizes and draws what confirmed answers do on a third, untouched set.

python3 benchmarks/confirmed_answers.py third.csv docs/confirmed-answers.svg

The rows are those of confirmation.sh. Nothing but Python is needed.
"""

import csv
import sys

WIDTH, HEIGHT = 360, 260
LEFT, TOP, RIGHT, BOTTOM = 56, 44, 12, 44


def rows(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row["rule"] != "rule":
                yield row


def summary(key, group):
    answers = [row for row in group if int(row["bytes"]) > 0]
    t = float(key[1])
    below = sum(float(row["third"]) < t for row in answers)
    truly = sum(float(row["all"]) < t for row in answers)
    lost = sum(row["uniform passes"] == "true" for row in group if int(row["bytes"]) == 0)
    larger = sum(int(row["bytes"]) > int(row["uniform bytes"]) for row in answers)
    ratio = sorted(int(row["bytes"]) / int(row["uniform bytes"]) for row in answers)
    return (
        f"{key[0]} rule, t = {t}: {len(answers)} answers of {len(group)} splits; below t on the untouched samples {below}, of all "
        f"samples {truly}; larger than the best uniform scheme {larger}, median ratio {ratio[len(ratio) // 2]:.3f}; no answer though "
        f"that scheme passes {lost}"
    )


def panel(key, group, at_x, at_y):
    """Dots: the answers' share of confirmation samples and of untouched ones."""
    answers = [(float(row["confirmed"]), float(row["third"])) for row in group if int(row["bytes"]) > 0]
    t = float(key[1])
    low = min([t - 0.004] + [min(dot) - 0.001 for dot in answers])

    def place(confirmed, third):
        scale_x = (WIDTH - LEFT - RIGHT) / (1 - low)
        scale_y = (HEIGHT - TOP - BOTTOM) / (1 - low)
        return at_x + LEFT + (confirmed - low) * scale_x, at_y + HEIGHT - BOTTOM - (third - low) * scale_y

    left, bottom = place(low, low)
    right, top = place(1, 1)
    _, line = place(low, t)
    below = sum(third < t for _, third in answers)
    out = [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" class="frame"/>',
        f'<text x="{left:.1f}" y="{at_y + 18}" class="title">{key[0]} rule, t = {t}</text>',
        f'<text x="{left:.1f}" y="{at_y + 34}">{below} of {len(answers)} answers below t on untouched samples</text>',
        f'<line x1="{left:.1f}" y1="{line:.1f}" x2="{right:.1f}" y2="{line:.1f}" class="threshold"/>',
        f'<text x="{left - 4:.1f}" y="{line + 4:.1f}" text-anchor="end">{t}</text>',
        f'<text x="{left - 4:.1f}" y="{top + 4:.1f}" text-anchor="end">1</text>',
        f'<text x="{(left + right) / 2:.1f}" y="{bottom + 30:.1f}" text-anchor="middle">agreement when confirmed</text>',
        f'<text transform="translate({left - 40:.1f} {(top + bottom) / 2:.1f}) rotate(-90)" text-anchor="middle">on untouched samples</text>',
    ]
    mark, _ = place(t, low)
    out.append(f'<line x1="{mark:.1f}" y1="{bottom:.1f}" x2="{mark:.1f}" y2="{bottom + 4:.1f}" class="frame"/>')
    out.append(f'<text x="{mark:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{t}</text>')
    out.append(f'<text x="{right:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">1</text>')
    for confirmed, third in answers:
        x, y = place(confirmed, third)
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" class="{"below" if third < t else "met"}"/>')
    return out


def main(source, target):
    groups = {}
    for row in rows(source):
        groups.setdefault((row["rule"], row["t"]), []).append(row)
    out = []
    for place, (key, group) in enumerate(groups.items()):
        print(summary(key, group))
        out += panel(key, group, place % 2 * WIDTH, place // 2 * HEIGHT)
    height = (len(groups) + 1) // 2 * HEIGHT
    style = (
        "text{font:11px sans-serif;fill:#333}.title{font-weight:bold}.frame{fill:none;stroke:#999}"
        ".threshold{stroke:#c33;stroke-dasharray:4 3}.met{fill:#27c;fill-opacity:.55}.below{fill:#c33;fill-opacity:.8}"
    )
    with open(target, "w") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{height}" viewBox="0 0 {2 * WIDTH} {height}">\n'
            f'<style>{style}</style>\n<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(out) + "\n</svg>\n"
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
