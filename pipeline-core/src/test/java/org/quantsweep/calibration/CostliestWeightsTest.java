package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.ProgramQuantizer;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.SparseWeights;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Masks by what weights cost; of small tensors by hand. */
class CostliestWeightsTest {
  private static final WeightAxes ROWS = new WeightAxes(0, 1, 1);
  private static final WeightAxes COLUMNS = new WeightAxes(1, 0, 1);

  private static String kept(
      Shape shape, WeightAxes axes, String sparsity, int count, double... costs) {
    BitSet before = new BitSet();
    before.set(0, count);
    return text(
        new CostliestWeights(costs, shape, axes)
            .kept(Sparsity.parse(sparsity).orElseThrow(), before),
        costs.length);
  }

  private static String text(BitSet kept, int size) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < size; i++) {
      text.append(kept.get(i) ? '1' : '0');
    }
    return text.toString();
  }

  @Test
  void ofAShareTheCostliestStay() {
    assertThat(kept(Shape.of(2, 3), ROWS, "0.5", 3, 5, 1, 4, 1, 9, 4)).isEqualTo("101010");
    assertThat(kept(Shape.of(2, 3), ROWS, "0.5", 0, 5, 1, 4, 1, 9, 4)).isEqualTo("000000");
  }

  /** Two rows of two pairs; the second time along the columns. */
  @Test
  void ofEachGroupTheCostliestStay() {
    double[] costs = {1, 2, 8, 4, 7, 9, 5, 6};
    Sparsity half = new Sparsity.Groups(1, 2);
    BitSet one = new BitSet();
    // One of each pair is left by magnitude, none of the last.
    one.set(0);
    one.set(2);
    one.set(4);
    assertThat(text(new CostliestWeights(costs, Shape.of(2, 4), ROWS).kept(half, one), 8))
        .isEqualTo("01100100");
    BitSet each = new BitSet();
    each.set(0, 2);
    each.set(4, 6);
    assertThat(text(new CostliestWeights(costs, Shape.of(4, 2), COLUMNS).kept(half, each), 8))
        .isEqualTo("00111100");
  }

  @Test
  void blocksAreChosenByTheirSums() {
    Shape shape = Shape.of(4, 2);
    // Sums: 5 and 6 above, 3 and 11 below.
    assertThat(kept(shape, ROWS, "0.5@block2", 4, 4, 1, 1, 5, 3, 9, 0, 2)).isEqualTo("01010101");
    // The same costs along the other axis: 5, 6, 12, 2.
    assertThat(kept(Shape.of(4, 2), COLUMNS, "0.5@block2", 4, 4, 1, 1, 5, 3, 9, 0, 2))
        .isEqualTo("00111100");
    // A weight that is zero anyway need not be stored.
    assertThat(kept(shape, ROWS, "0.5@block2", 3, 0, 9, 1, 1, 0, 5, 2, 3)).isEqualTo("01000101");
  }

  /** Else a form's size would not be known before it is fitted. */
  @ParameterizedTest
  @CsvSource({
    "0.3, 8, 8",
    "1of4, 6, 9",
    "2of4, 5, 12",
    "3of5, 7, 11",
    "0.5@block4, 8, 6",
    "0.6@block3, 8, 5",
    "0.5@block2, 5, 7"
  })
  void asManyAreLeftAsByMagnitude(String sparsity, int outputs, int inputs) {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      float[] weights = new float[outputs * inputs * 2];
      double[] costs = new double[weights.length];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = random.nextInt(4) == 0 ? 0 : (float) random.nextGaussian();
        costs[i] = weights[i] * weights[i] * random.nextDouble();
      }
      boolean isTurned = seed % 2 == 1;
      Shape shape = isTurned ? Shape.of(inputs, outputs, 2) : Shape.of(outputs, inputs, 2);
      WeightAxes axes = isTurned ? COLUMNS : ROWS;
      BitSet before =
          ((SparseWeights)
                  new ProgramQuantizer(Tensor.wrap(shape, weights), FloatType.SINGLE, axes)
                      .quantize((Scheme.Compression) Scheme.parse("sparse:" + sparsity)))
              .kept();
      BitSet kept =
          new CostliestWeights(costs, shape, axes)
              .kept(Sparsity.parse(sparsity).orElseThrow(), before);
      assertThat(kept.cardinality()).isEqualTo(before.cardinality());
    }
  }
}
