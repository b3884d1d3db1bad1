package org.quantsweep.agreement;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.quantsweep.UsageException;
import org.quantsweep.WrittenDecimal;

/**
 * The share of samples that must agree, as the decimal that was written: 0.90 of 500 allows 50
 * disagreements, where double arithmetic would allow 49.
 *
 * @param share in [0, 1]
 */
public record AgreementThreshold(BigDecimal share) implements Serializable {
  /** Met by every candidate: nothing is asked. */
  public static final AgreementThreshold NONE = new AgreementThreshold(BigDecimal.ZERO);

  /**
   * Checks the range.
   *
   * @throws UsageException when the share is not in [0, 1]
   */
  public AgreementThreshold {
    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
      throw new UsageException(
          "agreement threshold ("
              + share.toPlainString()
              + ") must be in [0, 1]: it is a share of samples, not a percentage."
              + cure(share));
    }
  }

  /**
   * Reads a decimal such as {@code 0.95}.
   *
   * @throws UsageException when it is not a decimal in [0, 1]
   */
  public static AgreementThreshold parse(String text) {
    BigDecimal share;
    try {
      share = WrittenDecimal.of(text.strip());
    } catch (NumberFormatException e) {
      throw new UsageException(
          "agreement threshold (" + text + ") must be a decimal in [0, 1].\nMaybe write 0.95.", e);
    }
    return new AgreementThreshold(share);
  }

  private static String cure(BigDecimal share) {
    BigDecimal hundred = BigDecimal.valueOf(100);
    if (share.signum() > 0
        && share.compareTo(hundred) <= 0
        && share.compareTo(BigDecimal.ONE) > 0) {
      // 98.5 was meant as 98.5 %; 1.5 is more likely a slip than 1.5 %.
      BigDecimal percent = share.compareTo(BigDecimal.TEN) < 0 ? new BigDecimal("98.5") : share;
      return "\nMaybe write "
          + percent.divide(hundred).stripTrailingZeros().toPlainString()
          + " for "
          + percent.stripTrailingZeros().toPlainString()
          + " %.";
    }
    return "\nMaybe write 0.95.";
  }

  /**
   * The least number of agreeing samples that is accepted: ceil(share x samples), exactly.
   *
   * @param samples at least 1: of none, none would be enough
   */
  public long required(long samples) {
    if (samples < 1) {
      throw new IllegalArgumentException(
          "samples (" + samples + ") must be at least 1: no threshold is met by nothing.");
    }
    return share
        .multiply(BigDecimal.valueOf(samples))
        .setScale(0, RoundingMode.CEILING)
        .longValueExact();
  }

  /** The most disagreements that are still accepted: samples - {@link #required}, of at least 1. */
  public long allowedDisagreements(long samples) {
    return samples - required(samples);
  }

  /** The decimal as it was written. */
  @Override
  public String toString() {
    return share.toPlainString();
  }
}
