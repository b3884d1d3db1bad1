package org.quantsweep.datasets.picture;

import java.awt.image.Raster;

/**
 * From a JPEG's components to red, green, blue in libjpeg's fixed-point arithmetic (jdcolor.c's
 * documented equations, ITU-T T.871), and from CMYK as Pillow's {@code convert("RGB")} does.
 */
final class JpegColors {
  private JpegColors() {}

  /** The raster holds the components as they were coded, upsampled but not converted. */
  static Picture toPicture(Raster raster, JpegStructure.Colors colors) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    int channels = colors == JpegStructure.Colors.GREY ? 1 : 3;
    byte[] values = new byte[width * height * channels];
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      int out = y * width * channels;
      switch (colors) {
        case GREY -> {
          for (int x = 0; x < width; x++) {
            values[out + x] = (byte) row[x];
          }
        }
        case RGB -> {
          for (int i = 0; i < row.length; i++) {
            values[out + i] = (byte) row[i];
          }
        }
        case YCBCR -> fromYcbcr(row, values, out);
        case CMYK, YCCK -> fromCmyk(row, colors == JpegStructure.Colors.YCCK, values, out);
      }
    }
    return Picture.wrap(width, height, channels, values);
  }

  private static void fromYcbcr(int[] row, byte[] values, int out) {
    for (int i = 0; i < row.length; i += 3) {
      int luma = row[i];
      int cb = row[i + 1] - 128;
      int cr = row[i + 2] - 128;
      values[out + i] = (byte) red(luma, cr);
      values[out + i + 1] = (byte) green(luma, cb, cr);
      values[out + i + 2] = (byte) blue(luma, cb);
    }
  }

  /**
   * Adobe's way, which all four-component JPEGs follow: ink is stored inverted (255 = none). YCCK
   * codes the inverted ink's complement as YCbCr.
   */
  private static void fromCmyk(int[] row, boolean ycck, byte[] values, int out) {
    for (int i = 0; i < row.length; i += 4) {
      int cyan = row[i];
      int magenta = row[i + 1];
      int yellow = row[i + 2];
      if (ycck) {
        int cb = row[i + 1] - 128;
        int cr = row[i + 2] - 128;
        cyan = 255 - red(row[i], cr);
        magenta = 255 - green(row[i], cb, cr);
        yellow = 255 - blue(row[i], cb);
      }
      int light = row[i + 3];
      int next = out + i / 4 * 3;
      values[next] = mix(255 - cyan, light);
      values[next + 1] = mix(255 - magenta, light);
      values[next + 2] = mix(255 - yellow, light);
    }
  }

  /** light - ink * light / 255, the division rounded; both in [0, 255]. */
  private static byte mix(int ink, int light) {
    int product = ink * light + 128;
    return (byte) clip(light - (((product >> 8) + product) >> 8));
  }

  private static int red(int luma, int cr) {
    return clip(luma + ((91881 * cr + 32768) >> 16));
  }

  private static int green(int luma, int cb, int cr) {
    return clip(luma + ((-22554 * cb - 46802 * cr + 32768) >> 16));
  }

  private static int blue(int luma, int cb) {
    return clip(luma + ((116130 * cb + 32768) >> 16));
  }

  private static int clip(int value) {
    return (value & ~0xFF) == 0 ? value : value < 0 ? 0 : 255;
  }
}
