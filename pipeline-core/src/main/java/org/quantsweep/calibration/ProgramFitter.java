package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
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
  private final FloatType type;
  private final WeightAxes axes;
  private final int rounds;
  private WeightedTable wholeTable;

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
    this.type = type;
    this.axes = axes;
    this.rounds = rounds;
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
      return tables(tables, all());
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
            : tables((PalettizedWeights) sparse.codes().get(), kept);
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

  private TensorRows rows(int vector, BitSet kept) {
    return new TensorRows(inputs, weights.sharedArray(), metrics, vector, kept::get);
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
    try (TensorRows rows = rows(1, kept)) {
      rows.round(books);
      rows.descend(books, 1 + rounds);
      rows.write(repaired);
    }
    return Tensor.wrap(weights.shape(), repaired);
  }

  /** The weights of a book, and how much each counts. */
  private static final class Members {
    private final double[] weights;
    private final double[] importance;
    private int count;

    Members(int count) {
      this.weights = new double[count];
      this.importance = new double[count];
    }

    void add(double weight, double counts) {
      weights[count] = weight;
      importance[count] = counts;
      count++;
    }
  }

  /**
   * The kept weights of each book, channel by channel.
   *
   * @param places the book of each weight
   * @param vector of these rows the first alone counts
   */
  private Members[] members(int[] places, int books, BitSet kept, int vector) {
    int[] counts = new int[books];
    for (int channel = 0; channel < channels(); channel += vector) {
      for (int column = 0; column < inputs.columns(); column++) {
        int at = element(channel, column);
        if (kept.get(at)) {
          counts[places[at]]++;
        }
      }
    }
    Members[] members = new Members[books];
    Arrays.setAll(members, book -> new Members(counts[book]));
    for (int channel = 0; channel < channels(); channel += vector) {
      double[] importance = metric(channel).importance();
      for (int column = 0; column < inputs.columns(); column++) {
        int at = element(channel, column);
        if (kept.get(at)) {
          members[places[at]].add(weights.get(at), importance[column]);
        }
      }
    }
    return members;
  }

  private BlockwiseWeights blocks(BlockwiseWeights simple, BitSet kept) {
    int[] places = new BlockPlaces(weights.shape(), simple.blocks()).ofElements();
    float[] scales = simple.scales();
    byte[] zeros = simple.zeroPoints();
    byte[] codes = new byte[weights.size()];
    StepsFit fit = new StepsFit(simple.isSigned(), simple.bits().bits(), simple.type());
    Steps[] steps = new Steps[scales.length];
    Members[] members = members(places, scales.length, kept, 1);
    for (int place = 0; place < steps.length; place++) {
      steps[place] = fit.fit(members[place].weights, members[place].importance);
      members[place] = null;
    }
    try (TensorRows rows = rows(1, kept)) {
      StepsBooks books = new StepsBooks(steps, rows.batches(), rows.gathered(places));
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

  private PalettizedWeights tables(PalettizedWeights simple, BitSet kept) {
    PalettizedWeights.Cut cut = simple.cut();
    int vector = cut.vector();
    int[] elements = cut.elements();
    int[] tables = new BlockPlaces(cut.indices(), cut.tables()).ofElements();
    int[] places = new int[weights.size()];
    int[] codeOf = new int[weights.size()];
    for (int code = 0; code < tables.length; code++) {
      for (int j = 0; j < vector; j++) {
        places[elements[code * vector + j]] = tables[code];
        codeOf[elements[code * vector + j]] = code;
      }
    }
    int size = simple.bits().codes() * vector;
    float[] entries = simple.entries();
    float[][] started = started(places, kept, entries, size, vector);
    byte[] codes = new byte[tables.length];
    int points = codes.length / started.length;
    float scale = 0;
    try (TensorRows rows = rows(vector, kept)) {
      // Books never lie across rows that do not share all of them.
      IntUnaryOperator tableOf = channel -> places[element(channel, 0)];
      // Bytes share one scale over all tables: it is found once the entries are.
      EntryRounding floats = new EntryRounding(simple.type(), false);
      TableBooks books = new TableBooks(started, vector, points, tableOf, floats);
      rows.fit(books, rounds);
      for (int table = 0; table < started.length; table++) {
        System.arraycopy(books.entries(table), 0, entries, table * size, size);
      }
      if (simple.isCompact()) {
        EntryRounding bytes = new EntryRounding(simple.type(), true);
        double[] exact = new double[entries.length];
        Arrays.setAll(exact, i -> entries[i]);
        scale = bytes.scale(exact);
        float[] rounded = bytes.rounded(exact);
        System.arraycopy(rounded, 0, entries, 0, entries.length);
        TableBooks stored = new TableBooks(cut(entries, size), vector, points, tableOf, bytes);
        rows.round(stored);
        rows.improve(stored, rounds);
      }
      rows.write(codes, element -> codeOf[element]);
    }
    return new PalettizedWeights(
        weights.shape(), simple.bits(), codes, simple.type(), cut, entries, scale);
  }

  private static float[][] cut(float[] entries, int size) {
    float[][] tables = new float[entries.length / size][];
    Arrays.setAll(tables, table -> Arrays.copyOfRange(entries, table * size, (table + 1) * size));
    return tables;
  }

  /** Tables that are fitted to weights that count differently. */
  private float[][] started(int[] places, BitSet kept, float[] entries, int size, int vector) {
    float[][] started = cut(entries, size);
    if (vector > 1) {
      return started;
    }
    if (started.length == 1 && kept.cardinality() == weights.size()) {
      if (wholeTable == null) {
        wholeTable = weighted(members(places, 1, kept, 1)[0]);
      }
      started[0] = fitted(wholeTable, started[0]);
      return started;
    }
    Members[] members = members(places, started.length, kept, 1);
    for (int table = 0; table < started.length; table++) {
      if (members[table].count > 0) {
        started[table] = fitted(weighted(members[table]), started[table]);
      }
      members[table] = null;
    }
    return started;
  }

  private static WeightedTable weighted(Members members) {
    float[] own = new float[members.count];
    for (int i = 0; i < own.length; i++) {
      own[i] = (float) members.weights[i];
    }
    return new WeightedTable(own, members.importance);
  }

  /** Every step is rounded to what is stored, so that codes are chosen for that. */
  private float[] fitted(WeightedTable weights, float[] start) {
    float[] fitted = weights.fit(start);
    double[] exact = new double[fitted.length];
    Arrays.setAll(exact, i -> fitted[i]);
    return new EntryRounding(type, false).rounded(exact);
  }
}
