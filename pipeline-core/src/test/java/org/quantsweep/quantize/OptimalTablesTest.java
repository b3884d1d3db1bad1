package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

class OptimalTablesTest {
  /** Summed squared error of all 26 weight tensors, by kmeans1d 0.5 (exact, C++), 1 to 8 bits. */
  private static final double[] SQUEEZENET = {
    1493.8893, 528.6069, 166.8763, 46.4865, 11.8497, 2.8528, 0.6711, 0.1528
  };

  @Property(tries = 400)
  void isAsGoodAsTryingEveryPartition(
      @ForAll @Size(min = 1, max = 40) float[] raw,
      @ForAll @IntRange(min = 1, max = 12) int count) {
    float[] weights = moderate(raw);
    float[] entries = new OptimalTables(weights).entries(count);
    double expected = bruteForce(weights, count);
    double scale = 0;
    for (float weight : weights) {
      scale += (double) weight * weight;
    }
    // Entries are float32: their rounding adds at most about 2^-48 of the squares.
    assertThat(error(weights, entries))
        .isCloseTo(expected, within(expected * 1e-9 + scale * 1e-13));
  }

  @Property(tries = 200)
  void equalStepsMakeCountsJumpAndStillGiveTheExactNumber(
      @ForAll @IntRange(min = 2, max = 60) int n, @ForAll @IntRange(min = 1, max = 20) int count) {
    float[] weights = new float[n];
    for (int i = 0; i < n; i++) {
      weights[i] = i;
    }
    float[] entries = new OptimalTables(weights).entries(count);
    assertThat(entries).hasSize(Math.min(n, count));
    assertThat(error(weights, entries)).isCloseTo(bruteForce(weights, count), within(1e-6));
  }

  @Property(tries = 100)
  void doesNotDependOnTheOrderOfWeights(@ForAll @Size(min = 1, max = 200) float[] raw) {
    float[] weights = moderate(raw);
    float[] reversed = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      reversed[i] = weights[weights.length - 1 - i];
    }
    assertThat(new OptimalTables(reversed).entries(4))
        .isEqualTo(new OptimalTables(weights).entries(4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "normal",
        "tight-beside-an-outlier",
        "far-from-zero",
        "clumps",
        "equal-steps",
        "repeated",
        "tiny",
        "huge",
        "laplace-1000"
      })
  void meetsTheExactErrorForEveryNumberOfClusters(String set) {
    OptimalTables tables = new OptimalTables(Fixtures.weights().get(set));
    int tried = 0;
    for (String[] cells : Fixtures.lines("errors.csv")) {
      if (cells[0].equals(set)) {
        double expected = Double.parseDouble(cells[2]);
        int count = Integer.parseInt(cells[1]);
        assertThat(tables.leastError(count))
            .as("%d clusters", count)
            .isCloseTo(expected, within(1e-9 * expected));
        tried++;
      }
    }
    assertThat(tried).isGreaterThanOrEqualTo(8);
  }

  @Property(tries = 100)
  void doesNotDependOnTheCountsAskedBefore(
      @ForAll @IntRange(min = 2, max = 100) int first, @ForAll long seed) {
    float[] weights = normal(300, seed);
    OptimalTables asked = new OptimalTables(weights);
    asked.entries(first);
    assertThat(asked.leastError(16))
        .isCloseTo(new OptimalTables(weights).leastError(16), withinPercentage(1e-8));
  }

  @Property(tries = 50)
  void weightsScaledByAPowerOfTwoHaveTheTableScaled(
      @ForAll @IntRange(min = -60, max = 60) int exponent, @ForAll long seed) {
    float[] weights = normal(400, seed);
    float[] scaled = new float[weights.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = Math.scalb(weights[i], exponent);
    }
    OptimalTables plain = new OptimalTables(weights);
    OptimalTables other = new OptimalTables(scaled);
    for (int count = 2; count <= 64; count *= 2) {
      float[] expected = plain.entries(count);
      for (int i = 0; i < count; i++) {
        expected[i] = Math.scalb(expected[i], exponent);
      }
      assertThat(other.entries(count)).isEqualTo(expected);
    }
  }

