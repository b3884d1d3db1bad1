package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Linear codes of ML Programs as coremltools 9.0 makes them ({@code optimize/_utils}): every
 * product, difference and quotient is rounded to the weights' own type.
 *
 * <p>Differences, all where coremltools gives up weights: a range beyond the type (half precision:
 * symmetric above 32752) is computed in doubles, where it stores infinities; so is a zero point
 * whose products are beyond it (half precision: 8 bits and a weight below -256.9). A scale among
 * the type's subnormal numbers is rounded up so far that the codes span the range. One whose
 * farthest code would decode to infinity is rounded down.
 */
final class BlockwiseQuantizer {
  private final Tensor weights;
  private final FloatType type;
  private final NumberOfBits bits;
  private final boolean symmetric;

  /**
   * For weights of a type.
   *
   * @param symmetric signed codes around zero; otherwise unsigned ones with a zero point
   */
  BlockwiseQuantizer(Tensor weights, FloatType type, NumberOfBits bits, boolean symmetric) {
    this.weights = weights;
    this.type = type;
    this.bits = bits;
    this.symmetric = symmetric;
  }

  private int least() {
    return symmetric ? 1 - bits.codes() / 2 : 0;
  }

  private int most() {
    return symmetric ? bits.codes() / 2 - 1 : bits.codes() - 1;
  }

  /** Quantizes in blocks. */
  BlockwiseWeights quantize(Shape blocks) {
    BlockPlaces cut = new BlockPlaces(weights.shape(), blocks);
    int[] places = cut.ofElements();
    float[] low = new float[cut.count()];
    float[] high = new float[cut.count()];
    java.util.Arrays.fill(low, Float.POSITIVE_INFINITY);
    java.util.Arrays.fill(high, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < places.length; i++) {
      low[places[i]] = Math.min(low[places[i]], weights.get(i));
      high[places[i]] = Math.max(high[places[i]], weights.get(i));
    }
    float[] scales = new float[cut.count()];
    byte[] zeros = new byte[symmetric ? 0 : cut.count()];
    for (int block = 0; block < scales.length; block++) {
      float reach = Math.max(Math.abs(low[block]), Math.abs(high[block]));
      float from = symmetric ? -reach : Math.min(0, low[block]);
      float to = symmetric ? reach : Math.max(0, high[block]);
      int zero = symmetric ? 0 : zeroPoint(from, to);
      scales[block] = finite(scale(from, to), Math.max(most() - zero, zero - least()));
      if (!symmetric) {
        zeros[block] = (byte) zero;
      }
    }
    byte[] codes = new byte[places.length];
    for (int i = 0; i < codes.length; i++) {
      int zero = symmetric ? 0 : zeros[places[i]] & 255;
      codes[i] = (byte) code(weights.get(i), scales[places[i]], zero);
    }
    return new BlockwiseWeights(
        weights.shape(), bits, codes, symmetric, type, blocks, scales, zeros);
  }

  private float scale(float from, float to) {
    float range = type.round(to - from);
    int steps = most() - least();
    float scale =
        Float.isInfinite(range)
            ? type.round(((double) to - from) / steps)
            : type.round(range / steps);
    boolean cut = scale < type.leastNormal() && (double) scale * steps < (double) to - from;
    return cut ? type.next(scale) : scale;
  }

  /**
   * A scale under which every code decodes to a number.
   *
   * @param farthest the most that a code is away from the zero point
   */
  private float finite(float scale, int farthest) {
    float finite = scale;
    while (Float.isInfinite(type.round((double) finite * farthest))) {
      finite = type.previous(finite);
    }
    return finite;
  }

  /** The products, their difference and the quotient are rounded one by one. */
  private int zeroPoint(float from, float to) {
    float range = type.round(to - from);
    float first = type.round((float) least() * to);
    float second = type.round((float) most() * from);
    float difference = type.round(first - second);
    double place = type.round(difference / range);
    if (!Double.isFinite(place) || Float.isInfinite(range) || Float.isInfinite(difference)) {
      double exact = ((double) least() * to - (double) most() * from) / ((double) to - from);
      place = Double.isNaN(exact) ? least() : exact;
    }
    return (int) Math.max(least(), Math.min(most(), Math.rint(place)));
  }

  private int code(float weight, float scale, int zero) {
    if (scale == 0) {
      return zero;
    }
    double place = Math.rint(type.round(weight / scale)) + zero;
    return (int) Math.max(least(), Math.min(most(), place));
  }
}
