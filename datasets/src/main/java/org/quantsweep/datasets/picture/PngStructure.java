package org.quantsweep.datasets.picture;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * The chunks of a PNG file (W3C PNG 5.3), walked to the last picture data: size, EXIF, and the
 * checksums of every chunk that the pixels depend on, which the decoder does not look at.
 */
final class PngStructure {
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;

  private final byte[] bytes;
  private int width;
  private int height;
  private boolean data;
  private boolean ended;
  private int exifStart = -1;
  private int exifEnd;

  private PngStructure(byte[] bytes) {
    this.bytes = bytes;
  }

  static PngStructure parse(byte[] bytes, PictureLimits limits) throws UnreadableSampleException {
    PngStructure structure = new PngStructure(bytes);
    structure.walk(limits);
    return structure;
  }

  PictureHeader header() {
    return new PictureHeader(PictureFormat.PNG, width, height);
  }

  /** The TIFF structure of the eXIf chunk. */
  Optional<byte[]> exif() {
    return exifStart < 0
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(bytes, exifStart, exifEnd));
  }

  /** Whether the file ends as it must; one that only lacks its end is read all the same. */
  boolean ended() {
    return ended;
  }

  private void walk(PictureLimits limits) throws UnreadableSampleException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int position = 8;
    while (!ended && position + 8 <= bytes.length) {
      long length = Integer.toUnsignedLong(buffer.getInt(position));
      int type = buffer.getInt(position + 4);
      int start = position + 8;
      long end = start + length;
      boolean needed = type == IHDR || type == PLTE || type == IDAT;
      if ((position == 8) != (type == IHDR)) {
        throw new UnreadableSampleException(
            "the PNG is damaged: its header chunk (IHDR) is not the first chunk, or is repeated.");
      }
      if (end + 4 > bytes.length) {
        if (needed || !data) {
          throw truncated();
        }
        return;
      }
      if (needed) {
        checksum(type, position, (int) end, buffer);
      }
      switch (type) {
        case IHDR -> {
          if (length != 13) {
            throw new UnreadableSampleException(
                "the PNG is damaged: its header chunk (IHDR) has "
                    + length
                    + " bytes instead of 13.");
          }
          limits.checkPixels(
              PictureFormat.PNG,
              Integer.toUnsignedLong(buffer.getInt(start)),
              Integer.toUnsignedLong(buffer.getInt(start + 4)));
          width = buffer.getInt(start);
          height = buffer.getInt(start + 4);
        }
        case IDAT -> data = true;
        case IEND -> ended = true;
        case EXIF -> {
          if (exifStart < 0) {
            exifStart = start;
            exifEnd = (int) end;
          }
        }
        default -> {}
      }
      position = (int) end + 4;
    }
    if (!data) {
      throw truncated();
    }
  }

  private void checksum(int type, int position, int end, ByteBuffer buffer)
      throws UnreadableSampleException {
    CRC32 crc = new CRC32();
    crc.update(bytes, position + 4, end - position - 4);
    if ((int) crc.getValue() != buffer.getInt(end)) {
      throw new UnreadableSampleException(
          String.format(
              Locale.ROOT,
              "the PNG is damaged: the checksum of chunk %s at byte %d is wrong.",
              type == IHDR ? "IHDR" : type == PLTE ? "PLTE" : "IDAT",
              position));
    }
  }

  private UnreadableSampleException truncated() {
    return new UnreadableSampleException(
        "the PNG is truncated: it ends after "
            + bytes.length
            + " bytes, within or before its picture data (IDAT).");
  }
}
