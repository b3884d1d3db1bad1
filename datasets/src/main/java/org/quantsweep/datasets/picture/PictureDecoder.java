package org.quantsweep.datasets.picture;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.SinglePixelPackedSampleModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageReader;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * Decodes pictures to the values that Pillow 11 gives, to the last bit: embedded colour profiles
 * and gamma are ignored, alpha is dropped, palettes and CMYK become red, green, blue. Of 16 bits
 * the upper 8 are kept; Pillow does so too, except for grey without alpha, which it clips at 255,
 * so that nearly everything turns white: there ours differs.
 */
public final class PictureDecoder {
  /** What libjpeg says when a marker comes before the last row is decoded. */
  private static final String LACKS_DATA = "premature end of data segment";

  private PictureDecoder() {}

  /**
   * Decodes a picture file: three channels, or one where the file holds only grey.
   *
   * @throws UnreadableSampleException with the reason, when the bytes are not a whole JPEG, PNG or
   *     BMP, or are beyond the limits
   */
  public static Picture decode(byte[] bytes, Orientation orientation, PictureLimits limits)
      throws UnreadableSampleException {
    limits.checkEncodedSize(bytes.length);
    PictureFormat format = PictureFormat.of(bytes);
    Picture picture;
    Optional<byte[]> exif = Optional.empty();
    PictureHeader header;
    try {
      switch (format) {
        case JPEG -> {
          JpegStructure structure = JpegStructure.parse(bytes, limits);
          header = structure.header();
          exif = structure.exif();
          picture = JpegColors.toPicture(readRaster(structure, bytes), structure.colors());
        }
        case PNG -> {
          PngStructure structure = PngStructure.parse(bytes, limits);
          header = structure.header();
          exif = structure.exif();
          picture = toPicture(readImage(format, structure.ended() ? bytes : withEnd(bytes)));
        }
        default -> {
          header = BmpStructure.parse(bytes, limits).header();
          picture = toPicture(readImage(format, bytes));
        }
      }
    } catch (IOException | RuntimeException e) {
      // The readers throw many kinds of exceptions on damaged files.
      throw new UnreadableSampleException(
          "the " + format + " is damaged and cannot be decoded (" + reason(e) + ").", e);
    }
    if (picture.width() != header.width() || picture.height() != header.height()) {
      throw new UnreadableSampleException(
          "the " + format + " is damaged: its header and its pixels differ in size.");
    }
    return orientation.apply(picture, exif);
  }

  private static String reason(Exception e) {
    Throwable cause = e;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("").strip();
  }

  /** An end chunk (IEND) after whatever is there: the decoder wants one, Pillow does not. */
  private static byte[] withEnd(byte[] bytes) {
    byte[] end = {0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xAE, 0x42, 0x60, (byte) 0x82};
    byte[] whole = Arrays.copyOf(bytes, bytes.length + end.length);
    System.arraycopy(end, 0, whole, bytes.length, end.length);
    return whole;
  }

  private static Raster readRaster(JpegStructure structure, byte[] bytes)
      throws IOException, UnreadableSampleException {
    byte[] whole = structure.hasEnd() ? bytes : withEndMarker(bytes);
    ImageReader reader =
        structure.hasWideTables()
            ? PictureReaders.openWide(whole)
            : PictureReaders.open(PictureFormat.JPEG, whole);
    AtomicBoolean lacksData = new AtomicBoolean();
    reader.addIIOReadWarningListener(
        (source, warning) -> lacksData.compareAndSet(false, warning.contains(LACKS_DATA)));
    try {
      Raster raster = reader.readRaster(0, null);
      if (!structure.hasEnd() && lacksData.get()) {
        throw structure.truncated();
      }
      return raster;
    } catch (IOException e) {
      if (structure.isArithmetic()) {
        throw structure.unknownKind();
      }
      throw e;
    } finally {
      reader.dispose();
    }
  }

