package org.quantsweep.agreement;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.quantsweep.UsageException;
import org.quantsweep.WrittenDecimal;

/**
 * The share of samples that must agree within each class that has enough of them, as the decimal
 * that was written. A sample's class is the top class of the reference's answer.
 *
 * @param share in [0, 1]; 0 asks nothing
 */
public record ClassFloor(BigDecimal share) implements Serializable {
  /** Nothing is asked of classes. */
  public static final ClassFloor NONE = new ClassFloor(BigDecimal.ZERO);

  /** Of fewer samples a share says too little: such a class is not judged. */
  public static final int LEAST_SAMPLES = 20;

  private static final String EXAMPLE = "0.8";

  /**
   * Checks the range.
   *
   * @throws UsageException when the share is not in [0, 1]
   */
  public ClassFloor {
    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
      throw new UsageException(outside(share.toPlainString()));
    }
  }

  /**
   * Reads a decimal such as {@code 0.8}.
   *
   * @throws UsageException when it is not a decimal in (0, 1]
   */
  public static ClassFloor parse(String text) {
    BigDecimal share;
    try {
      share = WrittenDecimal.of(text.strip());
    } catch (NumberFormatException e) {
      throw new UsageException(outside(text), e);
    }
    if (share.signum() == 0) {
      throw new UsageException(outside(text));
    }
    return new ClassFloor(share);
  }

  private static String outside(String text) {
    return "class floor ("
        + text
        + ") must be a decimal in (0, 1]: it is a share of each class's samples, not a percentage."
        + "\nMaybe write "
        + EXAMPLE
        + ".";
  }

  /** Whether anything is asked. */
  public boolean asks() {
    return share.signum() > 0;
  }

  /** Whether a class of so many samples, copies counted, is judged. */
  public boolean judges(long samples) {
    return asks() && samples >= LEAST_SAMPLES;
  }

  /**
   * The least number of agreeing samples of a class: ceil(share x samples), exactly.
   *
   * @param samples of the class, at least 1
   */
  public long required(long samples) {
    if (samples < 1) {
      throw new IllegalArgumentException(
          "samples (" + samples + ") must be at least 1: no floor is met by nothing.");
    }
    return share
        .multiply(BigDecimal.valueOf(samples))
        .setScale(0, RoundingMode.CEILING)
        .longValueExact();
  }

  /** The same share as a threshold. */
  public AgreementThreshold asThreshold() {
    return new AgreementThreshold(share);
  }

  /** The decimal as it was written. */
  @Override
  public String toString() {
    return share.toPlainString();
  }
}
