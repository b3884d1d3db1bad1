package org.quantsweep.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class DenseScoreTest {
  private static Tensor filled(float value) {
    float[] values = new float[3 * 4 * 4];
    Arrays.fill(values, value);
    return Tensor.wrap(Shape.of(3, 4, 4), values);
  }

  @Test
  void everyPixelOffByTenIsTwentyEightDecibels() {
    // 10 log10(255^2 / 10^2) = 20 log10(25.5); what is above 255 counts as 255.
    assertThat(
            DenseScore.psnr(
                    new OutputValue.Picture(filled(400)), new OutputValue.Picture(filled(245)))
                .orElseThrow())
        .isCloseTo(28.130803608679, within(1e-9));
    // The peak of an array is the reference's own: 10 log10(2^2 / 0.5^2) = 20 log10(4).
    assertThat(
            DenseScore.psnr(new OutputValue.Array(filled(2)), new OutputValue.Array(filled(1.5f)))
                .orElseThrow())
        .isCloseTo(12.041199826559, within(1e-9));
  }

  @Test
  void equalOutputsHaveNoBound() {
    OutputValue one = new OutputValue.Picture(filled(7));
    assertThat(DenseScore.psnr(one, one)).isEmpty();
    assertThat(DenseScore.pixelAgreement(one, one)).hasValue(1);
  }

  @Test
  void threeOfFourPixelsAreTheSame() {
    Tensor reference = Tensor.wrap(Shape.of(2, 2, 2), new float[] {1, 1, 0, 0, 0, 0, 1, 1});
    Tensor other = Tensor.wrap(Shape.of(2, 2, 2), new float[] {1, 0, 0, 0, 0, 1, 1, 1});
    assertThat(
            DenseScore.pixelAgreement(
                new OutputValue.Array(reference), new OutputValue.Array(other)))
        .hasValue(0.75);
  }
}
