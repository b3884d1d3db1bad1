package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.quantsweep.quantize.BlockPlaces;
import org.quantsweep.quantize.BlockwiseWeights;
import org.quantsweep.quantize.CodedWeights;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.ScaledTableWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.SparseWeights;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Tensor;

/**
 * Fits the forms of ML Programs to what a layer is fed with: scales of blocks, tables of groups of
 * channels and of vectors, what is left of sparse weights, and joint forms, all in one procedure.
 *
 * <p>A sparse form by share, n:m or blocks leaves out the weights whose loss, repaired by the
 * others, costs least: w^2 / [H^-1]_ii, summed over a block (Hassibi and Stork, Optimal Brain
 * Surgeon, 1993; Frantar and Alistarh, SparseGPT, arXiv 2301.00774). A threshold is one of
 * magnitudes. Then columns are rounded with feedback, codes and what they stand for are chosen in
 * turn. Scales and tables are rounded to their type at every step.
 */
final class ProgramFitter {
  private final Tensor weights;
  private final LayerInputs inputs;
  private final IntFunction<RowMetric> metrics;
  private final WeightAxes axes;
  private final int rounds;
  private final PaletteFitter palettes;

  /**
   * Prepares the fitting of one weight tensor.
   *
   * @param metrics of a group of channels
   * @param type of the weights
   * @param axes along which blocks and groups of sparse forms lie
   * @param rounds how often codes and what they stand for are chosen anew
   */
  ProgramFitter(
      Tensor weights,
      LayerInputs inputs,
      IntFunction<RowMetric> metrics,
      FloatType type,
      WeightAxes axes,
      int rounds) {
    this.weights = weights;
    this.inputs = inputs;
    this.metrics = metrics;
    this.axes = axes;
    this.rounds = rounds;
    this.palettes = new PaletteFitter(weights, inputs, metrics, type, rounds);
  }

  /**
   * The fitted form of a scheme.
   *
   * @param simple what the scheme gives without calibration
   */
  QuantizedWeights fit(Scheme.Compression scheme, QuantizedWeights simple) {
    if (simple instanceof BlockwiseWeights blocks) {
      return blocks(blocks, all());
    }
    if (simple instanceof PalettizedWeights tables) {
      return palettes.fit(tables, all());
    }
    if (simple instanceof ScaledTableWeights scaled) {
      return new ScaledTableFitter(weights, inputs, metrics, rounds).fit(scaled);
    }
    SparseWeights sparse = (SparseWeights) simple;
    BitSet kept =
        scheme.sparsity() instanceof Sparsity.Below
            ? sparse.kept()
            : new CostliestWeights(costs(), weights.shape(), axes)
                .kept(scheme.sparsity(), sparse.kept());
    if (sparse.codes().isEmpty()) {
      return new SparseWeights(sparse.type(), kept, repaired(sparse.type(), kept));
    }
    CodedWeights codes =
        sparse.codes().get() instanceof BlockwiseWeights blocks
            ? blocks(blocks, kept)
            : palettes.fit((PalettizedWeights) sparse.codes().get(), kept);
    return new SparseWeights(sparse.type(), kept, codes);
  }

  private BitSet all() {
    BitSet all = new BitSet(weights.size());
    all.set(0, weights.size());
    return all;
  }

  private int channels() {
    return inputs.groups() * inputs.rows();
  }

  private int element(int channel, int column) {
    return inputs.element(channel / inputs.rows(), channel % inputs.rows(), column);
  }

  private RowMetric metric(int channel) {
    return metrics.apply(channel / inputs.rows());
  }

  private TensorRows rows(BitSet kept) {
    return new TensorRows(inputs, weights.sharedArray(), metrics, 1, kept::get);
  }

  /** What it costs to leave each weight out, repaired by the others of its row. */
  private double[] costs() {
    double[] costs = new double[weights.size()];
    double[] inverse = new double[0];
    for (int channel = 0; channel < channels(); channel++) {
      if (channel % inputs.rows() == 0) {
        inverse = inverse(metric(channel));
      }
      for (int column = 0; column < inputs.columns(); column++) {
        int at = element(channel, column);
        costs[at] = (double) weights.get(at) * weights.get(at) / inverse[column];
      }
    }
    return costs;
  }

  private static double[] inverse(RowMetric metric) {
    double[] inverse = new double[metric.importance().length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / metric.importance()[i];
    }
    for (RowMetric.Part part : metric.parts()) {
      System.arraycopy(part.inverseDiagonal(), 0, inverse, part.start(), part.length());
    }
    return inverse;
  }

  /** Floats that make up for those that are left out. */
  private Tensor repaired(FloatType type, BitSet kept) {
    float[] repaired = new float[weights.size()];
    Books books = new FreeBooks(type);
    try (TensorRows rows = rows(kept)) {
      rows.round(books);
      rows.descend(books, 1 + rounds);
      rows.write(repaired);
    }
    return Tensor.wrap(weights.shape(), repaired);
  }

  private static Steps[] narrowed(Steps[] steps, IntToDoubleFunction shares) {
    Steps[] narrowed = new Steps[steps.length];
    Arrays.setAll(
        narrowed, block -> steps[block].scaled(steps[block].scale() * shares.applyAsDouble(block)));
    return narrowed;
  }

  private BlockwiseWeights blocks(BlockwiseWeights simple, BitSet kept) {
    int[] places = new BlockPlaces(weights.shape(), simple.blocks()).ofElements();
    float[] scales = simple.scales();
    byte[] zeros = simple.zeroPoints();
    byte[] codes = new byte[weights.size()];
    StepsFit fit = new StepsFit(simple.isSigned(), simple.bits().bits(), simple.type());
    Steps[] steps = new Steps[scales.length];
    Members[] members = Members.of(weights, inputs, metrics, places, scales.length, kept);
    for (int place = 0; place < steps.length; place++) {
      steps[place] = fit.fit(members[place].weights(), members[place].importance());
      members[place] = null;
    }
    try (TensorRows rows = rows(kept)) {
      int[][] blocks = rows.gathered(places);
      RowSystems systems = new RowSystems(steps.length, rows.batches(), blocks);
      double[] shares =
          CarriedRanges.shares(
              rows.batches(),
              share -> new StepsBooks(narrowed(steps, block -> share), blocks, systems));
      StepsBooks books =
          new StepsBooks(narrowed(steps, block -> shares[systems.of(block)]), blocks, systems);
      rows.fit(books, rounds);
      rows.write(codes, element -> element);
      for (int place = 0; place < scales.length; place++) {
        scales[place] = books.steps(place).scale();
        if (zeros.length > 0) {
          zeros[place] = (byte) books.steps(place).zero();
        }
      }
    }
    return new BlockwiseWeights(
        weights.shape(),
        simple.bits(),
        codes,
        simple.isSigned(),
        simple.type(),
        simple.blocks(),
        scales,
        zeros);
  }
}
