"""Prints the digests that SweepIdentityTest expects: SHA-256 over fields that are framed by their lengths, as they
were before the sweep's procedure came to core. What is stored by earlier versions lies under them."""
import hashlib
import struct


def framed(text):
    data = text.encode()
    return struct.pack(">I", len(data)) + data


def digest(*fields):
    return hashlib.sha256(b"".join(framed(name) + framed(value) for name, value in fields)).hexdigest()


def of_text(text):
    return hashlib.sha256(text.encode()).hexdigest()


def sample_set(part):
    return digest(*[("sample", s) for s in sorted(of_text(f"{part} {i}") for i in range(5))])


MODEL = of_text("model")
PREPARATION = digest(("preparation", of_text("preparation")), ("engine", "an engine 1"))
CODES = digest(("version", "11"), ("patchesPerSample", "64"), ("damping", "0.01"), ("largestOrder", "2304"),
               ("meanTrust", "1.0"), ("rounds", "3"), ("seed", "7"))
MOMENTS = digest(("version", "8"), ("patchesPerSample", "64"), ("largestOrder", "2304"), ("seed", "7"))


def fitting(*settings):
    return digest(("model", MODEL), ("rewrites", "fold-batch-norm"), ("preparation", PREPARATION),
                  ("samples", sample_set("calibration")), *settings)


def uniform():
    return digest(("model", MODEL), ("rewrites", "fold-batch-norm"), ("preparation", PREPARATION),
                  ("samples", sample_set("calibration")))


print("preparation        ", PREPARATION)
print("calibration        ", fitting(("settings", CODES)))
print("moments            ", fitting(("settings", MOMENTS)))
print("calibration uniform", uniform())
print("sensitivity        ", digest(("calibration", fitting(("settings", CODES))), ("samples", sample_set("alone")),
                                    ("criterion", "top-1")))
print("opening            ", digest(("reference", MODEL), ("samples", sample_set("confirmation"))))
