package org.quantsweep.datasets.picture;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * The markers of a JPEG file (ITU T.81 annex B), walked from start to end: size, components, which
 * colours they hold, where EXIF lies, how it is coded, and whether the file ends where a JPEG must.
 * The decoder fills what is missing of a truncated file with grey, so this walk finds what lacks an
 * end marker.
 */
final class JpegStructure {
  private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  /** What the decoded components hold. */
  enum Colors {
    GREY,
    RGB,
    YCBCR,
    CMYK,
    YCCK
  }

  private final byte[] bytes;
  private final PictureLimits limits;
  private int width;
  private int height;
  private byte[] componentIds = {};
  private boolean jfif;
  private int adobeTransform = -1;
  private int exifStart = -1;
  private int exifEnd;
  private int frame;
  private boolean sequential;
  private boolean arithmetic;
  private boolean wideTables;
  private int scans;

  /** Whether there is a single scan so far, with all components. */
  private boolean oneScan;

  private boolean ended = true;

  private JpegStructure(byte[] bytes, PictureLimits limits) {
    this.bytes = bytes;
    this.limits = limits;
  }

  static JpegStructure parse(byte[] bytes, PictureLimits limits) throws UnreadableSampleException {
    JpegStructure structure = new JpegStructure(bytes, limits);
    structure.walk();
    return structure;
  }

  PictureHeader header() {
    return new PictureHeader(PictureFormat.JPEG, width, height);
  }

  /** The colours, by the rules of libjpeg (default_decompress_parms). */
  Colors colors() {
    if (componentIds.length == 1) {
      return Colors.GREY;
    }
    if (componentIds.length == 4) {
      return adobeTransform <= 0 ? Colors.CMYK : Colors.YCCK;
    }
    if (jfif) {
      return Colors.YCBCR;
    }
    if (adobeTransform >= 0) {
      return adobeTransform == 0 ? Colors.RGB : Colors.YCBCR;
    }
    return componentIds[0] == 'R' && componentIds[1] == 'G' && componentIds[2] == 'B'
        ? Colors.RGB
        : Colors.YCBCR;
  }

  /** Whether it is coded arithmetically, which not every library decodes. */
  boolean isArithmetic() {
    return arithmetic;
  }

  /** Whether a quantization table has entries of 16 bits. */
  boolean hasWideTables() {
    return wideTables;
  }

  /**
   * Whether it has an end marker (FFD9). Without one its only scan may still be whole: the decoder
   * knows.
   */
  boolean hasEnd() {
    return ended;
  }

