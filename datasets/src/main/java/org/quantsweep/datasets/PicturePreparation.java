package org.quantsweep.datasets;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.datasets.picture.Fit;
import org.quantsweep.datasets.picture.PictureDecoder;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.datasets.picture.Pixels;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Decodes pictures and brings them to a model's size; takes arrays as they are. A picture of a size
 * that the model allows is not resized.
 *
 * @param fit how another aspect ratio is handled
 * @param applyOrientation whether the EXIF orientation turns pictures
 * @param limits of picture files
 */
public record PicturePreparation(Fit fit, boolean applyOrientation, PictureLimits limits)
    implements SamplePreparation {
  /** Stretched, not turned: what coremltools does. */
  public static final PicturePreparation DEFAULT =
      new PicturePreparation(Fit.STRETCH, false, PictureLimits.DEFAULT);

  /** Changes whenever a prepared number may change. */
  private static final int VERSION = 1;

  @Override
  public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    return sample.content() instanceof SampleContent.EncodedPicture picture
        ? fromPicture(picture, inputs)
        : fromArrays((SampleContent.NamedArrays) sample.content(), inputs);
  }

  @Override
  public Sha256Digest digest() {
    return new Sha256Digest.Builder()
        .field("preparation", Integer.toString(VERSION))
        .field("fit", fit.toString())
        .field("orientation", Boolean.toString(applyOrientation))
        .field("bytes", Long.toString(limits.bytes()))
        .field("pixels", Long.toString(limits.pixels()))
        .build();
  }

  private SortedMap<String, Tensor> fromPicture(
      SampleContent.EncodedPicture picture, List<InputDescription> inputs)
      throws UnreadableSampleException {
    SortedMap<String, Tensor> prepared = new TreeMap<>();
    for (InputDescription input : inputs) {
      if (input instanceof InputDescription.Picture wanted && prepared.isEmpty()) {
        Pixels decoded = PictureDecoder.decode(picture.sharedBytes(), limits, applyOrientation);
        prepared.put(input.name(), toTensor(fitted(decoded, wanted), wanted.colorSpace()));
      } else if (!input.optional()) {
        throw new UnreadableSampleException(
            "a picture cannot be given to input '" + input.name() + "', which wants an array");
      }
    }
    return prepared;
  }

  private Pixels fitted(Pixels decoded, InputDescription.Picture wanted) {
    Pixels pixels = wanted.colorSpace().channels() == 1 ? decoded.toGrey() : decoded.toColor();
    return wanted.allows(pixels.width(), pixels.height())
        ? pixels
        : fit.apply(pixels, wanted.width(), wanted.height());
  }

  /** {@code [channels, H, W]} in the order of the colour space. */
  static Tensor toTensor(Pixels pixels, ColorSpace colorSpace) {
    int channels = pixels.channels();
    int plane = pixels.width() * pixels.height();
    byte[] samples = pixels.sharedSamples();
    float[] values = new float[samples.length];
    for (int channel = 0; channel < channels; channel++) {
      int band = colorSpace == ColorSpace.BGR ? channels - 1 - channel : channel;
      for (int i = 0; i < plane; i++) {
        values[channel * plane + i] = samples[i * channels + band] & 255;
      }
    }
    return Tensor.wrap(Shape.of(channels, pixels.height(), pixels.width()), values);
  }

  private static SortedMap<String, Tensor> fromArrays(
      SampleContent.NamedArrays content, List<InputDescription> inputs)
      throws UnreadableSampleException {
    SortedMap<String, Tensor> prepared = new TreeMap<>();
    for (InputDescription input : inputs) {
      Tensor array = content.arrays().get(input.name());
      if (array == null && content.arrays().size() == 1 && inputs.size() == 1) {
        array = content.arrays().values().iterator().next();
      }
      if (array == null) {
        if (input.optional()) {
          continue;
        }
        throw new UnreadableSampleException(
            "it has no array '" + input.name() + "', only " + content.arrays().keySet());
      }
      if (input instanceof InputDescription.Array wanted && !wanted.allows(array.shape())) {
        throw new UnreadableSampleException(
            "array '"
                + input.name()
                + "' has shape "
                + array.shape()
                + ", but the model wants "
                + wanted.shape());
      }
      prepared.put(input.name(), array);
    }
    return prepared;
  }
}
