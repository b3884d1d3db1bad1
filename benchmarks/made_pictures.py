"""Makes a Parquet table of pictures, 28 x 28 in grey, as PNG in `content`: a stroke or two of drawn places, so that a network of digits has
something to answer. The same number gives the same pictures. The Python of `tools/python-env.sh spark` runs it.

    made_pictures.py COUNT TABLE.parquet
"""

import math
import random
import struct
import sys
import zlib

from pyspark.sql import SparkSession

SIDE = 28
A_FILE = 50_000


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(number):
    draw = random.Random(number)
    pixels = [bytearray(SIDE) for _ in range(SIDE)]
    for _ in range(draw.randint(1, 3)):
        x, y, angle, bend = draw.uniform(5, 23), draw.uniform(5, 23), draw.uniform(0, 2 * math.pi), draw.gauss(0, 0.3)
        for _ in range(16):
            column, row = round(x), round(y)
            for down in (-1, 0, 1):
                for right in (-1, 0, 1):
                    if 0 <= row + down < SIDE and 0 <= column + right < SIDE:
                        value = 255 if down == right == 0 else 150
                        pixels[row + down][column + right] = max(pixels[row + down][column + right], value)
            x, y, angle = x + math.cos(angle), y + math.sin(angle), angle + bend
    lines = b"".join(b"\0" + bytes(row) for row in pixels)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


count = int(sys.argv[1])
spark = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
rows = spark.sparkContext.range(0, count, 1, (count + A_FILE - 1) // A_FILE).map(lambda n: (bytearray(picture(n)), f"made/{n:08d}.png"))
spark.createDataFrame(rows, "content binary, path string").write.mode("overwrite").parquet(sys.argv[2])
spark.stop()
