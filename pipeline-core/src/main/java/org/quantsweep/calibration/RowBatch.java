package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.quantsweep.linalg.FloatMatrix;

/**
 * Some rows of weights that are multiplied with the same inputs: their codes, what these stand for,
 * and what is left of their error. With D the error and H the second moments of the inputs, a row
 * costs D H D^T; the gradient H D^T says how much of that a change of each weight would take away.
 *
 * <p>All rows go through a column at once. Within a panel of columns they hear of each other's
 * errors one by one; what lies outside hears of them by one matrix product (the lazy batches of
 * Frantar et al., GPTQ, arXiv 2210.17323). Every row gets what it would get alone. Numbers lie
 * column by column, so that loops over rows run on vectors of them.
 */
final class RowBatch implements AutoCloseable {
  /** A code changes only for more than rounding errors. */
  private static final float LEAST_GAIN = 1e-5F;

  /** Of the error; a pass that takes away less is the last one. */
  private static final double LEAST_SHARE = 1e-3;

  private final RowMetric metric;
  private final int index;
  private final int firstChannel;
  private final int vector;
  private final int units;
  private final int rows;
  private final int columns;
  private final float[] weights;
  private final float[] values;
  private final byte[] codes;
  private final BitSet leftOut;
  private final boolean hasLeftOut;
  private final List<FloatMatrix> gradients = new ArrayList<>();
  private final Panel panel;
  private double error;

  /** A few columns of all rows. */
  private static final class Panel {
    private final float[][] points;
    private final float[][] steps;
    private final float[] corner = new float[RowMetric.PANEL * RowMetric.PANEL];
    private final float[] vertex;
    private final float[] better;
    private final byte[] codes;

    Panel(int columns, int rows, int units) {
      points = new float[columns][rows];
      steps = new float[columns][rows];
      vertex = new float[rows];
      better = new float[rows];
      codes = new byte[units];
    }
  }

  /**
   * Rows without codes.
   *
   * @param index among the batches of the tensor
   * @param firstChannel of the first row
   * @param vector rows that have one code: row {@code v x units + u} is of channel {@code
   *     firstChannel + u x vector + v}
   * @param weights {@code [columns, rows]}, not copied
   * @param leftOut places of weights that are 0
   */
  RowBatch(
      RowMetric metric, int index, int firstChannel, int vector, float[] weights, BitSet leftOut) {
    this.metric = metric;
    this.index = index;
    this.firstChannel = firstChannel;
    this.vector = vector;
    this.weights = weights;
    this.leftOut = leftOut;
    this.hasLeftOut = !leftOut.isEmpty();
    this.columns = metric.importance().length;
    this.rows = weights.length / columns;
    this.units = rows / vector;
    this.values = new float[weights.length];
    this.codes = new byte[columns * units];
    for (RowMetric.Part part : metric.parts()) {
      gradients.add(part.beside(part.length(), rows));
    }
    this.panel = new Panel(Math.min(columns, RowMetric.PANEL), rows, units);
  }

  RowMetric metric() {
    return metric;
  }

  int index() {
    return index;
  }

  int columns() {
    return columns;
  }

  int rows() {
    return rows;
  }

  /** Rows with codes of their own: vectors, or all. */
  int units() {
    return units;
  }

  /** Rows that have one code. */
  int vector() {
    return vector;
  }

  int channel(int row) {
    return firstChannel + row % units * vector + row / units;
  }

  int code(int column, int unit) {
    return codes[column * units + unit] & 255;
  }

  void rename(int column, int unit, int code) {
    codes[column * units + unit] = (byte) code;
  }

  float value(int column, int row) {
    return values[column * rows + row];
  }

  /** The values of a column {@code [rows]}. */
  void values(int column, float[] into) {
    System.arraycopy(values, column * rows, into, 0, rows);
  }

  /** Another value under the same code; what is left out stays 0. */
  void setValue(int column, int row, float value) {
    values[column * rows + row] = isLeftOut(column, row) ? 0 : value;
  }

  boolean isLeftOut(int column, int row) {
    return hasLeftOut && leftOut.get(column * rows + row);
  }

  /** D H D^T over all rows, as {@link #settle} found it. */
  double error() {
    return error;
  }

  /** Rounds column by column; the error of each is fed into those that are not yet rounded. */
  void round(Books books) {
    tried(books);
    settle();
  }

  /**
   * Rounds so, and tells D H D^T of each row; codes and values are no others', but neither {@link
   * #error} nor the gradient is known then.
   */
  double[] tried(Books books) {
    double[] errors = new double[rows];
    if (metric.parts().isEmpty()) {
      for (int column = 0; column < columns; column++) {
        System.arraycopy(weights, column * rows, panel.vertex, 0, rows);
        nearest(books, column, panel.vertex);
        take(column);
        for (int row = 0; row < rows; row++) {
          double difference = panel.vertex[row] - panel.better[row];
          errors[row] += difference * difference * metric.importance()[column];
        }
      }
    }
    metric.parts().forEach(part -> round(part, books, errors));
    return errors;
  }

