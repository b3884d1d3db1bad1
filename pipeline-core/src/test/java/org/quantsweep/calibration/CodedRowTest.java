package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CodedRowTest {
  /** A row, its second moments, and everything computed again from their definitions. */
  private static final class World {
    final int n;
    final double[] weights;
    final double[] second;
    final int[] codes;

    World(Random random, int n, int count) {
      this.n = n;
      weights = random.doubles(n, -1, 1).toArray();
      codes = random.ints(n, 0, count).toArray();
      double[] samples = random.doubles((long) n * 3 * n, -1, 2).toArray();
      second = new double[n * n];
      for (int s = 0; s < 3 * n; s++) {
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < n; j++) {
            second[i * n + j] += samples[s * n + i] * samples[s * n + j] / (3 * n);
          }
        }
      }
      for (int i = 0; i < n; i++) {
        second[i * n + i] += 0.01;
      }
    }

    double error(Grid grid, int[] chosen) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          sum +=
              (weights[i] - grid.value(chosen[i]))
                  * second[i * n + j]
                  * (weights[j] - grid.value(chosen[j]));
        }
      }
      return sum;
    }
  }

  @Property(tries = 60)
  void noSingleCodeCouldBeBetterAfterwards(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int n,
      @ForAll @IntRange(min = 2, max = 9) int count) {
    Random random = new Random(seed);
    World world = new World(random, n, count);
    for (Grid grid : List.of(even(count), table(random, count))) {
      int[] codes = world.codes.clone();
      CodedRow row = new CodedRow(world.weights, codes, world.second, grid);
      double before = world.error(grid, codes);
      row.descend(grid, 1000);
      double after = world.error(grid, codes);
      assertThat(after).isLessThanOrEqualTo(before * (1 + 1e-12));
      for (int i = 0; i < n; i++) {
        for (int code = 0; code < count; code++) {
          int[] other = codes.clone();
          other[i] = code;
          assertThat(world.error(grid, other)).isGreaterThanOrEqualTo(after * (1 - 1e-7) - 1e-12);
        }
        // The gradient followed every step.
        double gradient = 0;
        for (int j = 0; j < n; j++) {
          gradient += world.second[i * n + j] * (world.weights[j] - grid.value(codes[j]));
        }
        assertThat(row.gradient(i)).isCloseTo(gradient, within(1e-9));
      }
    }
  }

  @Property(tries = 40)
  void aRefittedScaleAndBiasAreALeastSquaresFit(@ForAll long seed) {
    Random random = new Random(seed);
    List<World> worlds = new ArrayList<>();
    List<CodedRow> rows = new ArrayList<>();
    Grid.Even start = even(8);
    for (int i = 0; i < 3; i++) {
      World world = new World(random, 7, 8);
      worlds.add(world);
      rows.add(new CodedRow(world.weights, world.codes, world.second, start));
    }
    // Codes that have nothing to do with their weights would ask for a negative scale.
    rows.forEach(row -> row.descend(start, 2));
    Grid.Even fitted = GridRefit.even(rows, start);
    double error = total(worlds, fitted);
    assertThat(error).isLessThanOrEqualTo(total(worlds, start));
    for (float by : new float[] {-1e-3f, 1e-3f}) {
      for (Grid.Even other :
          List.of(
              new Grid.Even(fitted.scale() * (1 + by), fitted.bias(), 7),
              new Grid.Even(fitted.scale(), fitted.bias() + by, 7))) {
        assertThat(total(worlds, other)).isGreaterThan(error * (1 - 1e-6));
      }
    }
  }

  @Property(tries = 40)
  void aRefittedTableIsALeastSquaresFit(@ForAll long seed) {
    Random random = new Random(seed);
    List<World> worlds = new ArrayList<>();
    List<CodedRow> rows = new ArrayList<>();
    Grid start = table(random, 4);
    for (int i = 0; i < 3; i++) {
      World world = new World(random, 7, 4);
      worlds.add(world);
      rows.add(new CodedRow(world.weights, world.codes, world.second, start));
    }
    double[] entries = GridRefit.table(rows, start, 4);
    double error = total(worlds, values(entries));
    assertThat(error).isLessThanOrEqualTo(total(worlds, start) * (1 + 1e-9));
    for (int entry = 0; entry < 4; entry++) {
      for (double by : new double[] {-1e-3, 1e-3}) {
        double[] other = entries.clone();
        other[entry] += by;
        assertThat(total(worlds, values(other))).isGreaterThan(error * (1 - 1e-6));
      }
    }
    int[] ranks = GridRefit.ranks(new double[] {0.5, -1, 0.5, 0});
    assertThat(ranks).containsExactly(2, 0, 3, 1);
  }

  private static double total(List<World> worlds, Grid grid) {
    return worlds.stream().mapToDouble(world -> world.error(grid, world.codes)).sum();
  }

  private static Grid.Even even(int count) {
    return new Grid.Even(2f / (count - 1), -1, count - 1);
  }

  private static Grid table(Random random, int count) {
    float[] entries = new float[count];
    for (int i = 0; i < count; i++) {
      entries[i] = random.nextFloat() * 2 - 1;
    }
    java.util.Arrays.sort(entries);
    return new Grid.Table(entries);
  }

  /** Any values, in any order. */
  private static Grid values(double[] values) {
    return new Grid() {
      @Override
      public int code(double weight) {
        throw new UnsupportedOperationException();
      }

      @Override
      public double value(int code) {
        return values[code];
      }
    };
  }
}
