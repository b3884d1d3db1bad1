package org.quantsweep.datasets.table;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Arrays in arrays, as a table's columns hold them, to tensors. */
final class NestedArrays {
  private NestedArrays() {}

  /**
   * The numbers as float32, row-major; the shape is that of the nesting.
   *
   * @param value a Scala or Java list
   * @throws UnreadableSampleException when an element is null, two arrays beside each other differ
   *     in length, or there are too many numbers
   */
  static Tensor tensor(String column, Object value, ByteSize most)
      throws UnreadableSampleException {
    List<?> values = (List<?>) opened(value);
    List<Integer> lengths = new ArrayList<>();
    for (Object at = values; at instanceof List<?> list; at = list.isEmpty() ? null : first(list)) {
      lengths.add(list.size());
    }
    int[] shape = lengths.stream().mapToInt(Integer::intValue).toArray();
    long wanted = 1;
    for (int length : shape) {
      if (length == 0) {
        throw new UnreadableSampleException("column '" + column + "' holds an empty array.");
      }
      wanted = Math.min(Integer.MAX_VALUE, wanted * length);
    }
    // Before anything is allocated: the first arrays may promise more than the others hold.
    if (wanted != count(values)) {
      throw ragged(column);
    }
    if (wanted * Float.BYTES > most.bytes()) {
      throw new UnreadableSampleException(
          "column '"
              + column
              + "' holds "
              + wanted
              + " numbers, more than the limit on arrays ("
              + most.bytes()
              + " bytes).");
    }
    float[] numbers = new float[(int) wanted];
    fill(column, values, shape, 0, numbers, 0);
    return Tensor.wrap(Shape.of(shape), numbers);
  }

  private static Object first(List<?> list) {
    return opened(list.get(0));
  }

  private static Object opened(Object value) {
    return value instanceof Seq<?> seq ? CollectionConverters.asJava(seq) : value;
  }

  private static long count(List<?> values) {
    long sum = 0;
    for (Object element : values) {
      sum += opened(element) instanceof List<?> inner ? count(inner) : 1;
    }
    return sum;
  }

  private static int fill(
      String column, List<?> values, int[] shape, int axis, float[] numbers, int start)
      throws UnreadableSampleException {
    if (values.size() != shape[axis]) {
      throw ragged(column);
    }
    int place = start;
    for (Object element : values) {
      Object value = opened(element);
      if (axis + 1 < shape.length) {
        if (!(value instanceof List<?> inner)) {
          throw absent(column);
        }
        place = fill(column, inner, shape, axis + 1, numbers, place);
      } else if (value instanceof Number number) {
        numbers[place++] = number.floatValue();
      } else if (value instanceof List<?>) {
        throw ragged(column);
      } else {
        throw absent(column);
      }
    }
    return place;
  }

  private static UnreadableSampleException ragged(String column) {
    return new UnreadableSampleException(
        "the arrays inside column '" + column + "' differ in length, so they have no shape.");
  }

  private static UnreadableSampleException absent(String column) {
    return new UnreadableSampleException("an element of column '" + column + "' is null.");
  }
}
