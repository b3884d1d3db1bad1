package org.quantsweep.datasets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.LfsPointer;
import org.quantsweep.datasets.numpy.NpyReader;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.datasets.numpy.NpzWriter;
import org.quantsweep.datasets.picture.Orientation;
import org.quantsweep.datasets.picture.PictureDecoder;
import org.quantsweep.datasets.picture.PictureFormat;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** From a file's name and bytes to a sample; knows neither Spark nor a file system. */
public final class SampleFiles {
  private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};

  private SampleFiles() {}

  /** Whether a file is meant as a sample, by the end of its name. */
  public static boolean isSample(String name) {
    return PictureFormat.isPictureName(name) || Format.ofName(name) != Format.PICTURE;
  }

  /** The sub-folder that a relative path begins with, or the empty text: its label. */
  public static String label(String path) {
    int slash = path.indexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** What a file's bytes are. */
  private enum Format {
    PICTURE,
    NPY,
    NPZ;

    static Format ofName(String path) {
      String lower = path.toLowerCase(Locale.ROOT);
      return lower.endsWith(".npy") ? NPY : lower.endsWith(".npz") ? NPZ : PICTURE;
    }

    static Format ofContent(byte[] bytes) {
      return begins(bytes, NPY_MAGIC) ? NPY : begins(bytes, ZIP_MAGIC) ? NPZ : PICTURE;
    }

    private static boolean begins(byte[] bytes, byte[] magic) {
      return bytes.length >= magic.length
          && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }
  }

  /**
   * A file's sample, without checking that a picture can be decoded. A picture's digest is that of
   * the file; that of arrays is {@link #digest}'s, so that it does not tell how they are stored.
   *
   * @param path relative to the folder, with {@code /}; its end says what the file is
   */
  public static Sample read(String path, byte[] bytes, String label, IngestLimits limits)
      throws UnreadableSampleException {
    return read(path, bytes, label, limits, Format.ofName(path));
  }

  private static Sample read(
      String path, byte[] bytes, String label, IngestLimits limits, Format format)
      throws UnreadableSampleException {
    if (LfsPointer.is(bytes)) {
      throw new UnreadableSampleException(LfsPointer.WHAT);
    }
    if (format == Format.PICTURE) {
      return new Sample(
          Sha256Digest.of(bytes), path, new SampleContent.EncodedPicture(bytes), label);
    }
    SortedMap<String, Tensor> arrays = new TreeMap<>();
    if (format == Format.NPY) {
      arrays.put("", array(bytes, limits));
    } else {
      requireAllowed(bytes, limits);
      arrays.putAll(NpzReader.read(bytes, limits.arrays().bytes()));
    }
    return new Sample(digest(arrays), path, new SampleContent.NamedArrays(arrays), label);
  }

  /** The array of an {@code .npy} file. */
  public static Tensor array(byte[] bytes, IngestLimits limits) throws UnreadableSampleException {
    requireAllowed(bytes, limits);
    return NpyReader.read(bytes);
  }

  private static void requireAllowed(byte[] bytes, IngestLimits limits)
      throws UnreadableSampleException {
    if (bytes.length > limits.arrays().bytes()) {
      throw new UnreadableSampleException(
          "the file has "
              + bytes.length
              + " bytes, more than the limit on arrays ("
              + limits.arrays().bytes()
              + ").");
    }
  }

  /** A file's sample, decoded in full as a check: what passes is readable. */
  public static Sample readAndCheck(String path, byte[] bytes, String label, IngestLimits limits)
      throws UnreadableSampleException {
    return checked(read(path, bytes, label, limits), bytes, limits);
  }

  /** As {@link #readAndCheck}, of bytes whose beginning says what they are, not the path. */
  public static Sample readAndCheckContent(
      String path, byte[] bytes, String label, IngestLimits limits)
      throws UnreadableSampleException {
    return checked(read(path, bytes, label, limits, Format.ofContent(bytes)), bytes, limits);
  }

  private static Sample checked(Sample sample, byte[] bytes, IngestLimits limits)
      throws UnreadableSampleException {
    if (sample.content() instanceof SampleContent.EncodedPicture) {
      PictureDecoder.decode(bytes, Orientation.AS_STORED, limits.picture());
    }
    return sample;
  }

  /** What is odd about a sample that can be read all the same; empty for most. */
  public static Optional<String> remark(Sample sample, IngestLimits limits)
      throws UnreadableSampleException {
    return sample.content() instanceof SampleContent.EncodedPicture picture
            && PictureDecoder.lacksEnd(picture.sharedBytes(), limits.picture())
        ? Optional.of(
            sample.path() + ": the JPEG has no end marker (FFD9), but all of its rows are there")
        : Optional.empty();
  }

  /** The digest of named arrays: of their names, shapes and float32 values, written as an .npz. */
  public static Sha256Digest digest(SortedMap<String, Tensor> arrays) {
    return Sha256Digest.of(toNpz(arrays));
  }

  /**
   * The samples of an {@code .npz} that is a whole set: the leading axis of every array counts the
   * samples. A sample's digest is that of its own arrays written as an {@code .npz}.
   */
  public static List<Sample> split(String name, SortedMap<String, Tensor> arrays)
      throws UnreadableSampleException {
    List<Sample> result = new ArrayList<>();
    for (SortedMap<String, Tensor> own : places(arrays, "samples")) {
      result.add(
          new Sample(
              digest(own),
              name + "[" + result.size() + "]",
              new SampleContent.NamedArrays(own),
              ""));
    }
    return result;
  }

  /**
   * What lies at each place of the first axis of every array.
   *
   * @param counted what the axis counts, for messages
   * @throws UnreadableSampleException when the arrays differ in it, or one has no axis
   */
  public static List<SortedMap<String, Tensor>> places(
      SortedMap<String, Tensor> arrays, String counted) throws UnreadableSampleException {
    int places = -1;
    for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
      Shape shape = array.getValue().shape();
      int length = shape.rank() == 0 ? -1 : shape.length(0);
      if (length < 0 || (places >= 0 && length != places)) {
        throw new UnreadableSampleException(
            "array '"
                + array.getKey()
                + "' has the shape "
                + shape
                + ", but the first axis of every array must count the same "
                + counted
                + ".");
      }
      places = length;
    }
    List<SortedMap<String, Tensor>> result = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      SortedMap<String, Tensor> own = new TreeMap<>();
      for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
        int[] lengths = array.getValue().shape().lengths();
        Shape shape = Shape.of(Arrays.copyOfRange(lengths, 1, lengths.length));
        int size = Math.toIntExact(shape.elementCount());
        float[] values =
            Arrays.copyOfRange(array.getValue().sharedArray(), i * size, (i + 1) * size);
        own.put(array.getKey(), Tensor.wrap(shape, values));
      }
      result.add(own);
    }
    return result;
  }

  /** Arrays as the bytes of an {@code .npz}: the same arrays always give the same bytes. */
  public static byte[] toNpz(SortedMap<String, Tensor> arrays) {
    NpzWriter writer = new NpzWriter();
    arrays.forEach(writer::add);
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try {
      writer.writeTo(stored);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail to take bytes.", e);
    }
    return stored.toByteArray();
  }
}
