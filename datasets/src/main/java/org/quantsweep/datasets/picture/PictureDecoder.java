package org.quantsweep.datasets.picture;

import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEG;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegment;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegmentUtil;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * Decodes JPEG, PNG and BMP files to 8-bit samples, as Pillow's {@code convert("RGB")} does: colour
 * profiles are not applied, alpha is dropped, palettes are expanded, of 16 bits the upper 8 are
 * kept.
 */
public final class PictureDecoder {
  private PictureDecoder() {}

  /**
   * Decodes a file: three channels, or one when the file is grey.
   *
   * @param applyOrientation whether the EXIF orientation turns the picture; Pillow does not unless
   *     asked
   * @throws UnreadableSampleException with one line that says why
   */
  public static Pixels decode(byte[] bytes, PictureLimits limits, boolean applyOrientation)
      throws UnreadableSampleException {
    if (bytes.length == 0) {
      throw new UnreadableSampleException("the file is empty (0 bytes)");
    }
    if (bytes.length > limits.bytes()) {
      throw new UnreadableSampleException(
          "the file has " + bytes.length + " bytes, more than the limit of " + limits.bytes());
    }
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new UnreadableSampleException("it is no JPEG, PNG or BMP picture");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(input, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > limits.pixels()) {
          throw new UnreadableSampleException(
              "it has "
                  + reader.getWidth(0)
                  + " x "
                  + reader.getHeight(0)
                  + " pixels, more than the limit of "
                  + limits.pixels());
        }
        Pixels decoded = pixels(read(reader));
        return applyOrientation ? decoded.oriented(orientation(bytes)) : decoded;
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // The JDK's readers answer damaged files with many kinds of runtime exception.
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new UnreadableSampleException(
          "it cannot be decoded (" + reason.lines().findFirst().orElse("no reason given") + ")", e);
    }
  }

  private static BufferedImage read(ImageReader reader) throws IOException {
    List<String> warnings = new ArrayList<>();
    IIOReadWarningListener listener = (source, warning) -> warnings.add(warning);
    reader.addIIOReadWarningListener(listener);
    BufferedImage image = reader.read(0);
    for (String warning : warnings) {
      String text = warning.toLowerCase(Locale.ROOT);
      // A JPEG that ends early is filled with grey and only warned of.
      if (text.contains("premature") || text.contains("truncated") || text.contains("eof")) {
        throw new IOException(warning);
      }
    }
    return image;
  }

  private static Pixels pixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    if (image.getColorModel() instanceof IndexColorModel palette) {
      byte[] color = new byte[3 * width * height];
      boolean grey = true;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int rgb = palette.getRGB(raster.getSample(x, y, 0));
          int at = 3 * (y * width + x);
          color[at] = (byte) (rgb >> 16);
          color[at + 1] = (byte) (rgb >> 8);
          color[at + 2] = (byte) rgb;
          grey &= color[at] == color[at + 1] && color[at] == color[at + 2];
        }
      }
      Pixels expanded = new Pixels(width, height, 3, color);
      return grey ? expanded.toGrey() : expanded;
    }
    int bands = raster.getNumBands();
    int channels = bands >= 3 ? 3 : 1;
    byte[] samples = new byte[channels * width * height];
    int[] row = new int[width * bands];
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          samples[(y * width + x) * channels + channel] =
              (byte) (row[x * bands + channel] >> shift);
        }
      }
    }
    return new Pixels(width, height, channels, samples);
  }

  /** The EXIF orientation of a JPEG; 1 when it names none. */
  private static int orientation(byte[] bytes) throws IOException {
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      for (JPEGSegment segment : JPEGSegmentUtil.readSegments(input, JPEG.APP1, "Exif")) {
        try (ImageInputStream exif = new MemoryCacheImageInputStream(segment.segmentData())) {
          exif.skipBytes(1);
          CompoundDirectory directory = (CompoundDirectory) new TIFFReader().read(exif);
          Entry entry = directory.getEntryById(TIFF.TAG_ORIENTATION);
          return entry == null ? 1 : ((Number) entry.getValue()).intValue();
        }
      }
      return 1;
    } catch (IOException e) {
      // No JPEG, or no EXIF that can be read: the picture is as it lies.
      return 1;
    }
  }
}