  /** Adds what rows cost: their steps are those of an H that is a unit matrix. */
  private void round(RowMetric.Part part, Books books, double[] costs) {
    int n = part.length();
    try (FloatMatrix left = part.beside(n, rows);
        FloatMatrix errors = part.beside(Math.min(n, RowMetric.PANEL), rows)) {
      for (int i = 0; i < n; i++) {
        left.write(i, 1, weights, (part.start() + part.order()[i]) * rows);
      }
      for (int first = 0; first < n; first += RowMetric.PANEL) {
        int count = Math.min(RowMetric.PANEL, n - first);
        part.feedback().corner(first, count, panel.corner);
        for (int i = 0; i < count; i++) {
          left.read(first + i, 1, panel.points[i], 0);
        }
        for (int i = 0; i < count; i++) {
          int column = part.start() + part.order()[first + i];
          float[] point = panel.points[i];
          nearest(books, column, point);
          take(column);
          float inverse = 1 / panel.corner[i * count + i];
          float[] step = panel.steps[i];
          for (int row = 0; row < rows; row++) {
            step[row] = (point[row] - panel.better[row]) * inverse;
            costs[row] += (double) step[row] * step[row];
          }
          spread(i, count);
          errors.write(i, 1, step, 0);
        }
        left.addTransposed(-1, part.feedback(), first, errors, count, first + count);
      }
    }
  }

  /** Tells the columns of a panel that are still to come of a column's step. */
  private void spread(int from, int count) {
    for (int j = from + 1; j < count; j++) {
      subtract(panel.points[j], panel.corner[from * count + j], panel.steps[from]);
    }
  }

  static void subtract(float[] to, float factor, float[] from) {
    for (int i = 0; i < from.length; i++) {
      to[i] -= factor * from[i];
    }
  }

  /** The nearest codes; what is left out is 0. */
  private void nearest(Books books, int column, float[] points) {
    nearest(books, column, points, panel.codes, panel.better);
  }

  /** The nearest codes {@code [units]} and their values {@code [rows]}, which are written. */
  void nearest(Books books, int column, float[] points, byte[] nearest, float[] better) {
    books.round(this, column, points, nearest, better);
    int start = column * rows;
    for (int at = leftOut.nextSetBit(start);
        at >= 0 && at < start + rows;
        at = leftOut.nextSetBit(at + 1)) {
      better[at - start] = 0;
    }
  }

  private void take(int column) {
    System.arraycopy(panel.codes, 0, codes, column * units, units);
    System.arraycopy(panel.better, 0, values, column * rows, rows);
  }

  /** Computes the gradient anew. */
  void settle() {
    error = metric.parts().isEmpty() ? diagonalError() : 0;
    for (int i = 0; i < gradients.size(); i++) {
      RowMetric.Part part = metric.parts().get(i);
      int start = part.start() * rows;
      float[] difference = new float[part.length() * rows];
      for (int j = 0; j < difference.length; j++) {
        difference[j] = weights[start + j] - values[start + j];
      }
      multiply(part, difference, gradients.get(i));
      float[] gradient = new float[difference.length];
      gradients.get(i).read(0, part.length(), gradient, 0);
      for (int j = 0; j < difference.length; j++) {
        error += (double) difference[j] * gradient[j];
      }
    }
  }

