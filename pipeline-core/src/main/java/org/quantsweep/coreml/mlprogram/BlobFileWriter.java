package org.quantsweep.coreml.mlprogram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.digest.Sha256Digest;

/**
 * Writes a file of constants as {@link BlobFile} reads it. Blobs stand in the order in which they
 * come. Equal ones are stored once. The bytes of a blob are made when the file is read, so one is
 * in memory at a time.
 */
public final class BlobFileWriter {
  private final NavigableMap<Long, BlobContent.Piece> pieces = new TreeMap<>();
  private final Map<Stored, Long> known = new HashMap<>();
  private long end = BlobFile.ALIGNMENT;
  private int count;

  /** What makes two blobs equal. */
  private record Stored(DataType type, long size, long padding, Sha256Digest digest) {}

  /**
   * Adds an array.
   *
   * @return where its metadata lie, as programs refer to it
   * @throws IllegalArgumentException when files of constants cannot hold its type
   */
  public long add(TensorValue value) {
    DataType type = value.type();
    int number = BlobFile.number(type);
    long bits = Math.multiplyExact((long) value.count(), (long) type.bits());
    long size = Math.addExact(bits, 7) / 8;
    Supplier<byte[]> bytes = value::packedBytes;
    byte[] made = bytes.get();
    if (made.length != size) {
      throw new IllegalArgumentException(
          "array ("
              + type
              + " "
              + value.shape()
              + ") of "
              + made.length
              + " bytes needs "
              + size
              + ".");
    }
    Stored stored = new Stored(type, size, 8 * size - bits, Sha256Digest.of(made));
    Long before = known.get(stored);
    if (before != null) {
      return before;
    }
    long offset = append(number, size, stored.padding(), bytes);
    known.put(stored, offset);
    return offset;
  }

  /**
   * Adds an array, also where an equal one is there.
   *
   * @return where its metadata lie
   */
  long append(TensorValue value) {
    DataType type = value.type();
    long bits = Math.multiplyExact((long) value.count(), (long) type.bits());
    long size = Math.addExact(bits, 7) / 8;
    return append(BlobFile.number(type), size, 8 * size - bits, value::packedBytes);
  }

  private long append(int number, long size, long padding, Supplier<byte[]> bytes) {
    long offset = aligned(end);
    long start = offset + BlobFile.ALIGNMENT;
    byte[] metadata =
        little()
            .putInt(0, BlobFile.SENTINEL)
            .putInt(4, number)
            .putLong(8, size)
            .putLong(16, start)
            .putLong(24, padding)
            .array();
    pieces.put(offset, new BlobContent.Piece(metadata.length, () -> metadata));
    pieces.put(start, new BlobContent.Piece(size, bytes));
    end = start + size;
    count++;
    return offset;
  }

  /** The file with all that was added so far. */
  public FileContent content() throws IOException {
    byte[] header = little().putInt(0, count).putInt(4, BlobFile.VERSION).array();
    NavigableMap<Long, BlobContent.Piece> all = new TreeMap<>(pieces);
    all.put(0L, new BlobContent.Piece(header.length, () -> header));
    return BlobContent.of(all);
  }

  private static ByteBuffer little() {
    return ByteBuffer.allocate(BlobFile.ALIGNMENT).order(ByteOrder.LITTLE_ENDIAN);
  }

  static long aligned(long place) {
    return (place + BlobFile.ALIGNMENT - 1) / BlobFile.ALIGNMENT * BlobFile.ALIGNMENT;
  }
}
