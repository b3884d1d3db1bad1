package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SensitivityTest {
  /** Of four samples that lose 1, 2, 3 and 4. */
  private static final Sensitivity FOUR = new Sensitivity(10, 6, 1, 4, 30);

  @Test
  void theErrorOfTheLogarithmIsThatOfTheMeanOverTheMean() {
    // The variance of 1, 2, 3, 4 is 5/3, of their mean 5/12; the mean is 2.5.
    assertThat(FOUR.logError()).isCloseTo(Math.sqrt(5.0 / 12) / 2.5, within(1e-15));
    assertThat(new Sensitivity(8, 8, 0, 4).logError()).isZero();
    assertThat(new Sensitivity(0, 0, 0, 4).logError()).isInfinite();
    assertThat(new Sensitivity(3, 3, 0, 1).logError()).isInfinite();
    assertThat(Sensitivity.NONE.logError()).isInfinite();
  }

  @Test
  void sumsGrowWithTheSamplesAndTheSpreadStays() {
    Sensitivity more = FOUR.over(400);
    assertThat(more).isEqualTo(new Sensitivity(1000, 600, 100, 400, 3000));
    assertThat(FOUR.over(4)).isSameAs(FOUR);
    assertThat(Sensitivity.NONE.over(4)).isSameAs(Sensitivity.NONE);
    assertThat(FOUR.plus(FOUR)).isEqualTo(new Sensitivity(20, 12, 2, 8, 60));
  }

  @Test
  void aScaledOneLosesSoMuchMoreOnEverySampleAndSaysNothingOfAgreement() {
    assertThat(FOUR.scaled(3)).isEqualTo(new Sensitivity(30, 18, 0, 4, 270));
    assertThat(FOUR.scaled(3).logError()).isCloseTo(FOUR.logError(), within(1e-15));
  }

  @Test
  void sumsBelowZeroAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Sensitivity(-1, 0, 0, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Sensitivity(1, 0, 0, 1, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> new Sensitivity(1, 0, 2, 1, 1));
  }
}
