package org.quantsweep.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of parts of matrices against plain loops, in native memory and outside of it. */
class FloatMatrixTest {
  private static final int ORDER = 45;
  private static final int COLUMNS = 11;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void productsAreThoseOfPlainLoops(boolean isNative) {
    Random random = new Random(1);
    float[] a = numbers(random, ORDER * ORDER);
    float[] b = numbers(random, ORDER * COLUMNS);
    float[] c = numbers(random, ORDER * COLUMNS);
    int first = 13;
    int count = 7;
    int from = 20;
    try (FloatMatrix square = matrix(a, ORDER, isNative);
        FloatMatrix right = matrix(b, COLUMNS, isNative);
        FloatMatrix sum = matrix(c, COLUMNS, isNative)) {
      float[] read = new float[ORDER * COLUMNS];
      sum.add(-2, square, first, right, count);
      sum.read(0, ORDER, read, 0);
      for (int i = 0; i < read.length; i++) {
        double wanted = c[i];
        for (int k = 0; k < count; k++) {
          wanted -= 2.0 * a[i / COLUMNS * ORDER + first + k] * b[k * COLUMNS + i % COLUMNS];
        }
        assertThat((double) read[i]).isCloseTo(wanted, offset(1e-5));
      }
      sum.write(0, ORDER, c, 0);
      sum.addTransposed(-1, square, first, right, count, from);
      sum.read(0, ORDER, read, 0);
      for (int i = 0; i < read.length; i++) {
        double wanted = c[i];
        for (int k = 0; k < count && i / COLUMNS >= from; k++) {
          wanted -= (double) a[(first + k) * ORDER + i / COLUMNS] * b[k * COLUMNS + i % COLUMNS];
        }
        assertThat((double) read[i]).isCloseTo(wanted, offset(1e-5));
      }
      sum.set(square, right);
      sum.read(0, ORDER, read, 0);
      for (int i = 0; i < read.length; i++) {
        double wanted = 0;
        for (int k = 0; k < ORDER; k++) {
          wanted += (double) a[i / COLUMNS * ORDER + k] * b[k * COLUMNS + i % COLUMNS];
        }
        assertThat((double) read[i]).isCloseTo(wanted, offset(1e-4));
      }
      float[] corner = new float[count * count];
      square.corner(first, count, corner);
      for (int i = 0; i < corner.length; i++) {
        assertThat(corner[i]).isEqualTo(a[(first + i / count) * ORDER + first + i % count]);
      }
      float[] some = new float[3 * COLUMNS + 2];
      right.read(5, 3, some, 2);
      for (int i = 0; i < 3 * COLUMNS; i++) {
        assertThat(some[i + 2]).isEqualTo(b[5 * COLUMNS + i]);
      }
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 2 * random.nextFloat() - 1;
    }
    return numbers;
  }

  private static FloatMatrix matrix(float[] numbers, int columns, boolean isNative) {
    FloatMatrix matrix = new FloatMatrix(ORDER, columns, isNative);
    matrix.write(0, ORDER, numbers, 0);
    return matrix;
  }
}
