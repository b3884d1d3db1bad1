"""
What the report's page must show of a sweep, computed from its files alone by NumPy: nothing here is shared with the page.

    python make_report_expectations.py FOLDER

reads FOLDER/result.json and FOLDER/evidence.json and writes FOLDER/expected.json. Thresholds are exact fractions.
The files of src/test/resources/report/shapes are those of the bundled sample, in a folder that holds its model and its
pictures:

    quantsweep sweep --model shapes.mlmodel --samples pictures --output out

The rule of the threshold slider: in the selection the smallest candidate that is accepted is the answer, as far as
what is stored decides it. A candidate is accepted when agreeing >= ceil(t n), rejected when more than n - ceil(t n)
disagree, and open otherwise. Where samples were kept for confirmation, the candidates that were judged there are
tested from the largest down until one is not accepted by the same rule, and the last accepted one is the answer.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

THRESHOLDS = ["0.5", "0.9", "0.93", "0.949", "0.95", "0.955", "0.96", "0.97", "0.99", "1"]


def bits(text: str, count: int) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(text), np.uint8)
    whole = np.unpackbits(raw, bitorder="little").astype(bool)
    return np.pad(whole, (0, max(0, count - len(whole))))[:count]


def weights(part: dict) -> np.ndarray:
    if part["copies"] is None:
        return np.ones(part["count"], np.int64)
    return np.frombuffer(base64.b64decode(part["copies"]), "<i4").astype(np.int64)


class Candidate:
    """A candidate of the evidence, or one of the result that was not judged at all."""

    def __init__(self, own: dict, parts: dict):
        self.key = own["scheme"] if own["plan"] is None else "plan:" + own["plan"]
        self.size = own["encodedSize"]
        self.counts = {}
        for name, judged in own.get("parts", {}).items():
            copies = weights(parts[name])
            count = parts[name]["count"]
            known = bits(judged["judged"], count)
            agreed = bits(judged["agreed"], count)
            self.counts[name] = (int(copies[known].sum()), int(copies[known & agreed].sum()))

    def outcome(self, part: str, need: int, n: int) -> str:
        judged, agreeing = self.counts.get(part, (0, 0))
        if agreeing >= need:
            return "accepted"
        return "rejected" if judged - agreeing > n - need else "open"


def at_threshold(threshold: str, candidates: list[Candidate], parts: dict, confirmed: bool) -> dict:
    share = Fraction(threshold)
    n = parts["selection"]["n"]
    need = math.ceil(share * n)
    outcomes = [own.outcome("selection", need, n) for own in candidates]
    accepted = [own for own, outcome in zip(candidates, outcomes) if outcome == "accepted"]
    answer = accepted[0] if accepted else None
    missing = [
        own.key
        for own, outcome in zip(candidates, outcomes)
        if outcome == "open" and (answer is None or own.size < answer.size)
    ]
    found = {"threshold": threshold, "need": need, "n": n, "selection": answer and answer.key, "missing": missing}
    if confirmed:
        n = parts["confirmation"]["n"]
        need = math.ceil(share * n)
        last, ended = None, False
        for own in reversed([own for own in candidates if "confirmation" in own.counts]):
            outcome = own.outcome("confirmation", need, n)
            if outcome != "accepted":
                ended = outcome == "rejected"
                break
            last = own
        found |= {"confirmationNeed": need, "confirmationN": n, "rungFailed": ended}
        answer = last
    return found | {"answer": answer and answer.key, "bytes": answer and answer.size}


def classes(chosen: dict, parts: dict) -> dict:
    """By part, of each class of the reference that has samples: [samples, agreeing, judged]."""
    found = {}
    for name, part in parts.items():
        if not part["classes"] or name not in chosen["parts"]:
            continue
        of = np.frombuffer(base64.b64decode(part["classOf"]), "<i4")
        count = part["count"]
        copies = weights(part) * bits(part["answered"], count)
        judged = bits(chosen["parts"][name]["judged"], count)
        agreed = bits(chosen["parts"][name]["agreed"], count)
        found[name] = {
            label: [
                int(copies[of == place].sum()),
                int(copies[(of == place) & judged & agreed].sum()),
                int(copies[(of == place) & judged].sum()),
            ]
            for place, label in enumerate(part["classes"])
            if copies[of == place].sum()
        }
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    result = json.loads((folder / "result.json").read_text())
    evidence = json.loads((folder / "evidence.json").read_text())
    parts = evidence["parts"]
    known = {own.key: own for own in (Candidate(each, parts) for each in [*result["candidates"], *evidence["candidates"]])}
    for each in result["candidates"]:
        own = Candidate(each, parts)
        if each["verdict"] != "not-needed" and not known[own.key].counts:
            raise SystemExit(f"{own.key} was judged, and nothing of it is stored")
    candidates = sorted(known.values(), key=lambda own: (own.size, own.key))
    confirmed = bool(result["certificate"] and result["certificate"]["confirmation"])
    selected = result["selected"]
    [chosen] = [own for own in evidence["candidates"] if (own["scheme"], own["plan"]) == (selected["scheme"], selected["plan"])]
    after = {own["identity"]: own["bytesGiven"] if own["bytesChosen"] is None else own["bytesChosen"] for own in evidence["tensors"]}
    expected = {
        "thresholds": [at_threshold(each, candidates, parts, confirmed) for each in THRESHOLDS],
        "classes": classes(chosen, parts),
        "tensorsByBytes": sorted(after, key=lambda name: -after[name]),
        "tensorsByOption": {
            option: sorted(own["identity"] for own in evidence["tensors"] if own["chosen"] == option)
            for option in sorted({own["chosen"] for own in evidence["tensors"] if own["chosen"]})
        },
        "shown": {
            "differ": sum(not own["agrees"] for own in evidence["shown"]),
            "agree": sum(own["agrees"] for own in evidence["shown"]),
        },
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
