package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

class LossPredictionTest {
  private static final String TENSOR = "layer/weights";

  /** Options whose errors are 1, 1/4, 1/16 and so on, one for each width. */
  private static List<SearchSpace.SizedOption> options() {
    List<SearchSpace.SizedOption> options = new ArrayList<>();
    for (int bits = 1; bits <= 8; bits++) {
      options.add(new SearchSpace.SizedOption(scheme(bits), 10L * bits, Math.pow(4, 1 - bits)));
    }
    return options;
  }

  private static Scheme scheme(int bits) {
    return Scheme.parse("linear:" + bits);
  }

  private static LossPrediction knowing(Map<Integer, Sensitivity> measured) {
    Map<TensorOption, Sensitivity> all = new HashMap<>();
    measured.forEach((bits, own) -> all.put(new TensorOption(TENSOR, scheme(bits)), own));
    // What another weight tensor loses does not matter.
    all.put(new TensorOption("other", scheme(1)), new Sensitivity(1e6, 1e6, 0, 10));
    return new LossPrediction(TENSOR, options(), all);
  }

  private static double loss(LossPrediction prediction, double error) {
    return prediction.of(error).orElseThrow().loss();
  }

  @Test
  void fromOneOptionALossGrowsWithItsErrorByTheSlopeThatWasMeasured() {
    LossPrediction prediction = knowing(Map.of(3, new Sensitivity(20, 2, 4, 10, 50)));
    double fourth = Math.pow(0.25, LossPrediction.SLOPE);
    assertThat(loss(prediction, 1.0 / 64)).isCloseTo(20 * fourth, within(1e-12));
    assertThat(loss(prediction, 1.0 / 4)).isCloseTo(20 / fourth, within(1e-12));
    Sensitivity told = prediction.of(1.0 / 4).orElseThrow();
    assertThat(told.squaredError()).isCloseTo(2 / fourth, within(1e-12));
    assertThat(told.samples()).isEqualTo(10);
    assertThat(told.disagreeing()).isZero();
  }

  @Test
  void betweenTwoOptionsItLiesOnTheLineThroughBothLogarithmsOfMeans() {
    // Means of 8 and 2, on different numbers of samples, errors of 1/4 and 1/64.
    LossPrediction prediction =
        knowing(Map.of(2, new Sensitivity(80, 8, 1, 10), 4, new Sensitivity(40, 4, 0, 20)));
    Sensitivity middle = prediction.of(1.0 / 16).orElseThrow();
    assertThat(middle.loss() / middle.samples()).isCloseTo(4, within(1e-12));
    Sensitivity beyond = prediction.of(1.0 / 256).orElseThrow();
    assertThat(beyond.loss() / beyond.samples())
        .isCloseTo(2 * Math.pow(0.25, LossPrediction.SLOPE), within(1e-12));
  }

  @Test
  void nothingIsToldOfNoErrorNorFromOptionsThatTellNothing() {
    LossPrediction prediction = knowing(Map.of(3, new Sensitivity(20, 2, 4, 10)));
    assertThat(prediction.of(0)).isEmpty();
    assertThat(prediction.of(Double.POSITIVE_INFINITY)).isEmpty();
    assertThat(prediction.of(Double.NaN)).isEmpty();
    assertThat(knowing(Map.of()).of(1)).isEmpty();
    assertThat(knowing(Map.of(3, new Sensitivity(0, 0, 0, 10))).of(1)).isEmpty();
    assertThat(knowing(Map.of(3, Sensitivity.NONE)).of(1)).isEmpty();
    double worst = Criterion.WORST_LOSS * 10;
    assertThat(knowing(Map.of(3, new Sensitivity(worst, worst, 10, 10))).of(1)).isEmpty();
  }
}
