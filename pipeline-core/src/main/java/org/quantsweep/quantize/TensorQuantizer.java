package org.quantsweep.quantize;

import java.util.Optional;
import java.util.ServiceLoader;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.tensor.Tensor;

/**
 * Quantizes one weight tensor in any way that is asked; the optimal tables of all eight widths come
 * from one run that is kept. Safe for several threads.
 */
public final class TensorQuantizer {
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
  public TensorQuantizer(Tensor weights, int channelAxis, int scales) {
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
    for (int i = 0; i < weights.size(); i++) {
      if (!Float.isFinite(weights.get(i))) {
        throw new BadInputException(
            "weight ("
                + weights.get(i)
                + ") at place "
                + i
                + " of "
                + weights.shape()
                + " cannot be quantized: it is not a finite number.\n"
                + "Maybe leave this weight tensor in full precision.");
      }
    }
    this.weights = weights;
    this.channels =
        scales <= 1
            ? Channels.whole(weights.shape())
            : Channels.along(
                weights.shape(), channelAxis, scales / weights.shape().length(channelAxis));
  }

  private TensorQuantizer(Tensor weights, Channels channels, OptimalTableSet tables) {
    this.weights = weights;
    this.channels = channels;
    this.tables = tables;
  }

  /**
   * The codes and what turns them back.
   *
   * @throws UsageException when a user's table is not known or not of 2^bits finite entries
   */
  public QuantizedWeights quantize(Scheme.Quantization scheme) {
    if (scheme.calibrated()) {
      throw new IllegalArgumentException(
          "scheme (" + scheme + ") needs the layer's inputs, not the weights alone.");
    }
    NumberOfBits bits = scheme.bits();
    if (scheme.method() instanceof Method.CustomTable custom) {
      return LookUpTables.nearest(weights, bits, customTable(custom, bits));
    }
    Channels shared = channels(scheme.grouping());
    return switch ((Method.Plain) scheme.method()) {
      case LINEAR -> LinearQuantizer.asymmetric(weights, bits, shared);
      case LINEAR_SYMMETRIC -> LinearQuantizer.symmetric(weights, bits, shared);
      case LUT_LINEAR -> LookUpTables.linear(weights, bits);
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

  /** The tables of all widths, when they have been found or were given. */
  public synchronized Optional<OptimalTableSet> knownTables() {
    return Optional.ofNullable(tables);
  }

  /**
   * The same quantizer with tables that were found before.
   *
   * @param known of the same weights
   */
  public TensorQuantizer withTables(OptimalTableSet known) {
    return new TensorQuantizer(weights, channels, known);
  }

  private synchronized float[] optimalTable(NumberOfBits bits) {
    if (tables == null) {
      tables = new OptimalTableSet(weights.sharedArray());
    }
    return tables.entries(bits);
  }

  private float[] customTable(Method.CustomTable custom, NumberOfBits bits) {
    for (LookUpTableFitter fitter : ServiceLoader.load(LookUpTableFitter.class)) {
      if (fitter.id().equals(custom.fitter())) {
        float[] table = fit(fitter, bits);
        if (table.length != bits.codes()) {
          throw new UsageException(
              "look-up table fitter '"
                  + fitter.id()
                  + "' made "
                  + table.length
                  + " entries, but "
                  + bits
                  + " bits need "
                  + bits.codes()
                  + " (2^numberOfBits).\nMaybe pad the table in the plugin.");
        }
        for (float entry : table) {
          if (!Float.isFinite(entry)) {
            throw new UsageException(
                "look-up table fitter '"
                    + fitter.id()
                    + "' made an entry ("
                    + entry
                    + ") that is not finite.\nMaybe pad the table with a finite value.");
          }
        }
        return table;
      }
    }
    throw new UsageException(
        "look-up table fitter '"
            + custom.fitter()
            + "' is not known: no plugin brings it.\nMaybe name its jar with --plugins.");
  }

  private float[] fit(LookUpTableFitter fitter, NumberOfBits bits) {
    try {
      return fitter.fit(weights, bits);
    } catch (RuntimeException e) {
      throw new UsageException(
          "look-up table fitter '"
              + fitter.id()
              + "' failed on "
              + weights.shape()
              + " at "
              + bits
              + " bits: "
              + e
              + "\nMaybe try a newer version of the plugin than "
              + fitter.version()
              + ".",
          e);
    }
  }
}
