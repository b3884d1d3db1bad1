package org.quantsweep.datasets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.datasets.numpy.NpyReader;
import org.quantsweep.datasets.numpy.Npz;
import org.quantsweep.datasets.picture.PictureDecoder;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.datasets.picture.Pixels;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** What kinds of files hold samples, and how a file becomes one. */
public final class SampleFiles {
  private static final List<String> PICTURES = List.of(".jpg", ".jpeg", ".png", ".bmp");

  private SampleFiles() {}

  /** A sample that can be read, with the size of its picture in pixels (0 for arrays). */
  public record Checked(Sample sample, int width, int height) {}

  /** Whether a name is that of a sample file. */
  public static boolean isSample(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return PICTURES.stream().anyMatch(lower::endsWith)
        || lower.endsWith(".npy")
        || lower.endsWith(".npz");
  }

  /**
   * One sample from a file; pictures are decoded once to know that they can be.
   *
   * @param path relative to the set's folder; its first folder is the label
   * @throws UnreadableSampleException when it cannot be read
   */
  public static Checked check(String path, byte[] bytes, PictureLimits limits)
      throws UnreadableSampleException {
    String lower = path.toLowerCase(Locale.ROOT);
    int folder = path.indexOf('/');
    String label = folder < 0 ? "" : path.substring(0, folder);
    SampleContent content;
    int width = 0;
    int height = 0;
    try {
      if (lower.endsWith(".npy")) {
        content = new SampleContent.NamedArrays(new TreeMap<>(Map.of("", NpyReader.read(bytes))));
      } else if (lower.endsWith(".npz")) {
        content = new SampleContent.NamedArrays(Npz.read(bytes));
      } else {
        Pixels decoded = PictureDecoder.decode(bytes, limits, false);
        width = decoded.width();
        height = decoded.height();
        content = new SampleContent.EncodedPicture(bytes);
      }
    } catch (IOException e) {
      throw new UnreadableSampleException(e.getMessage(), e);
    }
    return new Checked(new Sample(Sha256Digest.of(bytes), path, content, label), width, height);
  }

  /**
   * The samples of an {@code .npz} that is a set itself: every array has one row for each sample.
   *
   * @throws IOException with one line that says why it cannot be read
   */
  public static List<Sample> rows(String name, byte[] bytes) throws IOException {
    Map<String, Tensor> arrays = Npz.read(bytes);
    int count = -1;
    for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
      int rows = array.getValue().shape().rank() == 0 ? 0 : array.getValue().shape().length(0);
      if (rows == 0 || (count >= 0 && rows != count)) {
        throw new IOException(
            "array '"
                + array.getKey()
                + "' of shape "
                + array.getValue().shape()
                + " has not one row for each sample, as the others have");
      }
      count = rows;
    }
    List<Sample> samples = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      TreeMap<String, Tensor> own = new TreeMap<>();
      for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
        own.put(array.getKey(), row(array.getValue(), row));
      }
      SampleContent content = new SampleContent.NamedArrays(own);
      Sha256Digest digest = Sha256Digest.of(Npz.writeTensors(own));
      samples.add(new Sample(digest, name + "[" + row + "]", content, ""));
    }
    return samples;
  }

  private static Tensor row(Tensor array, int row) {
    int[] lengths = array.shape().lengths();
    int[] rest = java.util.Arrays.copyOfRange(lengths, 1, lengths.length);
    Shape shape = Shape.of(rest);
    int size = Math.toIntExact(shape.elementCount());
    return Tensor.wrap(
        shape, java.util.Arrays.copyOfRange(array.sharedArray(), row * size, (row + 1) * size));
  }
}