  /**
   * Whether a JPEG lacks its end marker, though all of its rows are there. Some cameras write zeros
   * in its place.
   */
  public static boolean lacksEnd(byte[] bytes, PictureLimits limits)
      throws UnreadableSampleException {
    return PictureFormat.of(bytes) == PictureFormat.JPEG
        && !JpegStructure.parse(bytes, limits).hasEnd();
  }

  private static byte[] withEndMarker(byte[] bytes) {
    byte[] whole = Arrays.copyOf(bytes, bytes.length + 2);
    whole[bytes.length] = (byte) 0xFF;
    whole[bytes.length + 1] = (byte) 0xD9;
    return whole;
  }

  private static BufferedImage readImage(PictureFormat format, byte[] bytes) throws IOException {
    ImageReader reader = PictureReaders.open(format, bytes);
    try {
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  private static Picture toPicture(BufferedImage image) throws UnreadableSampleException {
    ColorModel colors = image.getColorModel();
    Raster raster = image.getRaster();
    if (colors instanceof IndexColorModel palette) {
      return fromPalette(raster, palette);
    }
    if (raster.getSampleModel() instanceof SinglePixelPackedSampleModel packed) {
      return fromPacked(raster, packed);
    }
    int bits = colors.getComponentSize(0);
    if (bits != 8 && bits != 16) {
      throw new UnreadableSampleException(
          "this kind of picture (" + bits + " bits a channel) cannot be decoded.");
    }
    // Samples, never getRGB: that would convert between colour spaces.
    int channels = colors.getNumColorComponents();
    return interleave(raster, channels, bits == 16 ? 8 : 0);
  }

  private static Picture interleave(Raster raster, int channels, int shift) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    byte[] values = new byte[width * height * channels];
    int[] row = new int[width * bands];
    int next = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          values[next++] = (byte) (row[x * bands + c] >> shift);
        }
      }
    }
    return Picture.wrap(width, height, channels, values);
  }

  private static Picture fromPalette(Raster raster, IndexColorModel palette)
      throws UnreadableSampleException {
    int size = palette.getMapSize();
    byte[] red = new byte[size];
    byte[] green = new byte[size];
    byte[] blue = new byte[size];
    palette.getReds(red);
    palette.getGreens(green);
    palette.getBlues(blue);
    boolean grey = Arrays.equals(red, green) && Arrays.equals(red, blue);
    int channels = grey ? 1 : 3;
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] values = new byte[width * height * channels];
    int[] row = new int[width];
    int next = 0;
    for (int y = 0; y < height; y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        int index = row[x];
        if (index >= size) {
          throw new UnreadableSampleException(
              "the picture is damaged: a pixel names colour "
                  + index
                  + ", but its palette has "
                  + size
                  + " colours.");
        }
        values[next++] = red[index];
        if (!grey) {
          values[next++] = green[index];
          values[next++] = blue[index];
        }
      }
    }
    return Picture.wrap(width, height, channels, values);
  }

  /** Pixels of 16 or 32 bits with a mask for each channel, as BMP holds them. */
  private static Picture fromPacked(Raster raster, SinglePixelPackedSampleModel packed)
      throws UnreadableSampleException {
    if (packed.getNumBands() < 3 || raster.getDataBuffer().getDataType() == DataBuffer.TYPE_BYTE) {
      throw new UnreadableSampleException(
          "this kind of picture (" + packed.getNumBands() + " packed channels) cannot be decoded.");
    }
    Picture samples = interleave(raster, 3, 0);
    int[] sizes = packed.getSampleSize();
    byte[] values = samples.sharedValues();
    for (int i = 0; i < values.length; i++) {
      int most = (1 << sizes[i % 3]) - 1;
      values[i] = (byte) ((values[i] & 0xFF) * 255 / most);
    }
    return Picture.wrap(samples.width(), samples.height(), 3, values);
  }
}
