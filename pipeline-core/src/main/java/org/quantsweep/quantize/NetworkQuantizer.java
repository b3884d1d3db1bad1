package org.quantsweep.quantize;

import java.util.Optional;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Tensor;

/**
 * Makes the codes of neural networks; the optimal tables of all eight widths come from one run that
 * is kept.
 */
public final class NetworkQuantizer extends TensorQuantizer {
  private final Tensor weights;
  private final Channels channels;
  private OptimalTableSet tables;

  /**
   * For one weight tensor.
   *
   * @param weights float32 in the tensor's shape, at least one
   * @param channelAxis the axis of the output channels
   * @param scales how many scales a per-channel scheme has: 1, the length of that axis, or a
   *     multiple of it for the groups of a deconvolution
   * @throws BadInputException when a weight is NaN or infinite
   * @throws IllegalArgumentException when there are no weights, or the scales do not fit the shape
   */
  public NetworkQuantizer(Tensor weights, int channelAxis, int scales) {
    if (weights.size() == 0) {
      throw new IllegalArgumentException(
          "shape " + weights.shape() + " holds no weights to quantize.");
    }
    if (scales > 1 && scales % weights.shape().length(channelAxis) != 0) {
      throw new IllegalArgumentException(
          scales
              + " scales do not fit shape "
              + weights.shape()
              + " along axis "
              + channelAxis
              + ".");
    }
    requireFinite(weights);
    this.weights = weights;
    this.channels =
        scales <= 1
            ? Channels.whole(weights.shape())
            : Channels.along(
                weights.shape(), channelAxis, scales / weights.shape().length(channelAxis));
  }

  private NetworkQuantizer(Tensor weights, Channels channels, OptimalTableSet tables) {
    this.weights = weights;
    this.channels = channels;
    this.tables = tables;
  }

  @Override
  public CodedWeights quantize(Scheme.Compression compression) {
    requirePlain(compression);
    Scheme.Quantization scheme = (Scheme.Quantization) compression;
    NumberOfBits bits = scheme.bits();
    if (scheme.method() instanceof Method.CustomTable custom) {
      return LookUpTables.nearest(weights, bits, CustomTables.fit(custom, weights, bits));
    }
    Channels shared = channels(scheme.grouping());
    return switch ((Method.Plain) scheme.method()) {
      case LINEAR -> LinearQuantizer.asymmetric(weights, bits, shared);
      case LINEAR_SYMMETRIC -> LinearQuantizer.symmetric(weights, bits, shared);
      case LUT_LINEAR -> LookUpTables.linear(weights, bits);
      case LUT_UNIQUE ->
          throw new IllegalArgumentException("neural networks have no tables of " + scheme + ".");
      case LUT_KMEANS -> LookUpTables.nearest(weights, bits, optimalTable(bits));
    };
  }

  /**
   * Codes that were found elsewhere, under scales and biases of their own.
   *
   * @param codes one byte each, in row-major order of the tensor; the caller must not change them
   * @param scales one for each channel, or one for the whole tensor
   * @param biases as many
   */
  public LinearWeights linear(
      NumberOfBits bits, Grouping grouping, byte[] codes, float[] scales, float[] biases) {
    return new LinearWeights(weights.shape(), bits, codes, channels(grouping), scales, biases);
  }

  /** How many scales a scheme with one for each channel has. */
  public int channelCount() {
    return channels.count();
  }

  private Channels channels(Grouping grouping) {
    if (grouping.equals(Grouping.WHOLE)) {
      return Channels.whole(weights.shape());
    }
    if (grouping.equals(Grouping.PER_CHANNEL)) {
      return channels;
    }
    throw new IllegalArgumentException("no codes are made for each " + grouping.text() + " here.");
  }

  @Override
  public synchronized Optional<OptimalTableSet> knownTables() {
    return Optional.ofNullable(tables);
  }

  @Override
  public NetworkQuantizer withTables(OptimalTableSet known) {
    return new NetworkQuantizer(weights, channels, known);
  }

  private synchronized float[] optimalTable(NumberOfBits bits) {
    if (tables == null) {
      tables = new OptimalTableSet(weights.sharedArray());
    }
    return tables.entries(bits);
  }
}
