package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.quantize.FloatType;

/** Rows that are fitted together, against the definitions of what is done to each. */
class RowBatchTest {
  /** Rows, their second moments, and everything computed again from their definitions. */
  private static final class World {
    final int n;
    final int rows;
    final float[] weights;
    final double[] second;
    final int[] order;
    final double[] feedback;
    final RowMetric metric;

    World(int seed, int n, int rows) {
      Random random = new Random(seed);
      this.n = n;
      this.rows = rows;
      this.weights = new float[n * rows];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = 2 * random.nextFloat() - 1;
      }
      double[] samples = random.doubles((long) n * 3 * n, -1, 2).toArray();
      this.second = new double[n * n];
      for (int s = 0; s < 3 * n; s++) {
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < n; j++) {
            second[i * n + j] += samples[s * n + i] * samples[s * n + j] / (3 * n);
          }
        }
      }
      double[] diagonal = new double[n];
      for (int i = 0; i < n; i++) {
        second[i * n + i] += 0.01;
        diagonal[i] = second[i * n + i];
      }
      this.order = IntStream.range(0, n).map(i -> n - 1 - i).toArray();
      this.feedback = CalibratedQuantizer.feedback(second, order, n, 0.01);
      this.metric = new RowMetric(diagonal, List.of(part(0)));
    }

    private RowMetric.Part part(int start) {
      return new RowMetric.Part(start, second, order, feedback);
    }

    RowBatch batch(int vector) {
      return new RowBatch(metric, 0, 0, vector, weights, new BitSet());
    }

    /** A row of its own. */
    RowBatch alone(int row) {
      float[] own = new float[n];
      for (int i = 0; i < n; i++) {
        own[i] = weights[i * rows + row];
      }
      return new RowBatch(metric, 0, row, 1, own, new BitSet());
    }

    double gradient(RowBatch batch, int row, int i) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += second[i * n + j] * (weights[j * rows + row] - batch.value(j, row));
      }
      return sum;
    }

    double error(RowBatch batch) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < n; i++) {
          double difference = weights[i * rows + row] - batch.value(i, row);
          sum += difference * gradient(batch, row, i);
        }
      }
      return sum;
    }
  }

  private static EvenBooks grids(int count) {
    EvenGrid[] grids = new EvenGrid[count];
    for (int i = 0; i < count; i++) {
      grids[i] = new EvenGrid(0.3f + 0.01f * i, -1, 7);
    }
    return new EvenBooks(grids);
  }

  /** Some columns, more than a panel has, and more than two. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 33, 70})
  void everyRowIsRoundedByTheDefinitionOfFeedback(int n) {
    World world = new World(n, n, 9);
    EvenBooks books = grids(9);
    try (RowBatch batch = world.batch(1)) {
      batch.round(books);
      for (int row = 0; row < world.rows; row++) {
        double[] left = new double[n];
        for (int i = 0; i < n; i++) {
          left[i] = world.weights[world.order[i] * world.rows + row];
        }
        for (int i = 0; i < n; i++) {
          double scale = books.scales()[row];
          long code = Math.max(0, Math.min(7, Math.round((left[i] + 1) / scale)));
          assertThat(batch.code(world.order[i], row)).isEqualTo((int) code);
          double error = (left[i] - (code * scale - 1)) / world.feedback[i * n + i];
          for (int j = i; j < n; j++) {
            left[j] -= error * world.feedback[i * n + j];
          }
        }
        assertGradient(world, batch, row);
      }
    }
  }

  /**
   * Feeding errors back by its definition, in doubles: what a row costs in a share of its range.
   */
  private static double carried(World world, EvenGrid grid, int row) {
    int n = world.n;
    double[] left = new double[n];
    double[] difference = new double[n];
    for (int i = 0; i < n; i++) {
      left[i] = world.weights[world.order[i] * world.rows + row];
    }
    for (int i = 0; i < n; i++) {
      double value = grid.value(grid.code(left[i]));
      int column = world.order[i];
      difference[column] = world.weights[column * world.rows + row] - value;
      double error = (left[i] - value) / world.feedback[i * n + i];
      for (int j = i; j < n; j++) {
        left[j] -= error * world.feedback[i * n + j];
      }
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        sum += difference[i] * world.second[i * n + j] * difference[j];
      }
    }
    return sum;
  }

  /** One grid for each row, and one for all of them. */
  @ParameterizedTest
  @CsvSource({"9, 1", "9, 33", "9, 70", "1, 33"})
  void rangesAreThoseOfLeastErrorAfterFeedback(int grids, int n) {
    World world = new World(n + 7, n, 9);
    EvenGrid[] whole = new EvenGrid[grids];
    Arrays.setAll(whole, i -> new EvenGrid(0.3f + 0.01f * i, -1, 7));
    double[] shares;
    try (RowBatch batch = world.batch(1)) {
      shares =
          CarriedRanges.shares(
              List.of(batch),
              share ->
                  new EvenBooks(
                      Arrays.stream(whole)
                          .map(grid -> grid.narrowed(share))
                          .toArray(EvenGrid[]::new)));
    }
    assertThat(shares).hasSize(grids);
    for (int grid = 0; grid < grids; grid++) {
      double least = Double.POSITIVE_INFINITY;
      double chosen = 0;
      for (double share : CarriedRanges.SHARES) {
        double sum = 0;
        for (int row = 0; row < world.rows; row++) {
          sum += grids == 1 || row == grid ? carried(world, whole[grid].narrowed(share), row) : 0;
        }
        least = Math.min(least, sum);
        chosen = share == shares[grid] ? sum : chosen;
      }
      assertThat(chosen).isPositive().isLessThanOrEqualTo(least * (1 + 1e-4));
    }
  }

  /** Blocks of one row have one share, by what the whole row costs. */
  @Test
  void blocksOfARowAreNarrowedTogether() {
    World world = new World(8, 40, 6);
    int[] blocks = new int[world.n * world.rows];
    Arrays.setAll(blocks, i -> 2 * (i % world.rows) + (i / world.rows < 16 ? 0 : 1));
    Steps whole = new Steps(0.16f, 0, -7, 7, FloatType.SINGLE);
    try (RowBatch batch = world.batch(1)) {
      double[] shares =
          CarriedRanges.shares(
              List.of(batch),
              share -> {
                Steps[] all = new Steps[2 * world.rows];
                Arrays.fill(all, whole.scaled(whole.scale() * share));
                return steps(all, batch, blocks);
              });
      assertThat(shares).hasSize(world.rows);
      for (int row = 0; row < world.rows; row++) {
        double least = Double.POSITIVE_INFINITY;
        double chosen = 0;
        for (double share : CarriedRanges.SHARES) {
          Steps narrowed = whole.scaled(whole.scale() * share);
          double own =
              carried(world, new EvenGrid(narrowed.scale(), -7 * narrowed.scale(), 14), row);
          least = Math.min(least, own);
          chosen = share == shares[row] ? own : chosen;
        }
        assertThat(chosen).isPositive().isLessThanOrEqualTo(least * (1 + 1e-4));
      }
    }
  }

  private static void assertGradient(World world, RowBatch batch, int row) {
    float[] gradient = batch.gradient();
    for (int i = 0; i < world.n; i++) {
      assertThat((double) gradient[i * world.rows + row])
          .isCloseTo(world.gradient(batch, row, i), within(1e-4));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 33, 70})
  void rowsDoNotHearOfEachOther(int n) {
    World world = new World(n + 100, n, 9);
    EvenBooks books = grids(9);
    try (RowBatch batch = world.batch(1)) {
      batch.round(books);
      batch.descend(books, 1);
      for (int row = 0; row < world.rows; row++) {
        assertGradient(world, batch, row);
        try (RowBatch alone = world.alone(row)) {
          alone.round(books);
          alone.descend(books, 1);
          for (int column = 0; column < n; column++) {
            assertThat(batch.code(column, row)).isEqualTo(alone.code(column, 0));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void noSingleCodeCouldBeMuchBetterAfterwards(int vector) {
    World world = new World(vector, 12, 6);
    Random random = new Random(vector);
    float[] entries = new float[8 * vector];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = 2 * random.nextFloat() - 1;
    }
    if (vector == 1) {
      Arrays.sort(entries);
    }
    TableBooks books = table(entries, vector);
    try (RowBatch batch = world.batch(vector)) {
      batch.round(books);
      double before = world.error(batch);
      assertThat(batch.error()).isCloseTo(before, within(1e-4 * before));
      assertThat(batch.descend(books, 1000)).isTrue();
      double after = world.error(batch);
      assertThat(after).isLessThan(before);
      int units = batch.units();
      for (int column = 0; column < world.n; column++) {
        for (int unit = 0; unit < units; unit++) {
          int chosen = batch.code(column, unit);
          for (int code = 0; code < 8; code++) {
            take(batch, column, unit, entries, code);
            assertThat(world.error(batch)).isGreaterThan(after - 2e-3 * before);
          }
          take(batch, column, unit, entries, chosen);
        }
      }
      assertThat(world.error(batch)).isCloseTo(after, within(1e-9));
    }
  }

  private static void take(RowBatch batch, int column, int unit, float[] entries, int code) {
    for (int i = 0; i < batch.vector(); i++) {
      float entry = entries[code * batch.vector() + i];
      batch.setValue(column, i * batch.units() + unit, entry);
    }
  }

  private static StepsBooks steps(Steps[] steps, RowBatch batch, int[] blocks) {
    int[][] all = new int[][] {blocks};
    return new StepsBooks(steps, all, new RowSystems(steps.length, List.of(batch), all));
  }

  private static TableBooks table(float[] entries, int vector) {
    return new TableBooks(
        new float[][] {entries},
        vector,
        10,
        channel -> 0,
        new EntryRounding(FloatType.SINGLE, false));
  }

  @Test
  void refittedNumbersAreALeastSquaresFit() {
    World world = new World(5, 10, 6);
    Steps steps = new Steps(0.3f, 0, -3, 3, FloatType.SINGLE);
    int[] blocks = new int[world.n * world.rows];
    for (int i = 0; i < blocks.length; i++) {
      // Two blocks for each row.
      blocks[i] = 2 * (i % world.rows) + (i / world.rows < 4 ? 0 : 1);
    }
    Steps[] all = new Steps[2 * world.rows];
    Arrays.fill(all, steps);
    for (int form = 0; form < 5; form++) {
      int vector = form == 4 ? 2 : 1;
      try (RowBatch batch = world.batch(vector)) {
        Books.Fitted books =
            switch (form) {
              case 0 -> grids(1);
              case 1 -> grids(world.rows);
              case 2 -> steps(all, batch, blocks);
              case 3 -> table(new float[] {-0.8f, -0.2f, 0.3f, 0.7f}, 1);
              default -> table(new float[] {-0.8f, -0.2f, 0.3f, 0.7f, 0.1f, -0.5f}, 2);
            };
        batch.round(books);
        double before = world.error(batch);
        BooksRefit.refit(books, List.of(batch));
        double error = world.error(batch);
        assertThat(error).isLessThan(before);
        for (int unknown = 0; unknown < books.unknowns(); unknown++) {
          for (double by : new double[] {-1e-2, 1e-2}) {
            double[] change = new double[books.unknowns()];
            change[unknown] = by;
            float[] changes = new float[batch.columns() * batch.rows()];
            books.spread(batch, change, changes);
            change(batch, changes, 1);
            assertThat(world.error(batch)).isGreaterThan(error * (1 - 1e-5));
            change(batch, changes, -1);
          }
        }
      }
    }
  }

  private static void change(RowBatch batch, float[] changes, int sign) {
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        float by = sign * changes[column * batch.rows() + row];
        batch.setValue(column, row, batch.value(column, row) + by);
      }
    }
  }

  /** Bytes of all tables have one scale in the file, however far the tables are moved. */
  @Test
  void bytesOfSeveralTablesShareOneScale() {
    World world = new World(6, 10, 6);
    EntryRounding bytes = new EntryRounding(FloatType.SINGLE, true);
    float[][] entries = {{-0.8f, -0.2f, 0.3f, 0.7f}, {-0.4f, -0.1f, 0.2f, 0.5f}};
    TableBooks books =
        new TableBooks(entries, 1, 10, channel -> channel < 3 ? 0 : 1, bytes, 0.8f / 127);
    try (RowBatch batch = world.batch(1)) {
      batch.round(books);
      double before = world.error(batch);
      BooksRefit.refit(books, List.of(batch));
      assertThat(world.error(batch)).isLessThan(before);
    }
    double most = 0;
    for (float entry : books.allEntries()) {
      double number = entry / books.scale();
      assertThat(number).isCloseTo(Math.rint(number), within(1e-4));
      most = Math.max(most, Math.abs(number));
    }
    assertThat(most).isCloseTo(127, within(1e-4));
  }

  @Test
  void entriesStayInAscendingOrderAndCodesFollow() {
    World world = new World(9, 10, 6);
    TableBooks books = table(new float[] {-0.8f, -0.2f, 0.3f, 0.7f}, 1);
    try (RowBatch batch = world.batch(1)) {
      batch.round(books);
      int second = batch.code(0, 0);
      double[] change = new double[4];
      // It moves below all others.
      change[second] = -3;
      books.move(change, List.of(batch));
      assertThat(batch.code(0, 0)).isZero();
      assertThat(books.entries(0)).isSorted();
      assertThat(batch.value(0, 0)).isEqualTo(books.entries(0)[0]);
    }
  }

  @Test
  void whatIsLeftOutStaysZeroAndTheOthersMakeUpForIt() {
    World world = new World(3, 40, 4);
    BitSet leftOut = new BitSet();
    for (int i = 0; i < world.weights.length; i += 3) {
      leftOut.set(i);
    }
    float[] plain = world.weights.clone();
    try (RowBatch batch = new RowBatch(world.metric, 0, 0, 1, world.weights, leftOut)) {
      Books books = new FreeBooks(FloatType.SINGLE);
      batch.round(books);
      batch.descend(books, 16);
      double repaired = world.error(batch);
      for (int i = 0; i < plain.length; i++) {
        if (leftOut.get(i)) {
          assertThat(batch.value(i / 4, i % 4)).isZero();
        }
        batch.setValue(i / 4, i % 4, plain[i]);
      }
      assertThat(repaired).isLessThan(0.9 * world.error(batch));
    }
  }

  /** By the definition: the nearest of all; float32 middles decide ties. */
  @Test
  void theNearestEntryIsFound() {
    Random random = new Random(1);
    for (int count : new int[] {1, 2, 7, 256}) {
      float[] entries = new float[count];
      for (int i = 0; i < count; i++) {
        // Some are equal, and most lie close together.
        entries[i] = Math.round(random.nextGaussian() * 50) / 50f * random.nextInt(3);
      }
      Arrays.sort(entries);
      AscendingTable table = new AscendingTable(entries);
      for (int i = 0; i < 2000; i++) {
        float point = (float) (4 * random.nextGaussian());
        double least = Double.POSITIVE_INFINITY;
        for (float entry : entries) {
          least = Math.min(least, Math.abs((double) point - entry));
        }
        assertThat(Math.abs((double) point - entries[table.nearest(point)]))
            .isCloseTo(least, within(1e-6));
      }
    }
  }
}
