package org.quantsweep.datasets.picture;

import java.util.Locale;
import java.util.Optional;
import org.quantsweep.sample.UnreadableSampleException;

/** The picture formats that can be decoded. A file's first bytes decide, not its name. */
public enum PictureFormat {
  /** ITU T.81, baseline and progressive, 8 bits a component. */
  JPEG(0xFF, 0xD8, 0xFF),
  /** W3C Portable Network Graphics. */
  PNG(0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'),
  /** Windows bitmap. */
  BMP('B', 'M');

  @SuppressWarnings("ImmutableEnumChecker") // Never written after the constructor.
  private final byte[] signature;

  PictureFormat(int... signature) {
    this.signature = new byte[signature.length];
    for (int i = 0; i < signature.length; i++) {
      this.signature[i] = (byte) signature[i];
    }
  }

  /** Whether a file's name ends as picture files do: jpg, jpeg, png, bmp, in any case. */
  public static boolean isPictureName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".jpg")
        || lower.endsWith(".jpeg")
        || lower.endsWith(".png")
        || lower.endsWith(".bmp");
  }

  /**
   * The format that the first bytes name.
   *
   * @throws UnreadableSampleException when there are no bytes, or they begin as no picture does
   */
  static PictureFormat of(byte[] bytes) throws UnreadableSampleException {
    if (bytes.length == 0) {
      throw new UnreadableSampleException("the file is empty (0 bytes).");
    }
    for (PictureFormat format : values()) {
      if (format.begins(bytes)) {
        return format;
      }
    }
    Optional<String> other = OtherFormats.nameOf(bytes);
    if (other.isPresent()) {
      throw new UnreadableSampleException(
          "not a JPEG, PNG or BMP, whatever its name says: it is a " + other.get() + " file.");
    }
    StringBuilder first = new StringBuilder();
    for (int i = 0; i < Math.min(4, bytes.length); i++) {
      first.append(String.format(Locale.ROOT, i == 0 ? "%02x" : " %02x", bytes[i] & 0xFF));
    }
    throw new UnreadableSampleException(
        "not a JPEG, PNG or BMP: no such file begins with the bytes (" + first + ").");
  }

  private boolean begins(byte[] bytes) {
    if (bytes.length < signature.length) {
      return false;
    }
    for (int i = 0; i < signature.length; i++) {
      if (bytes[i] != signature[i]) {
        return false;
      }
    }
    return true;
  }
}
