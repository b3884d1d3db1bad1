package org.quantsweep.jobs.cli;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Answered pictures as files: 8 bits a channel, or 16 of grey where the model answers floats. */
final class PictureFile {
  /** What 255 becomes 65535 by, so that a reader of 8 bits finds the same whole numbers. */
  private static final int WIDER = 257;

  private PictureFile() {}

  /**
   * The bytes of a PNG. Values are rounded; what is below 0 or above 255 is set to these.
   *
   * @param values {@code [channels, height, width]}, perhaps with axes of length 1 before
   */
  static byte[] png(Tensor values, ColorSpace colorSpace) {
    BufferedImage image =
        colorSpace == ColorSpace.GRAYSCALE_FLOAT16 ? wide(values) : narrow(values, colorSpace);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be written.", e);
    }
    return bytes.toByteArray();
  }

  private static BufferedImage narrow(Tensor values, ColorSpace colorSpace) {
    Shape shape = values.shape();
    int height = shape.length(-2);
    int width = shape.length(-1);
    int plane = width * height;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int band = 0; band < 3; band++) {
          int channel =
              colorSpace.channels() == 1 ? 0 : colorSpace == ColorSpace.BGR ? 2 - band : band;
          rgb = rgb << 8 | rounded(values.get(channel * plane + y * width + x), 1);
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  private static BufferedImage wide(Tensor values) {
    int height = values.shape().length(-2);
    int width = values.shape().length(-1);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_USHORT_GRAY);
    // Samples as they are: setRGB would convert between colour spaces.
    WritableRaster raster = image.getRaster();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        raster.setSample(x, y, 0, rounded(values.get(y * width + x), WIDER));
      }
    }
    return image;
  }

  private static int rounded(float value, int times) {
    return (int) Math.rint((double) Math.max(0, Math.min(255, value)) * times);
  }
}
