package org.quantsweep.datasets.picture;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Formats that are known by name and not decoded, so that messages can say what a file is. */
public final class OtherFormats {
  private static final List<String> ENDINGS =
      List.of(
          ".webp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".dng",
          ".cr2", ".nef", ".arw", ".psd", ".svg");

  private static final List<Signature> SIGNATURES =
      List.of(
          new Signature("WebP", 8, "WEBP"),
          new Signature("GIF", 0, "GIF8"),
          new Signature("TIFF", 0, "II*\0"),
          new Signature("TIFF", 0, "MM\0*"),
          new Signature("HEIC", 4, "ftyphei"),
          new Signature("HEIC", 4, "ftyphev"),
          new Signature("HEIF", 4, "ftypmif1"),
          new Signature("AVIF", 4, "ftypavi"),
          new Signature("JPEG 2000", 4, "jP  "),
          new Signature("JPEG XL", 4, "JXL "),
          new Signature("Photoshop", 0, "8BPS"),
          new Signature("PDF", 0, "%PDF"),
          new Signature("HTML", 0, "<!DOCTYPE"),
          new Signature("HTML", 0, "<html"));

  private OtherFormats() {}

  /** Bytes at a place that tell a format. */
  private record Signature(String format, int offset, String text) {
    boolean isIn(byte[] bytes) {
      byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
      int end = offset + wanted.length;
      return bytes.length >= end && Arrays.equals(bytes, offset, end, wanted, 0, wanted.length);
    }
  }

  /** The format that the first bytes tell, if it is one of these. */
  static Optional<String> nameOf(byte[] bytes) {
    return SIGNATURES.stream()
        .filter(signature -> signature.isIn(bytes))
        .map(Signature::format)
        .findFirst();
  }

  /** The end of a file's name that tells a picture of another format, in lower case. */
  public static Optional<String> ending(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.stream().filter(lower::endsWith).findFirst();
  }
}
