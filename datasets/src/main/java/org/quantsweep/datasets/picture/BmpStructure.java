package org.quantsweep.datasets.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.quantsweep.sample.UnreadableSampleException;

/** The headers of a BMP file: size, and whether the pixels of an uncompressed one are all there. */
record BmpStructure(PictureHeader header) {
  static BmpStructure parse(byte[] bytes, PictureLimits limits) throws UnreadableSampleException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 26) {
      throw truncated(bytes.length);
    }
    long pixelStart = Integer.toUnsignedLong(buffer.getInt(10));
    long headerSize = Integer.toUnsignedLong(buffer.getInt(14));
    boolean core = headerSize == 12;
    if (!core && headerSize < 40) {
      throw new UnreadableSampleException(
          "this kind of BMP (header of " + headerSize + " bytes) cannot be decoded.");
    }
    if (14 + headerSize > bytes.length) {
      throw truncated(bytes.length);
    }
    long width = core ? Short.toUnsignedInt(buffer.getShort(18)) : buffer.getInt(18);
    // A negative height means that rows are stored from the top.
    long height =
        core ? Short.toUnsignedInt(buffer.getShort(20)) : Math.abs((long) buffer.getInt(22));
    int bits = Short.toUnsignedInt(buffer.getShort(core ? 24 : 28));
    int compression = core ? 0 : buffer.getInt(30);
    limits.checkPixels(PictureFormat.BMP, width, height);
    boolean uncompressed = compression == 0 || compression == 3 || compression == 6;
    if (!uncompressed && compression != 1 && compression != 2) {
      throw new UnreadableSampleException(
          "this kind of BMP (compression " + compression + ") cannot be decoded.");
    }
    long rowBytes = (width * bits + 31) / 32 * 4;
    // The last row may lack its padding.
    long leastBytes = rowBytes * (height - 1) + (width * bits + 7) / 8;
    if (uncompressed && pixelStart + leastBytes > bytes.length) {
      throw truncated(bytes.length);
    }
    return new BmpStructure(new PictureHeader(PictureFormat.BMP, (int) width, (int) height));
  }

  private static UnreadableSampleException truncated(int length) {
    return new UnreadableSampleException(
        "the BMP is truncated: it ends after " + length + " bytes, before its last pixel.");
  }
}
