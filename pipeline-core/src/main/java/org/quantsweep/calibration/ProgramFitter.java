package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.quantsweep.quantize.BlockPlaces;
import org.quantsweep.quantize.BlockwiseWeights;
import org.quantsweep.quantize.CodedWeights;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.SparseWeights;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.tensor.Tensor;

/**
 * Fits the forms of ML Programs to what a layer is fed with: scales of blocks, tables of groups of
 * channels and of vectors, what is left of sparse weights, and joint forms, all in one procedure.
 *
 * <p>A sparse form leaves out the weights whose loss, repaired by the others, costs least: w^2 /
 * [H^-1]_ii (Hassibi and Stork, Optimal Brain Surgeon, 1993; Frantar and Alistarh, SparseGPT, arXiv
 * 2301.00774). Then columns are rounded with feedback, codes and what they stand for are chosen in
 * turn. Scales and tables are rounded to their type at every step.
 */
final class ProgramFitter {
  private static final int PASSES = 4;

  private final Tensor weights;
  private final LayerInputs inputs;
  private final IntFunction<RowMetric> metrics;
  private final FloatType type;
  private final int rounds;

  /**
   * Prepares the fitting of one weight tensor.
   *
   * @param metrics of a group of channels
   * @param type of the weights
   * @param rounds how often codes and what they stand for are chosen anew
   */
  ProgramFitter(
      Tensor weights,
      LayerInputs inputs,
      IntFunction<RowMetric> metrics,
      FloatType type,
      int rounds) {
    this.weights = weights;
    this.inputs = inputs;
    this.metrics = metrics;
    this.type = type;
    this.rounds = rounds;
  }

  /** Rows that share books, and these. */
  private static final class Unit {
    private final List<int[]> rows = new ArrayList<>();
    private final Map<Integer, Integer> places = new LinkedHashMap<>();
    private Codebook[] books;
    private List<CodedRows> coded;

    /** The unit's own number of a book. */
    int own(int place) {
      return places.computeIfAbsent(place, missing -> places.size());
    }
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
    SparseWeights sparse = (SparseWeights) simple;
    BitSet kept =
        scheme.sparsity() instanceof Sparsity.Share ? cheapest(sparse.count()) : sparse.kept();
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

  /** The weights that cost most to leave out. */
  private BitSet cheapest(int count) {
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
    BitSet kept = new BitSet(costs.length);
    IntStream.range(0, costs.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(i -> -costs[i]).thenComparing(i -> i))
        .limit(count)
        .forEach(kept::set);
    return kept;
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
    Codebook[] books = {new Codebook.Free(type), new Codebook.Zero()};
    for (int channel = 0; channel < channels(); channel++) {
      int[] rows = {channel};
      int[] columns = new int[inputs.columns()];
      for (int column = 0; column < columns.length; column++) {
        columns[column] = kept.get(element(channel, column)) ? 0 : 1;
      }
      CodedRows row = new CodedRows(values(rows), books, columns, metric(channel));
      row.descend(PASSES * (1 + rounds));
      for (int column = 0; column < columns.length; column++) {
        repaired[element(channel, column)] = (float) row.value(0, column);
      }
    }
    return Tensor.wrap(weights.shape(), repaired);
  }

