package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

/** Second moments that rounding has left indefinite. */
class FeedbackTest {
  private static final int[] ORDER = {0, 1};

  @Test
  void theDampingIsRaisedUntilThereIsAFactor() {
    // Eigenvalues 3 and -1: 0.09 and 0.9 more are too little, 9 more are enough.
    double[] whole = {1, 2, 2, 1};
    double[] upper = CalibratedQuantizer.feedback(whole, ORDER, 2, 0.01);
    assertThat(whole).containsExactly(10.99, 2, 2, 10.99);
    double determinant = 10.99 * 10.99 - 4;
    // U^T U is the inverse.
    assertThat(upper[0] * upper[0]).isCloseTo(10.99 / determinant, offset(1e-12));
    assertThat(upper[0] * upper[1]).isCloseTo(-2 / determinant, offset(1e-12));
    assertThat(upper[1] * upper[1] + upper[3] * upper[3])
        .isCloseTo(10.99 / determinant, offset(1e-12));
    assertThat(upper[2]).isZero();
  }

  @Test
  void whereThatDoesNotHelpTheTensorIsNotCalibratable() {
    assertThatThrownBy(
            () -> CalibratedQuantizer.feedback(new double[] {1, 1e9, 1e9, 1}, ORDER, 2, 0.01))
        .isInstanceOf(NotCalibratableException.class)
        .hasMessage(
            "the second moments of its layer's inputs have no Cholesky factor, even after their"
                + " damping was raised 4 times");
  }

  @Test
  void sumsWithNaNOrInfinityAreNotFinite() {
    InputMoments moments = new InputMoments(1, 2, 2);
    moments.add(0, new double[] {1, 2}, 1);
    assertThat(moments.isFinite()).isTrue();
    moments.add(0, new double[] {1, Double.NEGATIVE_INFINITY}, 1);
    assertThat(moments.isFinite()).isFalse();
  }
}
