package org.quantsweep.agreement;

import java.util.Optional;
import java.util.OptionalDouble;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.tensor.Tensor;

/** How close one dense output is to the reference's, by the measures of the criteria. */
public final class DenseScore {
  private DenseScore() {}

  /**
   * Peak signal to noise in dB, as {@code psnr} takes it; empty where both are equal, or of other
   * lengths.
   */
  public static OptionalDouble psnr(OutputValue reference, OutputValue candidate) {
    return OutputCriterion.closeness(Measure.PSNR, reference, candidate);
  }

  /** The share of pixels of the same class, as {@code pixel-agreement} takes it. */
  public static OptionalDouble pixelAgreement(OutputValue reference, OutputValue candidate) {
    return OutputCriterion.closeness(Measure.PIXEL_AGREEMENT, reference, candidate);
  }

  /** The numbers of an output; empty for a class label. */
  public static Optional<Tensor> numbers(OutputValue value) {
    return Optional.ofNullable(OutputCriterion.numbers(value));
  }
}