  /** Where nothing is known of how inputs go together. */
  private double diagonalError() {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double difference = weights[i] - values[i];
      sum += difference * difference * metric.importance()[i / rows];
    }
    return sum;
  }

  private void multiply(RowMetric.Part part, float[] numbers, FloatMatrix into) {
    try (FloatMatrix right = part.beside(part.length(), rows)) {
      right.write(0, part.length(), numbers, 0);
      into.set(part.damped(), right);
    }
  }

  /** The gradient {@code [columns, rows]}; 0 for what is left out. */
  float[] gradient() {
    float[] all = new float[weights.length];
    for (int i = 0; i < gradients.size(); i++) {
      RowMetric.Part part = metric.parts().get(i);
      gradients.get(i).read(0, part.length(), all, part.start() * rows);
    }
    clearLeftOut(all);
    return all;
  }

  /** H times numbers {@code [columns, rows]}; 0 for what is left out. */
  float[] product(float[] numbers) {
    float[] all = new float[weights.length];
    clearLeftOut(numbers);
    for (RowMetric.Part part : metric.parts()) {
      int start = part.start() * rows;
      try (FloatMatrix sums = part.beside(part.length(), rows)) {
        multiply(part, Arrays.copyOfRange(numbers, start, start + part.length() * rows), sums);
        sums.read(0, part.length(), all, start);
      }
    }
    clearLeftOut(all);
    return all;
  }

  private void clearLeftOut(float[] numbers) {
    for (int at = leftOut.nextSetBit(0); at >= 0; at = leftOut.nextSetBit(at + 1)) {
      numbers[at] = 0;
    }
  }

  /**
   * Sets each code in turn to the best one while all others of its row stay, until hardly anything
   * changes: along one column the error is a parabola, so the value nearest to its vertex is the
   * best (Behdin et al., QuantEase, arXiv 2309.01885).
   *
   * @param passes over all codes at most
   * @return whether a code changed
   */
  boolean descend(Books books, int passes) {
    boolean any = false;
    for (int i = 0; i < gradients.size(); i++) {
      for (int pass = 0; pass < passes; pass++) {
        double gain = descend(metric.parts().get(i), gradients.get(i), books);
        any |= gain > 0;
        if (gain <= LEAST_SHARE * error) {
          break;
        }
      }
    }
    return any;
  }

  private double descend(RowMetric.Part part, FloatMatrix gradient, Books books) {
    int n = part.length();
    double gain = 0;
    try (FloatMatrix moved = part.beside(Math.min(n, RowMetric.PANEL), rows)) {
      for (int first = 0; first < n; first += RowMetric.PANEL) {
        int count = Math.min(RowMetric.PANEL, n - first);
        part.damped().corner(first, count, panel.corner);
        for (int i = 0; i < count; i++) {
          gradient.read(first + i, 1, panel.points[i], 0);
        }
        double own = 0;
        for (int i = 0; i < count; i++) {
          double found = step(books, part.start() + first + i, i, panel.corner[i * count + i]);
          if (found > 0) {
            spread(i, count);
          }
          own += found;
          moved.write(i, 1, panel.steps[i], 0);
        }
        if (own > 0) {
          gradient.add(-1, part.damped(), first, moved, count);
        }
        gain += own;
      }
    }
    return gain;
  }

  /** Changes the codes of a column; what that takes away of the error. */
  private double step(Books books, int column, int place, float curvature) {
    float[] gradient = panel.points[place];
    float[] steps = panel.steps[place];
    float[] vertex = panel.vertex;
    float[] better = panel.better;
    float inverse = 1 / curvature;
    int at = column * rows;
    for (int row = 0; row < rows; row++) {
      vertex[row] = values[at + row] + gradient[row] * inverse;
    }
    nearest(books, column, vertex);
    double all = 0;
    for (int unit = 0; unit < units; unit++) {
      float gain = 0;
      float size = 0;
      for (int row = unit; row < rows; row += units) {
        float step = better[row] - values[at + row];
        steps[row] = step;
        // 2 step g - step^2 H_ii is what the change takes away.
        gain += step * (2 * gradient[row] * inverse - step);
        size += step * step;
      }
      if (size > 0 && gain > LEAST_GAIN * size) {
        codes[column * units + unit] = panel.codes[unit];
        for (int row = unit; row < rows; row += units) {
          values[at + row] = better[row];
        }
        all += (double) gain * curvature;
      } else {
        for (int row = unit; row < rows; row += units) {
          steps[row] = 0;
        }
      }
    }
    return all;
  }

  /**
   * Looks for better codes of a panel's columns at once, panel by panel.
   *
   * @param seed another one finds others
   * @return whether a code changed
   */
  boolean search(Books books, int seed) {
    boolean any = false;
    PanelSearch search = new PanelSearch(this);
    for (int i = 0; i < gradients.size(); i++) {
      any |= search(metric.parts().get(i), gradients.get(i), books, search, seed);
    }
    if (any) {
      settle();
    }
    return any;
  }

  private boolean search(
      RowMetric.Part part, FloatMatrix gradient, Books books, PanelSearch search, int seed) {
    boolean any = false;
    for (PanelMetric own : part.panels()) {
      int count = own.count();
      for (int i = 0; i < count; i++) {
        gradient.read(own.first() + i, 1, panel.points[i], 0);
      }
      int start = part.start() + own.first();
      if (search.search(own, start, panel.points, books, seed, panel.steps)) {
        any = true;
        try (FloatMatrix moved = part.beside(count, rows)) {
          for (int i = 0; i < count; i++) {
            moved.write(i, 1, panel.steps[i], 0);
          }
          gradient.add(-1, part.damped(), own.first(), moved, count);
        }
      }
    }
    return any;
  }

  @Override
  public void close() {
    gradients.forEach(FloatMatrix::close);
  }
}
