package org.quantsweep.coreml;

/**
 * What follows a layer and takes its output alone: outside of an open interval it changes nothing
 * whatever the output is, as a ReLU does below 0.
 *
 * @param low outputs at most this all become one number; minus infinity where there are none
 * @param high outputs at least this all become one number; infinity where there are none
 */
public record Clipping(double low, double high) {
  /** Clips nothing. */
  public static final Clipping NONE =
      new Clipping(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Whether an output passes. */
  public boolean passes(double output) {
    return output > low && output < high;
  }

  /** Whether every number passes. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** This, then what clips {@code factor x output + addend} to an interval. */
  public Clipping then(double factor, double addend, double least, double most) {
    if (factor == 0) {
      return this;
    }
    double one = (least - addend) / factor;
    double other = (most - addend) / factor;
    return new Clipping(Math.max(low, Math.min(one, other)), Math.min(high, Math.max(one, other)));
  }
}