  private double[][] values(int[] rows) {
    double[][] values = new double[rows.length][inputs.columns()];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < inputs.columns(); column++) {
        values[row][column] = weights.get(element(rows[row], column));
      }
    }
    return values;
  }

  /**
   * Rows by what they share.
   *
   * @param places the book of each weight
   * @param vector how many rows have one code
   */
  private List<Unit> units(int[] places, int vector) {
    Map<Integer, Unit> units = new LinkedHashMap<>();
    for (int channel = 0; channel < channels(); channel += vector) {
      // Books never lie across rows that do not share all of them.
      Unit unit = units.computeIfAbsent(places[element(channel, 0)], missing -> new Unit());
      unit.rows.add(IntStream.range(channel, channel + vector).toArray());
      for (int column = 0; column < inputs.columns(); column++) {
        unit.own(places[element(channel, column)]);
      }
    }
    return List.copyOf(units.values());
  }

  /** The weights of a book, and how much each counts. */
  private static final class Members {
    private final double[] weights;
    private final double[] importance;

    Members(double[] weights, double[] importance) {
      this.weights = weights;
      this.importance = importance;
    }
  }

  private Members members(Unit unit, int[] places, int book, BitSet kept) {
    double[] own = new double[unit.rows.size() * inputs.columns()];
    double[] importance = new double[own.length];
    int count = 0;
    for (int[] rows : unit.rows) {
      double[] counts = metric(rows[0]).importance();
      for (int column = 0; column < inputs.columns(); column++) {
        int at = element(rows[0], column);
        if (places[at] == book && kept.get(at)) {
          own[count] = weights.get(at);
          importance[count] = counts[column];
          count++;
        }
      }
    }
    return new Members(Arrays.copyOf(own, count), Arrays.copyOf(importance, count));
  }

  /** Rounds the rows of a unit. */
  private void round(Unit unit, int[] places, BitSet kept) {
    unit.coded = new ArrayList<>();
    Codebook[] books = Arrays.copyOf(unit.books, unit.books.length + 1);
    int zero = unit.books.length;
    books[zero] = new Codebook.Zero();
    unit.books = books;
    for (int[] rows : unit.rows) {
      int[] columns = new int[inputs.columns()];
      for (int column = 0; column < columns.length; column++) {
        int at = element(rows[0], column);
        columns[column] = kept.get(at) ? unit.own(places[at]) : zero;
      }
      unit.coded.add(new CodedRows(values(rows), books, columns, metric(rows[0])));
    }
  }

  private static boolean descend(Unit unit) {
    boolean any = false;
    for (CodedRows row : unit.coded) {
      any |= row.descend(PASSES);
    }
    return any;
  }

  private BlockwiseWeights blocks(BlockwiseWeights simple, BitSet kept) {
    int[] places = new BlockPlaces(weights.shape(), simple.blocks()).ofElements();
    float[] scales = simple.scales();
    byte[] zeros = simple.zeroPoints();
    byte[] codes = new byte[weights.size()];
    StepsFit fit = new StepsFit(simple.isSigned(), simple.bits().bits(), simple.type());
    for (Unit unit : units(places, 1)) {
      unit.books = new Codebook[unit.places.size()];
      unit.places.forEach(
          (place, own) -> {
            Members members = members(unit, places, place, kept);
            unit.books[own] = fit.fit(members.weights, members.importance);
          });
      round(unit, places, kept);
      for (int round = 0; round < rounds && descend(unit); round++) {
        for (int book = 0; book < unit.places.size(); book++) {
          Codebook.Steps steps =
              StepsFit.refit(unit.coded, book, (Codebook.Steps) unit.books[book]);
          unit.books[book] = steps;
          for (CodedRows row : unit.coded) {
            row.follow(book, null, (code, value) -> value[0] = steps.value(code));
          }
        }
      }
      unit.places.forEach(
          (place, own) -> {
            Codebook.Steps steps = (Codebook.Steps) unit.books[own];
            scales[place] = steps.scale();
            if (zeros.length > 0) {
              zeros[place] = (byte) steps.zero();
            }
          });
      write(unit, codes);
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

  private void write(Unit unit, byte[] codes) {
    for (int at = 0; at < unit.rows.size(); at++) {
      for (int column = 0; column < inputs.columns(); column++) {
        codes[element(unit.rows.get(at)[0], column)] = (byte) unit.coded.get(at).code(column);
      }
    }
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
    byte[] codes = new byte[tables.length];
    // Bytes share one scale over all tables: it is found once the entries are.
    EntriesFit.Rounding rounding = new EntriesFit.Rounding(simple.type(), false);
    List<Unit> units = units(places, vector);
    for (Unit unit : units) {
      int table = unit.places.keySet().iterator().next();
      float[] start = Arrays.copyOfRange(entries, table * size, (table + 1) * size);
      unit.books = new Codebook[] {started(unit, places, kept, start, vector)};
      round(unit, places, kept);
      for (int round = 0; round < rounds && descend(unit); round++) {
        refit(unit, rounding);
      }
      float[] fitted = ((Codebook.Entries) unit.books[0]).entries();
      System.arraycopy(fitted, 0, entries, table * size, size);
    }
    float scale = 0;
    if (simple.isCompact()) {
      EntriesFit.Rounding bytes = new EntriesFit.Rounding(simple.type(), true);
      double[] exact = new double[entries.length];
      Arrays.setAll(exact, i -> entries[i]);
      scale = bytes.scale(exact);
      float[] rounded = bytes.rounded(exact);
      System.arraycopy(rounded, 0, entries, 0, entries.length);
      for (Unit unit : units) {
        int table = unit.places.keySet().iterator().next();
        float[] own = Arrays.copyOfRange(entries, table * size, (table + 1) * size);
        unit.books = new Codebook[] {new Codebook.Entries(own, vector)};
        round(unit, places, kept);
        descend(unit);
      }
    }
    for (Unit unit : units) {
      for (int at = 0; at < unit.rows.size(); at++) {
        for (int column = 0; column < inputs.columns(); column++) {
          codes[codeOf[element(unit.rows.get(at)[0], column)]] =
              (byte) unit.coded.get(at).code(column);
        }
      }
    }
    return new PalettizedWeights(
        weights.shape(), simple.bits(), codes, simple.type(), cut, entries, scale);
  }

  /** A table that is fitted to weights that count differently. */
  private Codebook.Entries started(
      Unit unit, int[] places, BitSet kept, float[] start, int vector) {
    if (vector > 1) {
      return new Codebook.Entries(start, vector);
    }
    Members members = members(unit, places, unit.places.keySet().iterator().next(), kept);
    if (members.weights.length == 0) {
      return new Codebook.Entries(start, 1);
    }
    float[] own = new float[members.weights.length];
    for (int i = 0; i < own.length; i++) {
      own[i] = (float) members.weights[i];
    }
    float[] fitted = new WeightedTable(own, members.importance).fit(start);
    double[] exact = new double[fitted.length];
    Arrays.setAll(exact, i -> fitted[i]);
    // Every step is rounded to what is stored, so that codes are chosen for that.
    return new Codebook.Entries(new EntriesFit.Rounding(type, false).rounded(exact), 1);
  }

  private static void refit(Unit unit, EntriesFit.Rounding rounding) {
    Codebook.Entries table = (Codebook.Entries) unit.books[0];
    int vector = table.vector();
    float[] fitted = EntriesFit.refit(unit.coded, 0, table, rounding);
    int[] ranks = null;
    float[] sorted = fitted;
    if (vector == 1) {
      double[] exact = new double[fitted.length];
      Arrays.setAll(exact, i -> fitted[i]);
      ranks = GridRefit.ranks(exact);
      sorted = new float[fitted.length];
      for (int i = 0; i < fitted.length; i++) {
        sorted[ranks[i]] = fitted[i];
      }
    }
    float[] entries = sorted;
    unit.books[0] = new Codebook.Entries(entries, vector);
    for (CodedRows row : unit.coded) {
      row.follow(
          0,
          ranks,
          (code, value) -> {
            for (int i = 0; i < vector; i++) {
              value[i] = entries[code * vector + i];
            }
          });
    }
  }
}
