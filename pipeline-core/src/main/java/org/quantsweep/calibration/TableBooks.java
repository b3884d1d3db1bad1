package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.quantsweep.quantize.NearestVectors;

/** Entries of tables, each of single weights or of vectors of rows. Each table serves some rows. */
final class TableBooks implements Books.Fitted {
  private final int vector;
  private final int points;
  private final int size;
  private final IntUnaryOperator tableOf;
  private final EntryRounding rounding;
  private final float[][] entries;
  private final AscendingTable[] scalars;
  private final NearestVectors[] vectors;
  private float scale;

  /**
   * Some tables.
   *
   * @param entries of each table {@code [codes, vector]}, not copied; of single weights in
   *     ascending order
   * @param points about how many weights or vectors each table serves
   * @param tableOf the table of a channel
   * @param rounding how entries are stored once they have been moved
   */
  TableBooks(
      float[][] entries, int vector, int points, IntUnaryOperator tableOf, EntryRounding rounding) {
    this(entries, vector, points, tableOf, rounding, 0);
  }

  /**
   * The same.
   *
   * @param scale of entries that are bytes, which all tables share; 0 for floats
   */
  TableBooks(
      float[][] entries,
      int vector,
      int points,
      IntUnaryOperator tableOf,
      EntryRounding rounding,
      float scale) {
    this.entries = entries;
    this.vector = vector;
    this.points = points;
    this.size = entries[0].length / vector;
    this.tableOf = tableOf;
    this.rounding = rounding;
    this.scale = scale;
    this.scalars = new AscendingTable[vector == 1 ? entries.length : 0];
    this.vectors = new NearestVectors[vector == 1 ? 0 : entries.length];
    for (int table = 0; table < entries.length; table++) {
      index(table);
    }
  }

  private void index(int table) {
    if (vector == 1) {
      scalars[table] = new AscendingTable(entries[table]);
    } else {
      vectors[table] = new NearestVectors(entries[table], vector, points);
    }
  }

  /** Not copied. */
  float[] entries(int table) {
    return entries[table];
  }

  /** Of all tables; a copy. */
  float[] allEntries() {
    float[] all = new float[unknowns()];
    for (int table = 0; table < entries.length; table++) {
      System.arraycopy(
          entries[table], 0, all, table * entries[table].length, entries[table].length);
    }
    return all;
  }

  /** The scale of entries that are bytes; 0 for floats. */
  float scale() {
    return scale;
  }

  private int table(RowBatch batch, int unit) {
    return entries.length == 1 ? 0 : tableOf.applyAsInt(batch.channel(unit));
  }

  @Override
  public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
    if (vector > 1) {
      roundVectors(batch, points, codes, values);
      return;
    }
    for (int row = 0; row < points.length; row++) {
      AscendingTable table = scalars[table(batch, row)];
      int code = table.nearest(points[row]);
      codes[row] = (byte) code;
      values[row] = table.entry(code);
    }
  }

  private void roundVectors(RowBatch batch, float[] points, byte[] codes, float[] values) {
    double[] point = new double[vector];
    int units = codes.length;
    for (int unit = 0; unit < units; unit++) {
      int table = table(batch, unit);
      for (int i = 0; i < vector; i++) {
        point[i] = points[i * units + unit];
      }
      int code = vectors[table].nearest(point);
      codes[unit] = (byte) code;
      for (int i = 0; i < vector; i++) {
        values[i * units + unit] = entries[table][code * vector + i];
      }
    }
  }

  @Override
  public int unknowns() {
    return entries.length * size * vector;
  }

  @Override
  public int systems() {
    return entries.length * vector;
  }

  @Override
  public int system(int unknown) {
    return unknown / (size * vector) * vector + unknown % vector;
  }

  /** The first number of each unit's table. */
  private int[] starts(RowBatch batch) {
    int[] starts = new int[batch.units()];
    for (int unit = 0; unit < starts.length; unit++) {
      starts[unit] = table(batch, unit) * size * vector;
    }
    return starts;
  }

  @Override
  public void spread(RowBatch batch, double[] change, float[] values) {
    int[] starts = starts(batch);
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int i = 0; i < vector; i++) {
        for (int unit = 0; unit < starts.length; unit++) {
          values[at++] = (float) change[starts[unit] + batch.code(column, unit) * vector + i];
        }
      }
    }
  }

  @Override
  public void gather(RowBatch batch, float[] numbers, double[] sums) {
    int[] starts = starts(batch);
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int i = 0; i < vector; i++) {
        for (int unit = 0; unit < starts.length; unit++) {
          sums[starts[unit] + batch.code(column, unit) * vector + i] += numbers[at++];
        }
      }
    }
  }

  @Override
  public void squares(RowBatch batch, float[] diagonal, double[] sums) {
    int[] starts = starts(batch);
    int row = 0;
    for (int column = 0; column < batch.columns(); column++, row = 0) {
      for (int i = 0; i < vector; i++) {
        for (int unit = 0; unit < starts.length; unit++) {
          if (!batch.isLeftOut(column, row++)) {
            sums[starts[unit] + batch.code(column, unit) * vector + i] += diagonal[column];
          }
        }
      }
    }
  }

  @Override
  public void move(double[] change, Iterable<RowBatch> batches) {
    double[] exact = new double[unknowns()];
    float[] before = allEntries();
    for (int i = 0; i < exact.length; i++) {
      exact[i] = before[i] + change[i];
    }
    scale = rounding.compact() ? rounding.scale(exact) : 0;
    float[] all = rounding.rounded(exact);
    int[][] renamed = new int[entries.length][];
    for (int table = 0; table < entries.length; table++) {
      int from = table * size * vector;
      float[] moved = Arrays.copyOfRange(all, from, from + size * vector);
      if (vector == 1) {
        renamed[table] = ranks(moved);
        float[] sorted = new float[size];
        for (int i = 0; i < size; i++) {
          sorted[renamed[table][i]] = moved[i];
        }
        moved = sorted;
      }
      entries[table] = moved;
      index(table);
    }
    for (RowBatch batch : batches) {
      decode(batch, renamed);
    }
  }

  private void decode(RowBatch batch, int[][] renamed) {
    int units = batch.units();
    for (int unit = 0; unit < units; unit++) {
      int table = table(batch, unit);
      float[] own = entries[table];
      for (int column = 0; column < batch.columns(); column++) {
        int code = batch.code(column, unit);
        if (renamed[table] != null) {
          code = renamed[table][code];
          batch.rename(column, unit, code);
        }
        for (int i = 0; i < vector; i++) {
          batch.setValue(column, i * units + unit, own[code * vector + i]);
        }
      }
    }
  }

  /** The places of values in ascending order: renamed[old code] = new code. */
  private static int[] ranks(float[] values) {
    int[] ascending =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> values[i]).thenComparing(i -> i))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ranks = new int[values.length];
    Arrays.setAll(ranks, i -> 0);
    for (int rank = 0; rank < ascending.length; rank++) {
      ranks[ascending[rank]] = rank;
    }
    return ranks;
  }
}