  /** The TIFF structure of the first EXIF segment. */
  Optional<byte[]> exif() {
    return exifStart < 0
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(bytes, exifStart, exifEnd));
  }

  private void walk() throws UnreadableSampleException {
    int position = 2;
    while (true) {
      int next = nextMarker(position);
      if (next < 0) {
        // Of several scans the later ones may be missing, and nobody could tell.
        if (!oneScan) {
          throw truncated();
        }
        ended = false;
        break;
      }
      position = next;
      int marker = bytes[position - 1] & 0xFF;
      if (marker == 0xD9) {
        break;
      }
      if (marker == 0xD8 || marker == 0x01) {
        continue; // Markers without a segment.
      }
      int length = shortAt(position);
      if (length < 2) {
        throw new UnreadableSampleException(
            String.format(
                Locale.ROOT,
                "the JPEG is damaged: segment FF%02X at byte %d says a length of %d.",
                marker,
                position - 2,
                length));
      }
      int end = position + length;
      if (end > bytes.length) {
        throw truncated();
      }
      segment(marker, position + 2, end);
      position = end;
    }
    if (componentIds.length == 0) {
      throw new UnreadableSampleException("the JPEG is damaged: it has no frame header (SOF).");
    }
  }

  /**
   * The position after the next marker, or -1 where there is none; skips entropy-coded data and
   * whatever else is between.
   */
  private int nextMarker(int from) {
    for (int i = from; i + 1 < bytes.length; i++) {
      if (bytes[i] == (byte) 0xFF) {
        int code = bytes[i + 1] & 0xFF;
        // FF00 is a stuffed byte of data, FFFF fill, FFD0 to FFD7 restart the decoder.
        if (code != 0 && code != 0xFF && (code < 0xD0 || code > 0xD7)) {
          return i + 2;
        }
      }
    }
    return -1;
  }

  /** What is wrong with a picture whose last rows are missing. */
  UnreadableSampleException truncated() {
    return new UnreadableSampleException(
        "the JPEG is truncated: it ends after "
            + bytes.length
            + " bytes without an end marker (FFD9).");
  }

  private int shortAt(int position) throws UnreadableSampleException {
    if (position + 2 > bytes.length) {
      throw truncated();
    }
    return ((bytes[position] & 0xFF) << 8) | (bytes[position + 1] & 0xFF);
  }

  private void segment(int marker, int start, int end) throws UnreadableSampleException {
    switch (marker) {
      case 0xE0 -> jfif |= begins(start, end, JFIF);
      case 0xE1 -> {
        if (exifStart < 0 && begins(start, end, EXIF)) {
          exifStart = start + EXIF.length;
          exifEnd = end;
        }
      }
      case 0xEE -> {
        if (begins(start, end, ADOBE) && end - start >= 12) {
          adobeTransform = bytes[start + 11] & 0xFF;
        }
      }
      case 0xDA -> {
        scans++;
        oneScan = scans == 1 && sequential && (bytes[start] & 0xFF) == componentIds.length;
      }
      case 0xDB -> tables(start, end);
      case 0xC4, 0xC8, 0xCC -> {} // Huffman tables, reserved, arithmetic conditioning.
      default -> {
        if (marker >= 0xC0 && marker <= 0xCF) {
          frame(marker, start, end);
        }
      }
    }
  }

  /** Quantization tables: 64 entries each, of 8 or 16 bits. */
  private void tables(int start, int end) {
    for (int position = start; position < end; ) {
      boolean isWide = (bytes[position] & 0xF0) != 0;
      wideTables |= isWide;
      position += isWide ? 129 : 65;
    }
  }

  /** What is said of a kind of frame that no decoder here takes. */
  UnreadableSampleException unknownKind() {
    return new UnreadableSampleException(
        String.format(
            Locale.ROOT,
            "this kind of JPEG (frame FF%02X) cannot be decoded: only baseline, extended and"
                + " progressive ones with Huffman codes can.",
            frame));
  }

  private void frame(int marker, int start, int end) throws UnreadableSampleException {
    frame = marker;
    sequential = marker == 0xC0 || marker == 0xC1;
    arithmetic = marker == 0xC9 || marker == 0xCA;
    if (marker > 0xC2 && !arithmetic) {
      throw unknownKind();
    }
    int components = end - start < 6 ? 0 : bytes[start + 5] & 0xFF;
    if (componentIds.length > 0 || end - start < 6 + 3 * components) {
      throw new UnreadableSampleException(
          "the JPEG is damaged: its frame header (SOF) is "
              + (componentIds.length > 0 ? "repeated." : "too short."));
    }
    int precision = bytes[start] & 0xFF;
    if (precision != 8) {
      throw new UnreadableSampleException(
          "this kind of JPEG (" + precision + " bits a component) cannot be decoded: only 8 can.");
    }
    if (components != 1 && components != 3 && components != 4) {
      throw new UnreadableSampleException(
          "this kind of JPEG ("
              + components
              + " components) cannot be decoded: only 1, 3 or 4 can.");
    }
    height = shortAt(start + 1);
    width = shortAt(start + 3);
    limits.checkPixels(PictureFormat.JPEG, width, height);
    componentIds = new byte[components];
    for (int i = 0; i < components; i++) {
      componentIds[i] = bytes[start + 6 + 3 * i];
    }
  }

  private boolean begins(int start, int end, byte[] prefix) {
    return end - start >= prefix.length
        && Arrays.equals(bytes, start, start + prefix.length, prefix, 0, prefix.length);
  }
}
