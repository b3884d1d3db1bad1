package org.quantsweep.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.UsageException;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class AgreementTest {
  @ParameterizedTest
  @CsvSource({"0.9, 10, 9, 1", "0.90, 500, 450, 50", "0.95, 500, 475, 25", "0.951, 500, 476, 24"})
  void thresholdsAreComparedAsDecimals(String share, long n, long required, long allowed) {
    AgreementThreshold threshold = AgreementThreshold.parse(share);
    assertThat(threshold.required(n)).isEqualTo(required);
    assertThat(threshold.allowedDisagreements(n)).isEqualTo(allowed);
  }

  @Test
  void noThresholdIsMetByNothing() {
    for (String share : List.of("0", "0.95", "1")) {
      assertThatThrownBy(() -> AgreementThreshold.parse(share).required(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("samples (0) must be at least 1: no threshold is met by nothing.");
    }
  }

  @Test
  void aPercentageIsRefused() {
    assertThatThrownBy(() -> AgreementThreshold.parse("1.5"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "agreement threshold (1.5) must be in [0, 1]: it is a share of samples, not a"
                + " percentage.\nMaybe write 0.985 for 98.5 %.");
  }

  /**
   * Closed forms: alpha^(1/n) when all agree; 299 of 299 is the least that carries 0.99 at 95 %.
   */
  @Test
  void lowerBoundMeetsClosedForms() {
    assertThat(new AgreementCounts(10, 10).lowerBound(0.95))
        .isCloseTo(Math.pow(0.05, 0.1), within(1e-12));
    assertThat(new AgreementCounts(299, 299).lowerBound(0.95)).isGreaterThanOrEqualTo(0.99);
    assertThat(new AgreementCounts(298, 298).lowerBound(0.95)).isLessThan(0.99);
    assertThat(new AgreementCounts(0, 7).lowerBound(0.95)).isZero();
  }

  @Test
  void theFirstIndexWinsATie() {
    Criterion top = Criteria.parse("top-1");
    assertThat(top.agrees(array(1, 3, 3), array(0, 5, 5))).isTrue();
    assertThat(top.agrees(array(1, 3, 3), array(0, 4, 5))).isFalse();
    assertThat(top.difficulty(array(1, 5, 3))).isEqualTo(2);
  }

  @Test
  void numbersThatAreNotFiniteDisagree() {
    for (String text : List.of("top-1", "psnr:1", "largest-error:1000", "cosine:-1")) {
      assertThat(Criteria.parse(text).agrees(array(1, 2), array(1, Float.NaN))).as(text).isFalse();
    }
  }

  /** 10 log10(4^2 / (1 / 4)) = 18.06 dB; 10 log10(30 / 1) = 14.77 dB. */
  @Test
  void closenessMeetsClosedForms() {
    Prediction reference = array(1, 2, 3, 4);
    Prediction candidate = array(1, 2, 3, 5);
    assertThat(Criteria.parse("psnr:18.06").agrees(reference, candidate)).isTrue();
    assertThat(Criteria.parse("psnr:18.07").agrees(reference, candidate)).isFalse();
    assertThat(Criteria.parse("snr:14.77").agrees(reference, candidate)).isTrue();
    assertThat(Criteria.parse("snr:14.78").agrees(reference, candidate)).isFalse();
    assertThat(Criteria.parse("largest-error:1").agrees(reference, candidate)).isTrue();
    assertThat(Criteria.parse("largest-error:0.99").agrees(reference, candidate)).isFalse();
  }

  @Test
  void anUnknownCriterionNamesTheKnownOnes() {
    assertThatThrownBy(() -> Criteria.parse("top1"))
        .hasMessage(
            "criterion (top1) is not known. Known are top-1, top-k:K, psnr:DB, snr:DB, cosine:C,"
                + " largest-error:E, pixel-agreement:P.\n"
                + "Maybe write top-1 for a classifier, or psnr:30 for pictures.");
  }

  private static Prediction array(float... values) {
    return new Prediction(
        new TreeMap<>(
            Map.of("y", new OutputValue.Array(Tensor.wrap(Shape.of(values.length), values)))));
  }

  /** A few letters, but a number that nobody can write out: these hung. */
  @ParameterizedTest
  @ValueSource(
      strings = {"1e999999999", "1e-999999999", "-1e2147483647", "1e2147483648", "1e19", "0e99999"})
  @Timeout(10)
  void decimalsOfHugeExponentsAreRefusedAtOnce(String text) {
    assertThatThrownBy(() -> AgreementThreshold.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "agreement threshold (" + text + ") must be a decimal in [0, 1].\nMaybe write 0.95.");
    assertThatThrownBy(() -> Criteria.parse("largest-error:" + text))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> SplitSizes.parse("calibration=" + text))
        .isInstanceOf(UsageException.class);
  }
}
