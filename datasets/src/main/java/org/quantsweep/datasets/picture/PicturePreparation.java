package org.quantsweep.datasets.picture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.UsageException;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Makes a model's inputs from a picture (decoded, turned, fitted to the size that the model
 * prefers; one whose size the model allows is taken as it is) or from named arrays.
 *
 * @param orientation whether EXIF turns pictures
 * @param fit how a picture of another aspect is fitted
 * @param limits on pictures; they decide only which are readable, but that too is in the digest
 */
public record PicturePreparation(Orientation orientation, Fit fit, PictureLimits limits)
    implements SamplePreparation {
  /** As stored, stretched, default limits: what coremltools and Pillow users do. */
  public static final PicturePreparation DEFAULT =
      new PicturePreparation(Orientation.AS_STORED, Fit.STRETCH, PictureLimits.DEFAULT);

  /** Raised whenever a prepared number may differ from what an earlier version made. */
  private static final String VERSION = "2";

  private static final String FIT = "fit";
  private static final String EXIF_ORIENTATION = "exif-orientation";
  private static final String UNNAMED = "";

  /** Refuses null parts. */
  public PicturePreparation {
    Objects.requireNonNull(orientation, "orientation");
    Objects.requireNonNull(fit, "fit");
    Objects.requireNonNull(limits, "limits");
  }

  @Override
  public Sha256Digest digest() {
    return new Sha256Digest.Builder()
        .field("preparation", "picture")
        .field("version", VERSION)
        .field("orientation", orientation.name())
        .field("fit", fit.name())
        .field("resampling", "lanczos-3")
        .field("encodedSize", Long.toString(limits.encodedSize().bytes()))
        .field("pixels", Long.toString(limits.pixels()))
        .build();
  }

  @Override
  public SortedMap<String, String> flags() {
    TreeMap<String, String> flags = new TreeMap<>();
    flags.put(FIT, fit.name().toLowerCase(Locale.ROOT));
    flags.put(EXIF_ORIENTATION, Boolean.toString(orientation == Orientation.EXIF));
    return flags;
  }

  /**
   * The preparation that {@link #flags} tell, with the usual limits; what they do not tell is as by
   * default.
   *
   * @throws UsageException when there is no such fit
   */
  public static PicturePreparation ofFlags(Map<String, String> flags) {
    boolean turned = Boolean.parseBoolean(flags.get(EXIF_ORIENTATION));
    return new PicturePreparation(
        turned ? Orientation.EXIF : Orientation.AS_STORED,
        flags.containsKey(FIT) ? Fit.parse(flags.get(FIT)) : DEFAULT.fit(),
        PictureLimits.DEFAULT);
  }

  @Override
  public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    if (sample.content() instanceof SampleContent.NamedArrays named) {
      return fromArrays(named.arrays(), inputs);
    }
    return fromPicture(((SampleContent.EncodedPicture) sample.content()).sharedBytes(), inputs);
  }

  private SortedMap<String, Tensor> fromPicture(byte[] bytes, List<InputDescription> inputs)
      throws UnreadableSampleException {
    List<InputDescription.Picture> wanted = new ArrayList<>();
    for (InputDescription input : inputs) {
      if (input instanceof InputDescription.Picture picture
          && (!input.optional() || inputs.size() == 1)) {
        wanted.add(picture);
      } else if (!input.optional()) {
        throw new UnreadableSampleException(
            "the sample is a picture, but input '" + input.name() + "' takes an array.");
      }
    }
    if (wanted.size() != 1) {
      throw new UnreadableSampleException(
          "the sample is one picture, but the model takes " + wanted.size() + " pictures.");
    }
    InputDescription.Picture input = wanted.get(0);
    Picture decoded = PictureDecoder.decode(bytes, orientation, limits);
    Picture colored = input.colorSpace().channels() == 1 ? decoded.toGrey() : decoded.toRgb();
    if (!input.allows(colored.width(), colored.height())) {
      colored = fit.apply(colored, input.width(), input.height());
    }
    SortedMap<String, Tensor> result = new TreeMap<>();
    result.put(input.name(), toTensor(colored, input.colorSpace()));
    return result;
  }

  /** Float32 {@code [channels, height, width]} with values in [0, 255]. */
  static Tensor toTensor(Picture picture, ColorSpace colors) {
    int channels = picture.channels();
    int plane = picture.width() * picture.height();
    byte[] in = picture.sharedValues();
    float[] out = new float[Math.multiplyExact(plane, channels)];
    for (int c = 0; c < channels; c++) {
      int start = (colors == ColorSpace.BGR ? channels - 1 - c : c) * plane;
      for (int i = 0; i < plane; i++) {
        out[start + i] = in[i * channels + c] & 0xFF;
      }
    }
    return Tensor.wrap(Shape.of(channels, picture.height(), picture.width()), out);
  }

  private static SortedMap<String, Tensor> fromArrays(
      SortedMap<String, Tensor> arrays, List<InputDescription> inputs)
      throws UnreadableSampleException {
    SortedMap<String, Tensor> result = new TreeMap<>();
    Tensor unnamed = arrays.size() == 1 ? arrays.get(UNNAMED) : null;
    long required = inputs.stream().filter(input -> !input.optional()).count();
    for (InputDescription input : inputs) {
      boolean only = inputs.size() == 1 || (required == 1 && !input.optional());
      Tensor given = unnamed != null && only ? unnamed : arrays.get(input.name());
      if (given == null && input.optional()) {
        continue;
      }
      if (given == null) {
        throw new UnreadableSampleException(
            "the sample has no array for input '"
                + input.name()
                + "'; it has ("
                + names(arrays)
                + ").");
      }
      result.put(input.name(), checked(input, given));
    }
    return result;
  }

  private static String names(Map<String, Tensor> arrays) {
    return arrays.containsKey(UNNAMED)
        ? "one array without a name"
        : String.join(", ", arrays.keySet());
  }

  /** A picture input takes {@code [channels, height, width]} as an array too. */
  private static Tensor checked(InputDescription input, Tensor given)
      throws UnreadableSampleException {
    Shape shape = given.shape();
    if (input instanceof InputDescription.Array array) {
      // Rank 0 is a model that names no shape: anything goes.
      if (array.shape().rank() > 0 && !array.allows(shape)) {
        throw wrongShape(input, shape, array.shape(), isOfCalls(array, shape));
      }
      return given;
    }
    InputDescription.Picture picture = (InputDescription.Picture) input;
    int channels = picture.colorSpace().channels();
    if (shape.rank() != 3
        || shape.length(0) != channels
        || !picture.allows(shape.length(2), shape.length(1))) {
      throw wrongShape(input, shape, Shape.of(channels, picture.height(), picture.width()), false);
    }
    return given;
  }

  /** Whether what lies along the first axis is what the input takes. */
  private static boolean isOfCalls(InputDescription.Array array, Shape given) {
    return given.rank() > 1
        && array.allows(Shape.of(Arrays.copyOfRange(given.lengths(), 1, given.rank())));
  }

  private static UnreadableSampleException wrongShape(
      InputDescription input, Shape given, Shape wanted, boolean ofCalls) {
    return new UnreadableSampleException(
        "the array for input '"
            + input.name()
            + "' has the shape "
            + given
            + ", "
            + Quarantine.WRONG_SHAPE
            + "; it prefers "
            + wanted
            + (ofCalls ? ", and " + Quarantine.AS_CALLS : "")
            + ".");
  }
}
