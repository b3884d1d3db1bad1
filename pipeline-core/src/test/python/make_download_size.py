"""What DownloadSizeTest expects: zlib's raw deflate at level 9 of two contents, in bytes."""

import zlib


def deflated(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return len(packer.compress(content) + packer.flush())


def drawn(count):
    """A linear congruential generator's upper bytes."""
    state = 1
    content = bytearray()
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        content.append(state >> 24)
    return bytes(content)


print("ramp", deflated(bytes(i * i // 64 % 256 for i in range(200_000))))
print("drawn", deflated(drawn(100_000)))
