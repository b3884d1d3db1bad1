package org.quantsweep.jobs.sweep;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.report.picture.Pixels;

/** Pictures of reports by the JDK's own codecs, which give the same bytes for the same pixels. */
public final class ReportPictures implements PictureEncoder {
  /** Artefacts of the codec must not be taken for the model's. */
  private static final float QUALITY = 0.85f;

  @Override
  public Optional<byte[]> png(Pixels pixels) {
    return Optional.of(written(pixels, "png"));
  }

  @Override
  public Optional<byte[]> jpeg(Pixels pixels) {
    return Optional.of(written(pixels, "jpeg"));
  }

  private static byte[] written(Pixels pixels, String format) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      // Of PNG it is the opposite of the level: no pixel changes.
      parameters.setCompressionQuality(format.equals("png") ? 0 : QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image(pixels), null, null), parameters);
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be written.", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage image(Pixels pixels) {
    boolean grey = pixels.channels() == 1;
    BufferedImage image =
        new BufferedImage(
            pixels.width(),
            pixels.height(),
            grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    // Samples as they are: setRGB would convert between grey and colours.
    WritableRaster raster = image.getRaster();
    for (int y = 0; y < pixels.height(); y++) {
      for (int x = 0; x < pixels.width(); x++) {
        for (int channel = 0; channel < pixels.channels(); channel++) {
          raster.setSample(x, y, channel, pixels.at(x, y, channel));
        }
      }
    }
    return image;
  }
}
