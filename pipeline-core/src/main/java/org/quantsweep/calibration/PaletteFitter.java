package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.quantsweep.quantize.BlockPlaces;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.quantize.VectorTables;
import org.quantsweep.tensor.Tensor;

/**
 * Fits look-up tables: columns are rounded with feedback; then codes and entries are chosen in
 * turn, entries by least squares in the metric of the inputs, rounded to what is stored at every
 * step. Where entries are bytes, that is done for floats first, and again for bytes; what is best
 * of the second time is kept.
 */
final class PaletteFitter {
  private final Tensor weights;
  private final LayerInputs inputs;
  private final IntFunction<RowMetric> metrics;
  private final FloatType type;
  private final int rounds;
  private WeightedTable wholeTable;

  /**
   * For one weight tensor.
   *
   * @param metrics of a group of channels
   * @param type of the weights
   * @param rounds how often codes and entries are chosen anew
   */
  PaletteFitter(
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

  /** How the weights of a form lie in codes and tables. */
  private final class Layout {
    private final PalettizedWeights simple;
    private final int vector;
    private final int[] elements;
    private final int[] tables;
    private final int count;
    private final int size;

    /** The table of each weight. */
    private final int[] places = new int[weights.size()];

    private final int[] codeOf = new int[weights.size()];

    Layout(PalettizedWeights simple) {
      PalettizedWeights.Cut cut = simple.cut();
      this.simple = simple;
      this.vector = cut.vector();
      this.elements = cut.elements();
      this.tables = new BlockPlaces(cut.indices(), cut.tables()).ofElements();
      this.count = Math.toIntExact(cut.tables().elementCount());
      this.size = simple.bits().codes() * vector;
      for (int code = 0; code < tables.length; code++) {
        for (int j = 0; j < vector; j++) {
          places[elements[code * vector + j]] = tables[code];
          codeOf[elements[code * vector + j]] = code;
        }
      }
    }

    TableBooks books(float[] entries, EntryRounding rounding, float scale) {
      // Books never lie across rows that do not share all of them.
      IntUnaryOperator tableOf =
          channel -> places[inputs.element(channel / inputs.rows(), channel % inputs.rows(), 0)];
      float[][] own = new float[count][];
      Arrays.setAll(own, table -> Arrays.copyOfRange(entries, table * size, (table + 1) * size));
      return new TableBooks(own, vector, tables.length / count, tableOf, rounding, scale);
    }
  }

  /** What was found, and its error. */
  private static final class Found {
    private double error = Double.POSITIVE_INFINITY;
    private PalettizedWeights weights;

    private void offer(TensorRows rows, TableBooks books, Layout layout) {
      double own = rows.error();
      if (own < error || weights == null) {
        error = own;
        byte[] codes = new byte[layout.tables.length];
        rows.write(codes, element -> layout.codeOf[element]);
        weights =
            new PalettizedWeights(
                layout.simple.shape(),
                layout.simple.bits(),
                codes,
                layout.simple.type(),
                layout.simple.cut(),
                books.allEntries(),
                books.scale());
      }
    }
  }

  /**
   * The fitted form.
   *
   * @param simple what the weights alone give
   * @param kept which weights are not left out
   */
  PalettizedWeights fit(PalettizedWeights simple, BitSet kept) {
    Layout layout = new Layout(simple);
    Found found = new Found();
    try (TensorRows rows =
        new TensorRows(inputs, weights.sharedArray(), metrics, layout.vector, kept::get)) {
      for (float[] start : starts(layout, kept)) {
        TableBooks books = layout.books(start, new EntryRounding(simple.type(), false), 0);
        rows.fit(books, rounds);
        if (simple.isCompact()) {
          fitBytes(rows, books.allEntries(), layout, found);
        } else {
          found.offer(rows, books, layout);
        }
      }
    }
    return found.weights;
  }

  /** Rounded entries may be farther than those before, so every turn is looked at. */
  private void fitBytes(TensorRows rows, float[] entries, Layout layout, Found found) {
    EntryRounding bytes = new EntryRounding(layout.simple.type(), true);
    double[] exact = new double[entries.length];
    Arrays.setAll(exact, i -> entries[i]);
    TableBooks books = layout.books(bytes.rounded(exact), bytes, bytes.scale(exact));
    rows.round(books);
    for (int round = 0; round <= rounds; round++) {
      if (round > 0) {
        BooksRefit.refit(books, rows.batches());
      }
      rows.improve(books, rounds + round);
      found.offer(rows, books, layout);
    }
  }

  /**
   * Tables that are fitted to weights that count differently; of vectors those of the weights alone
   * too, because which of them ends better is not known before.
   */
  private List<float[]> starts(Layout layout, BitSet kept) {
    if (layout.vector > 1) {
      return List.of(layout.simple.entries(), weightedVectors(layout));
    }
    float[] started = layout.simple.entries();
    if (layout.count == 1 && kept.cardinality() == weights.size()) {
      if (wholeTable == null) {
        wholeTable = members(layout, kept)[0].forTables();
      }
      return List.of(fitted(wholeTable, started));
    }
    Members[] members = members(layout, kept);
    for (int table = 0; table < layout.count; table++) {
      if (members[table].count() > 0) {
        int from = table * layout.size;
        float[] own = Arrays.copyOfRange(started, from, from + layout.size);
        System.arraycopy(fitted(members[table].forTables(), own), 0, started, from, layout.size);
      }
      members[table] = null;
    }
    return List.of(started);
  }

  private Members[] members(Layout layout, BitSet kept) {
    return Members.of(weights, inputs, metrics, layout.places, layout.count, kept);
  }

  /** Every step is rounded to what is stored, so that codes are chosen for that. */
  private float[] fitted(WeightedTable weighted, float[] start) {
    return rounded(weighted.fit(start));
  }

  private float[] rounded(float[] entries) {
    double[] exact = new double[entries.length];
    Arrays.setAll(exact, i -> entries[i]);
    return new EntryRounding(type, false).rounded(exact);
  }

  /** K-means of vectors, which have one table; each counts as its weights do on average. */
  private float[] weightedVectors(Layout layout) {
    double[] counts = new double[layout.tables.length];
    for (int group = 0; group < inputs.groups(); group++) {
      double[] importance = metrics.apply(group).importance();
      for (int row = 0; row < inputs.rows(); row++) {
        for (int column = 0; column < inputs.columns(); column++) {
          counts[layout.codeOf[inputs.element(group, row, column)]] += importance[column];
        }
      }
    }
    float[] own = new float[weights.size()];
    for (int i = 0; i < own.length; i++) {
      own[i] = weights.get(layout.elements[i]);
    }
    return rounded(new VectorTables(own, layout.vector, counts).fit(layout.size / layout.vector));
  }
}