  @Property(tries = 50)
  void shiftAndSignLeaveTheErrorAsItIs(@ForAll long seed) {
    float[] weights = normal(300, seed);
    float[] moved = new float[weights.length];
    for (int i = 0; i < moved.length; i++) {
      // Cut to steps of 2^-12, so that the shift is exact.
      weights[i] = Math.round(weights[i] * 4096) / 4096f;
      moved[i] = 1024 - weights[i];
    }
    OptimalTables plain = new OptimalTables(weights);
    OptimalTables other = new OptimalTables(moved);
    for (int count = 1; count <= 64; count *= 2) {
      assertThat(other.leastError(count))
          .isCloseTo(plain.leastError(count), withinPercentage(1e-8));
    }
  }

  @Test
  void largeTensorsOfDistinctWeightsNeedFewPrices() {
    OptimalTables tables = new OptimalTables(normal(50_000, 1));
    for (int count = 256; count >= 2; count /= 2) {
      assertThat(tables.entries(count)).hasSize(count).isSorted();
    }
    assertThat(tables.pricesTried()).isLessThan(60);
  }

  @Test
  void meetsTheOptimumOnSqueezeNet() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/SqueezeNet.mlmodel"));
    double[] errors = new double[8];
    for (WeightTensor tensor : model.weightTensors()) {
      if (tensor.isVector()) {
        continue;
      }
      TensorQuantizer quantizer = new NetworkQuantizer(tensor.values(), tensor.channelAxis(), 1);
      for (int bits = 1; bits <= 8; bits++) {
        Tensor decoded =
            quantizer
                .quantize((Scheme.Quantization) Scheme.parse("lut-kmeans:" + bits))
                .dequantize();
        errors[bits - 1] += squaredError(tensor.values().sharedArray(), decoded.sharedArray());
      }
    }
    for (int bits = 1; bits <= 8; bits++) {
      assertThat(errors[bits - 1]).isCloseTo(SQUEEZENET[bits - 1], within(5.1e-5));
    }
  }

  @Test
  void tablesOfFewDistinctWeightsArePaddedWithTheLastEntry() {
    Tensor weights = Tensor.wrap(Shape.of(5), new float[] {3, -1, 3, 0.5f, -1});
    LookUpTableWeights quantized =
        (LookUpTableWeights)
            new NetworkQuantizer(weights, 0, 1)
                .quantize((Scheme.Quantization) Scheme.parse("lut-kmeans:3"));
    assertThat(quantized.table()).containsExactly(-1, 0.5f, 3, 3, 3, 3, 3, 3);
    assertThat(quantized.dequantize()).isEqualTo(weights);
  }

  private static float[] normal(int count, long seed) {
    Random random = new Random(seed);
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }

  private static float[] moderate(float[] raw) {
    float[] weights = new float[raw.length];
    for (int i = 0; i < raw.length; i++) {
      weights[i] = Float.isFinite(raw[i]) ? (float) Math.atan(raw[i]) : 0;
    }
    return weights;
  }

  private static double error(float[] weights, float[] entries) {
    double sum = 0;
    for (float weight : weights) {
      double best = Double.POSITIVE_INFINITY;
      for (float entry : entries) {
        double difference = (double) weight - entry;
        best = Math.min(best, difference * difference);
      }
      sum += best;
    }
    return sum;
  }

  private static double squaredError(float[] weights, float[] decoded) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double difference = (double) weights[i] - decoded[i];
      sum += difference * difference;
    }
    return sum;
  }

  /** Dynamic programming over every partition of the sorted weights. */
  private static double bruteForce(float[] weights, int count) {
    float[] sorted = weights.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double[] best = new double[n + 1];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    best[0] = 0;
    for (int k = 0; k < count; k++) {
      double[] next = best.clone();
      for (int end = 1; end <= n; end++) {
        for (int begin = 0; begin < end; begin++) {
          double mean = 0;
          for (int i = begin; i < end; i++) {
            mean += sorted[i];
          }
          mean /= end - begin;
          double cost = 0;
          for (int i = begin; i < end; i++) {
            cost += (sorted[i] - mean) * (sorted[i] - mean);
          }
          next[end] = Math.min(next[end], best[begin] + cost);
        }
      }
      best = next;
    }
    return best[n];
  }
}
