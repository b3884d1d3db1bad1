package org.quantsweep.quantize;

import java.util.Optional;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.tensor.Tensor;

/**
 * Quantizes one weight tensor in any way that is asked, by the rules of its format. Safe for
 * several threads.
 */
public abstract class TensorQuantizer {
  TensorQuantizer() {}

  /**
   * The codes and what turns them back.
   *
   * @param scheme a plain one, legal for the weight tensor
   * @throws UsageException when a user's table is not known or not of 2^bits finite entries
   * @throws BadInputException when the weights cannot be stored so
   */
  public abstract QuantizedWeights quantize(Scheme.Compression scheme);

  /** Whether a sparse scheme would keep no weight at all. */
  public boolean leavesNone(Scheme.Compression scheme) {
    return false;
  }

  /** The tables of least error of all weights and all widths, when they have been found. */
  public abstract Optional<OptimalTableSet> knownTables();

  /**
   * The same quantizer with tables that were found before.
   *
   * @param known of the same weights
   */
  public abstract TensorQuantizer withTables(OptimalTableSet known);

  static void requirePlain(Scheme.Compression scheme) {
    if (scheme.calibrated()) {
      throw new IllegalArgumentException(
          "scheme (" + scheme + ") needs the layer's inputs, not the weights alone.");
    }
  }

  /** Refuses weights that no code can stand for. */
  static void requireFinite(Tensor weights) {
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
  }
}
