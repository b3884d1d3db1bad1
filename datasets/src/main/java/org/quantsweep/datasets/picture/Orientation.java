package org.quantsweep.datasets.picture;

import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.io.IOException;
import java.util.Optional;

/** Whether a picture is turned as its EXIF orientation says. */
public enum Orientation {
  /** Not turned, as Pillow's {@code Image.open} and coremltools leave it. The default. */
  AS_STORED,
  /**
   * Turned as the EXIF tag 0x0112 says (Pillow's {@code ImageOps.exif_transpose}), as cameras mean
   * it and viewers show it. A picture without a readable tag stays as it is.
   */
  EXIF;

  /** The picture, turned if this says so. */
  Picture apply(Picture picture, Optional<byte[]> exif) {
    return this == AS_STORED || exif.isEmpty() ? picture : turn(picture, tag(exif.get()));
  }

  /** The value of the tag, 1 (as stored) when there is none that can be read. */
  private static int tag(byte[] tiff) {
    try {
      Entry entry =
          new TIFFReader()
              .read(new ByteArrayImageInputStream(tiff))
              .getEntryById(TIFF.TAG_ORIENTATION);
      return entry != null && entry.getValue() instanceof Number number ? number.intValue() : 1;
    } catch (IOException | RuntimeException e) {
      // Damaged EXIF does not make the pixels unreadable.
      return 1;
    }
  }

  /** EXIF 2.3, tag 0x0112: where row 0 and column 0 of the stored picture lie. */
  private static Picture turn(Picture picture, int tag) {
    if (tag < 2 || tag > 8) {
      return picture;
    }
    boolean swapped = tag >= 5;
    int width = swapped ? picture.height() : picture.width();
    int height = swapped ? picture.width() : picture.height();
    int lastX = picture.width() - 1;
    int lastY = picture.height() - 1;
    int channels = picture.channels();
    byte[] in = picture.sharedValues();
    byte[] out = new byte[in.length];
    int next = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = swapped ? y : x;
        int row = swapped ? x : y;
        if (tag == 2 || tag == 3 || tag == 7 || tag == 8) {
          column = lastX - column;
        }
        if (tag == 3 || tag == 4 || tag == 6 || tag == 7) {
          row = lastY - row;
        }
        int source = (row * picture.width() + column) * channels;
        for (int c = 0; c < channels; c++) {
          out[next++] = in[source + c];
        }
      }
    }
    return Picture.wrap(width, height, channels, out);
  }
}
