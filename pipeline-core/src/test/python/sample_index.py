"""Prints what SampleIndexTest expects: digests of a set of 6,000 samples, some of them copies, of its parts, and how many
samples its shards have."""
import hashlib
import struct


def framed(text):
    data = text.encode()
    return struct.pack(">I", len(data)) + data


def digest(*fields):
    return hashlib.sha256(b"".join(framed(name) + framed(value) for name, value in fields)).hexdigest()


copies = {hashlib.sha256(f"sample {i}".encode()).hexdigest(): 1 + (i % 5 == 0) * (i % 3) for i in range(6000)}


def set_digest(samples):
    return digest(*[("sample", s) for s in sorted(samples) for _ in range(copies[s])])


def take(ordered, count):
    taken, total = [], 0
    while ordered and total < count:
        taken.append(ordered.pop(0))
        total += copies[taken[-1]]
    return taken


total = sum(copies.values())
ordered = sorted(copies, key=lambda s: digest(("split", "7"), ("sample", s)))
confirmation = take(ordered, round(total * 0.4))
calibration = take(ordered, round(total * 0.2))
print("total", total, "set", set_digest(copies))
for name, part in (("confirmation", confirmation), ("calibration", calibration), ("selection", ordered)):
    print(f"{name:12} {len(part)} {set_digest(part)}")
# 6,000 / 2^5 is nearer to 256 than 6,000 / 2^4 is, on a logarithmic scale.
shards = {}
for s in copies:
    shards.setdefault(int(s, 16) >> 251, []).append(s)
print("shards", len(shards), "first", len(shards[0]), "last", len(shards[31]))
