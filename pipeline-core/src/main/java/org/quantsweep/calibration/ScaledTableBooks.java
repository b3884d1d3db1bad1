package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.quantsweep.quantize.FloatType;

/**
 * One table for all weights, and a scale for each block: w = scale x entry, rounded to the type.
 * Values are linear in the entries while the scales stay, and in the scales while the entries stay;
 * each is seen as books of its own.
 */
final class ScaledTableBooks implements Books {
  private final FloatType type;
  private final int[][] blocks;
  private final float[] scales;
  private final float[] inverses;
  private float[] entries;
  private AscendingTable table;

  /**
   * A table with scales.
   *
   * @param start entries in ascending order, and scales of the type
   * @param type of what is stored
   * @param blocks the block of each weight of each batch {@code [columns, rows]}, not copied
   */
  ScaledTableBooks(ScaledTableStart start, FloatType type, int[][] blocks) {
    this.type = type;
    this.blocks = blocks;
    this.entries = start.entries().clone();
    this.scales = start.scales().clone();
    this.inverses = new float[scales.length];
    this.table = new AscendingTable(entries);
    for (int block = 0; block < scales.length; block++) {
      inverses[block] = inverse(scales[block]);
    }
  }

  /** A block without a scale is zero, whatever its codes. */
  private static float inverse(float scale) {
    return scale == 0 ? 0 : 1 / scale;
  }

  /** Not copied. */
  float[] entries() {
    return entries;
  }

  /** Not copied. */
  float[] scales() {
    return scales;
  }

  @Override
  public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
    int[] own = blocks[batch.index()];
    int at = column * batch.rows();
    for (int row = 0; row < points.length; row++) {
      int block = own[at + row];
      int code = table.nearest(points[row] * inverses[block]);
      codes[row] = (byte) code;
      values[row] = scales[block] * table.entry(code);
    }
    if (type == FloatType.HALF) {
      for (int row = 0; row < points.length; row++) {
        values[row] = type.round(values[row]);
      }
    }
  }

  private void decode(Iterable<RowBatch> batches) {
    for (RowBatch batch : batches) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          float exact = scales[own[at++]] * entries[batch.code(column, row)];
          batch.setValue(column, row, type.round(exact));
        }
      }
    }
  }

  /** The entries, under scales that stay. */
  Books.Fitted ofEntries() {
    return new Entries();
  }

  /** The scales, over entries that stay. */
  Books.Fitted ofScales(List<RowBatch> batches) {
    return new Scales(batches);
  }

  private final class Entries implements Books.Fitted {
    @Override
    public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
      ScaledTableBooks.this.round(batch, column, points, codes, values);
    }

    @Override
    public int unknowns() {
      return entries.length;
    }

    @Override
    public int systems() {
      return 1;
    }

    @Override
    public int system(int unknown) {
      return 0;
    }

    @Override
    public void spread(RowBatch batch, double[] change, float[] values) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          values[at] = (float) (scales[own[at]] * change[batch.code(column, row)]);
          at++;
        }
      }
    }

    @Override
    public void gather(RowBatch batch, float[] numbers, double[] sums) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          sums[batch.code(column, row)] += (double) scales[own[at]] * numbers[at];
          at++;
        }
      }
    }

    @Override
    public void squares(RowBatch batch, float[] diagonal, double[] sums) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          double scale = scales[own[at++]];
          sums[batch.code(column, row)] += scale * scale * diagonal[column];
        }
      }
    }

    @Override
    public void move(double[] change, Iterable<RowBatch> batches) {
      double[] exact = new double[entries.length];
      Arrays.setAll(exact, i -> entries[i] + change[i]);
      float[] moved = new EntryRounding(type, false).rounded(exact);
      int[] ascending =
          IntStream.range(0, moved.length)
              .boxed()
              .sorted(Comparator.<Integer>comparingDouble(i -> moved[i]).thenComparing(i -> i))
              .mapToInt(Integer::intValue)
              .toArray();
      int[] ranks = new int[moved.length];
      float[] sorted = new float[moved.length];
      for (int rank = 0; rank < ascending.length; rank++) {
        ranks[ascending[rank]] = rank;
        sorted[rank] = moved[ascending[rank]];
      }
      entries = sorted;
      table = new AscendingTable(sorted);
      for (RowBatch batch : batches) {
        for (int column = 0; column < batch.columns(); column++) {
          for (int row = 0; row < batch.rows(); row++) {
            batch.rename(column, row, ranks[batch.code(column, row)]);
          }
        }
      }
      decode(batches);
    }
  }

  private final class Scales implements Books.Fitted {
    private final RowSystems systems;

    Scales(List<RowBatch> batches) {
      systems = new RowSystems(scales.length, batches, blocks);
    }

    @Override
    public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
      ScaledTableBooks.this.round(batch, column, points, codes, values);
    }

    @Override
    public int unknowns() {
      return scales.length;
    }

    @Override
    public int systems() {
      return systems.count();
    }

    @Override
    public int system(int unknown) {
      return systems.of(unknown);
    }

    @Override
    public void spread(RowBatch batch, double[] change, float[] values) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          values[at] = (float) (entries[batch.code(column, row)] * change[own[at]]);
          at++;
        }
      }
    }

    @Override
    public void gather(RowBatch batch, float[] numbers, double[] sums) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          sums[own[at]] += (double) entries[batch.code(column, row)] * numbers[at];
          at++;
        }
      }
    }

    @Override
    public void squares(RowBatch batch, float[] diagonal, double[] sums) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          double entry = entries[batch.code(column, row)];
          sums[own[at++]] += entry * entry * diagonal[column];
        }
      }
    }

    @Override
    public void move(double[] change, Iterable<RowBatch> batches) {
      for (int block = 0; block < scales.length; block++) {
        if (scales[block] != 0) {
          scales[block] = DiagonalTables.stored(type, scales[block] + change[block], scales[block]);
          inverses[block] = inverse(scales[block]);
        }
      }
      decode(batches);
    }
  }
}
