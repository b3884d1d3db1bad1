package org.quantsweep.coreml.mlprogram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.tensor.Shape;

/**
 * A file of constants ({@code weight.bin}): a header of 64 bytes, then blobs, each behind metadata
 * of 64 bytes at a multiple of 64 ({@code MILBlob/Blob/StorageFormat.hpp} of coremltools, version
 * 2). Blobs are read where they lie; the file is never in memory whole.
 */
final class BlobFile {
  static final int ALIGNMENT = 64;
  static final int VERSION = 2;
  static final int SENTINEL = 0xDEADBEEF;

  /** The types that files hold, by the number that they have there. */
  private static final Map<Integer, DataType> TYPES =
      Map.ofEntries(
          Map.entry(1, DataType.FLOAT16),
          Map.entry(2, DataType.FLOAT32),
          Map.entry(3, DataType.UINT8),
          Map.entry(4, DataType.INT8),
          Map.entry(5, DataType.BFLOAT16),
          Map.entry(6, DataType.INT16),
          Map.entry(7, DataType.UINT16),
          Map.entry(8, DataType.INT4),
          Map.entry(9, DataType.UINT1),
          Map.entry(10, DataType.UINT2),
          Map.entry(11, DataType.UINT4),
          Map.entry(12, DataType.UINT3),
          Map.entry(13, DataType.UINT6),
          Map.entry(14, DataType.INT32),
          Map.entry(15, DataType.UINT32));

  private final String name;
  private final FileContent content;
  private final Map<Long, Blob> known = new ConcurrentHashMap<>();

  private BlobFile(String name, FileContent content) {
    this.name = name;
    this.content = content;
  }

  /**
   * A blob.
   *
   * @param start the place of its first byte
   * @param size its bytes
   * @param padding bits of its last byte that hold nothing, for types below a byte
   */
  record Blob(DataType type, long start, long size, long padding) {}

  /** Something in the file that cannot be; a sentence without its subject or full stop. */
  static final class DamagedBlobException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedBlobException(String message) {
      super(message);
    }
  }

  /**
   * Opens a file; only its header is looked at.
   *
   * @param name as the program names it
   */
  static BlobFile open(String name, FileContent content) throws IOException, DamagedBlobException {
    if (content.size().bytes() < ALIGNMENT) {
      throw new DamagedBlobException(
          "the file has " + content.size().bytes() + " bytes, too few for its header of 64");
    }
    int version = little(content.read(0, ALIGNMENT)).getInt(4);
    if (version != VERSION) {
      throw new DamagedBlobException(
          "the file says version " + version + ", but only version " + VERSION + " is known");
    }
    return new BlobFile(name, content);
  }

  /** As the program names it. */
  String name() {
    return name;
  }

  /**
   * The elements of a blob.
   *
   * @param offset where its metadata lie
   */
  TensorValue value(long offset, DataType type, Shape shape)
      throws IOException, DamagedBlobException {
    Blob blob = blob(offset);
    if (blob.type() != type) {
      throw new DamagedBlobException(
          "the blob holds " + blob.type() + ", but the value is declared as " + type);
    }
    long bits = Math.multiplyExact(shape.elementCount(), (long) type.bits());
    long size = Math.addExact(bits, 7) / 8;
    if (blob.size() != size) {
      throw new DamagedBlobException(
          "the blob has " + blob.size() + " bytes, but shape " + shape + " needs " + size);
    }
    if (type.bits() < 8 && blob.padding() != 8 * size - bits) {
      throw new DamagedBlobException(
          "the blob says that "
              + blob.padding()
              + " bits of its last byte are unused, but shape "
              + shape
              + " leaves "
              + (8 * size - bits));
    }
    if (size > Integer.MAX_VALUE - 16) {
      throw new DamagedBlobException("the blob has " + size + " bytes, more than 2 GiB");
    }
    return TensorValue.packed(type, shape, () -> bytes(blob), size).from(name + " at " + offset);
  }

  private Blob blob(long offset) throws IOException, DamagedBlobException {
    Blob blob = known.get(offset);
    if (blob == null) {
      blob = metadata(offset);
      known.put(offset, blob);
    }
    return blob;
  }

  private Blob metadata(long offset) throws IOException, DamagedBlobException {
    long length = content.size().bytes();
    if (offset < ALIGNMENT || offset % ALIGNMENT != 0) {
      throw new DamagedBlobException(
          "its offset must be a multiple of 64, behind the header of the file");
    }
    if (offset > length - ALIGNMENT) {
      throw new DamagedBlobException("the file ends before it, after " + length + " bytes");
    }
    ByteBuffer metadata = little(content.read(offset, ALIGNMENT));
    if (metadata.getInt(0) != SENTINEL) {
      throw new DamagedBlobException("no blob begins there");
    }
    Optional<DataType> type = Optional.ofNullable(TYPES.get(metadata.getInt(4)));
    if (type.isEmpty()) {
      throw new DamagedBlobException(
          "the blob's type " + Integer.toUnsignedString(metadata.getInt(4)) + " is not known");
    }
    long size = metadata.getLong(8);
    long start = metadata.getLong(16);
    if (start < 0 || size < 0 || start > length || size > length - start) {
      throw new DamagedBlobException(
          "the blob says that it has "
              + Long.toUnsignedString(size)
              + " bytes from "
              + Long.toUnsignedString(start)
              + ", but the file ends after "
              + length);
    }
    if (start % ALIGNMENT != 0) {
      throw new DamagedBlobException("the blob's bytes begin at " + start + ", no multiple of 64");
    }
    return new Blob(type.get(), start, size, metadata.getLong(24));
  }

  private byte[] bytes(Blob blob) {
    try {
      return content.read(blob.start(), (int) blob.size());
    } catch (IOException e) {
      throw new UndecodableException(
          "its bytes in " + name + " from " + blob.start() + " cannot be read, " + e.getMessage(),
          e);
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The number that a type has in files.
   *
   * @throws IllegalArgumentException when files do not hold it
   */
  static int number(DataType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(type + " cannot lie in a file of constants."))
        .getKey();
  }
}
