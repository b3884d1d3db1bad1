package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;

/** Expected values: src/test/python/agreement_curve.py (SciPy's general minimizer). */
class AgreementCurveTest {
  @Test
  void isTheLogisticRegressionOfTheCounts() {
    AgreementCurve curve =
        fit(
            250,
            new double[] {-2.0, -1.5, -1.1, -0.6, -0.1, 0.3, 0.8, 1.4},
            new long[] {246, 243, 244, 239, 236, 231, 225, 212});
    assertThat(curve.at(-1)).isCloseTo(0.96793428, within(1e-7));
    assertThat(curve.at(0.15)).isCloseTo(0.93152688, within(1e-7));
    assertThat(curve.at(0.5)).isCloseTo(0.91434033, within(1e-7));
    assertThat(curve.at(1)).isCloseTo(0.88301558, within(1e-7));
  }

  @Test
  void staysFiniteWhereAllSamplesFlipAtOnce() {
    AgreementCurve curve = fit(50, new double[] {0, 0.1, 0.2, 0.3}, new long[] {50, 50, 0, 0});
    assertThat(curve.at(-1)).isBetween(0.999, 1.0);
    assertThat(curve.at(0.15)).isCloseTo(0.5, within(1e-5));
    assertThat(curve.at(1)).isBetween(0.0, 0.001);
  }

  @Test
  void isFlatWhereAllAgreeAndWhereTheCountsWouldHaveItRise() {
    assertThat(fit(40, new double[] {0, 1, 2}, new long[] {40, 40, 40}).at(5))
        .isCloseTo(120.25 / 120.5, within(1e-9));
    assertThat(fit(40, new double[] {0, 1, 2}, new long[] {30, 34, 38}).at(5))
        .isCloseTo(102.25 / 120.5, within(1e-9));
  }

  @Test
  void onePlanSaysTheSameEverywhere() {
    assertThat(fit(40, new double[] {3}, new long[] {38}).at(-7))
        .isCloseTo(38.25 / 40.5, within(1e-9));
  }

  private static AgreementCurve fit(long n, double[] features, long[] agreeing) {
    List<AgreementCurve.Point> points = new ArrayList<>();
    for (int i = 0; i < features.length; i++) {
      points.add(new AgreementCurve.Point(features[i], new AgreementCounts(agreeing[i], n)));
    }
    return AgreementCurve.fit(points);
  }
}
