package org.quantsweep.job;

import java.util.Base64;
import java.util.Optional;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.report.picture.Pixels;

/** The room that the pictures of a report have together; what does not fit is left out. */
final class PictureRoom {
  /** Smaller pictures stay as they are: lines of digits would smear. */
  private static final int FEW_PIXELS = 64 * 64;

  private final PictureEncoder encoder;
  private long left;

  /**
   * An empty one.
   *
   * @param bytes of all pictures together, before base64
   */
  PictureRoom(PictureEncoder encoder, long bytes) {
    this.encoder = encoder;
    this.left = bytes;
  }

  /** A photograph or what looks like one; null where there is no room, or no codec. */
  ShownSample.Picture photograph(Pixels pixels) {
    return pixels.width() * pixels.height() <= FEW_PIXELS
        ? drawing(pixels)
        : kept(pixels, "image/jpeg", encoder.jpeg(pixels));
  }

  /** Areas of a few colours; null likewise. */
  ShownSample.Picture drawing(Pixels pixels) {
    return kept(pixels, "image/png", encoder.png(pixels));
  }

  private ShownSample.Picture kept(Pixels pixels, String type, Optional<byte[]> file) {
    if (file.isEmpty() || file.get().length > left) {
      return null;
    }
    left -= file.get().length;
    return new ShownSample.Picture(
        type, pixels.width(), pixels.height(), Base64.getEncoder().encodeToString(file.get()));
  }
}
