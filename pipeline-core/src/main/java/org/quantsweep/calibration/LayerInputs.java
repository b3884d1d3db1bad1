package org.quantsweep.calibration;

import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A weight tensor as matrices W {@code [rows, columns]}, one for each group of channels, and the
 * vectors x {@code [columns]} that its layer multiplies with them: y = W x + b at every place of
 * its output.
 *
 * <p>Convolutions of one to three axes (groups, depthwise, dilation, padding), deconvolutions (an
 * output place takes part of the taps; the others see 0), products and other sums of products. Rows
 * that are looked up are groups of one row each, and the only x is 1.
 */
abstract class LayerInputs {
  private final int groups;
  private final int rows;
  private final int columns;

  LayerInputs(int groups, int rows, int columns) {
    this.groups = groups;
    this.rows = rows;
    this.columns = columns;
  }

  /** Of a weight tensor under its use. */
  static LayerInputs of(WeightTensor tensor, LinearUse use) {
    Shape shape = tensor.shape();
    if (use.form() instanceof LinearUse.Form.Convolution convolution) {
      return convolution(shape, convolution.geometry());
    }
    if (use.form() instanceof LinearUse.Form.Product product) {
      return new Product(shape, product);
    }
    if (use.form() instanceof LinearUse.Form.Contraction contraction) {
      return new Contracted(shape, contraction);
    }
    return new Named(shape.length(0), Math.toIntExact(shape.elementCount() / shape.length(0)));
  }

  private static LayerInputs convolution(Shape shape, ConvolutionGeometry geometry) {
    int groups = geometry.groups();
    int taps = 1;
    for (ConvolutionGeometry.Axis axis : geometry.axes()) {
      taps *= axis.kernel();
    }
    return geometry.isDeconvolution()
        ? new Spread(groups, shape.length(1), shape.length(0) / groups * taps, geometry)
        : new Gathered(groups, shape.length(0) / groups, shape.length(1) * taps, geometry);
  }

  int groups() {
    return groups;
  }

  /** Rows of W in a group. */
  int rows() {
    return rows;
  }

  /** Columns of W. */
  int columns() {
    return columns;
  }

  /** How many different inputs there are: the columns, or 1 where each row has its own. */
  int order() {
    return columns;
  }

  /** Whether the input names groups instead of multiplying them. */
  boolean isNamed() {
    return false;
  }

  /** Where an element of W lies in the weight tensor, row-major. */
  abstract int element(int group, int row, int column);

  /** How many places the layer has on an input. */
  abstract int places(Tensor input);

  /** Writes the x of a place and a group. */
  abstract void gather(Tensor input, int place, int group, double[] x, int start);

  /** Writes the x of a place for every group. */
  void gatherAll(Tensor input, int place, double[][] x, int start) {
    for (int group = 0; group < groups; group++) {
      gather(input, place, group, x[group], start);
    }
  }

  /**
   * The group that a place of an input names, or -1 where there is none of that name.
   *
   * @throws IllegalStateException unless {@link #isNamed}
   */
  int named(Tensor input, int place) {
    throw new IllegalStateException("place " + place + " of " + input.shape() + " names nothing.");
  }

  /** Vectors along an axis, each multiplied by the whole matrix. */
  private static final class Product extends LayerInputs {
    private final LinearUse.Form.Product form;

    Product(Shape shape, LinearUse.Form.Product form) {
      super(
          1,
          shape.length(form.stored() == LinearUse.Stored.ROWS ? 0 : 1),
          shape.length(form.stored() == LinearUse.Stored.ROWS ? 1 : 0));
      this.form = form;
    }

    @Override
    int element(int group, int row, int column) {
      return form.stored() == LinearUse.Stored.ROWS
          ? row * columns() + column
          : column * rows() + row;
    }

    @Override
    int places(Tensor input) {
      if (input.size() % columns() != 0) {
        throw new IllegalArgumentException(
            "an input of shape " + input.shape() + " cannot be cut into rows of " + columns());
      }
      return input.size() / columns();
    }

    /** The steps between the elements of an x. */
    private int step(Tensor input) {
      return form.along() == LinearUse.Along.LAST || input.shape().rank() < 2
          ? 1
          : input.shape().length(-1);
    }

    @Override
    void gather(Tensor input, int place, int group, double[] x, int start) {
      float[] values = input.sharedArray();
      int step = step(input);
      int first = place / step * step * columns() + place % step;
      for (int column = 0; column < columns(); column++) {
        x[start + column] = values[first + column * step];
      }
    }
  }

  /** Rows of the weight tensor that whole numbers name; those below 0 count from its end. */
  private static final class Named extends LayerInputs {
    Named(int groups, int columns) {
      super(groups, 1, columns);
    }

    @Override
    int order() {
      return 1;
    }

    @Override
    boolean isNamed() {
      return true;
    }

    @Override
    int element(int group, int row, int column) {
      return group * columns() + column;
    }

    @Override
    int places(Tensor input) {
      return input.size();
    }

    @Override
    void gather(Tensor input, int place, int group, double[] x, int start) {
      x[start] = named(input, place) == group ? 1 : 0;
    }

    @Override
    int named(Tensor input, int place) {
      int name = (int) input.get(place);
      int group = name < 0 ? name + groups() : name;
      return group >= 0 && group < groups() ? group : -1;
    }
  }

  /** What windows have in common: an input of {@code [pictures, channels, axes...]}. */
  private abstract static class Windows extends LayerInputs {
    final ConvolutionGeometry geometry;
    private final int taps;

    Windows(int groups, int rows, int columns, ConvolutionGeometry geometry) {
      super(groups, rows, columns);
      this.geometry = geometry;
      int product = 1;
      for (ConvolutionGeometry.Axis axis : geometry.axes()) {
        product *= axis.kernel();
      }
      this.taps = product;
    }

    int taps() {
      return taps;
    }

    /** Channels of a group that x holds. */
    int channels() {
      return columns() / taps;
    }

    private int axes() {
      return geometry.axes().size();
    }

    /** The length of an input along an axis of the kernel. */
    private int length(Shape shape, int axis) {
      return shape.length(axis - axes());
    }

    private int allChannels(Shape shape) {
      return shape.length(-axes() - 1);
    }

    /** The elements of a channel. */
    private int volume(Shape shape) {
      int volume = 1;
      for (int axis = 0; axis < axes(); axis++) {
        volume *= length(shape, axis);
      }
      return volume;
    }

    @Override
    int places(Tensor input) {
      Shape shape = input.shape();
      int places = input.size() / (allChannels(shape) * volume(shape));
      for (int axis = 0; axis < axes(); axis++) {
        places *= geometry.outputLength(axis, length(shape, axis));
      }
      return places;
    }

    /** The place of an input's element that a tap sees along an axis, or -1 where it sees 0. */
    abstract int source(int axis, int length, int output, int tap);

    @Override
    void gather(Tensor input, int place, int group, double[] x, int start) {
      Window window = window(input.shape(), place);
      gather(input.sharedArray(), window, group, x, start);
    }

    /** Depthwise layers have many groups: where a window lies is found once for all. */
    @Override
    void gatherAll(Tensor input, int place, double[][] x, int start) {
      Window window = window(input.shape(), place);
      for (int group = 0; group < groups(); group++) {
        gather(input.sharedArray(), window, group, x[group], start);
      }
    }

    /**
     * Where the window of an output place lies: behind the first channel of its picture, and where
     * in a channel each tap looks.
     */
    private static final class Window {
      private final int first;
      private final int volume;
      private final int[] sources;

      Window(int first, int volume, int[] sources) {
        this.first = first;
        this.volume = volume;
        this.sources = sources;
      }
    }

    private Window window(Shape shape, int place) {
      int[] outputs = new int[axes()];
      int left = place;
      for (int axis = axes() - 1; axis >= 0; axis--) {
        int length = geometry.outputLength(axis, length(shape, axis));
        outputs[axis] = left % length;
        left /= length;
      }
      return new Window(left * allChannels(shape), volume(shape), sources(shape, outputs));
    }

    private void gather(float[] values, Window window, int group, double[] x, int start) {
      int at = start;
      for (int channel = 0; channel < channels(); channel++) {
        int base = (window.first + group * channels() + channel) * window.volume;
        for (int source : window.sources) {
          x[at++] = source < 0 ? 0 : values[base + source];
        }
      }
    }

    /** Where in a channel each tap looks, or -1 where it sees 0. */
    private int[] sources(Shape shape, int[] outputs) {
      int[] sources = new int[taps];
      for (int tap = 0; tap < taps; tap++) {
        int left = tap;
        int step = 1;
        for (int axis = axes() - 1; axis >= 0; axis--) {
          int kernel = geometry.kernel(axis);
          int length = length(shape, axis);
          int seen = source(axis, length, outputs[axis], left % kernel);
          sources[tap] = seen < 0 || sources[tap] < 0 ? -1 : sources[tap] + seen * step;
          left /= kernel;
          step *= length;
        }
      }
      return sources;
    }
  }

  /** A convolution: an output place gathers what its window covers. */
  private static final class Gathered extends Windows {
    Gathered(int groups, int rows, int columns, ConvolutionGeometry geometry) {
      super(groups, rows, columns, geometry);
    }

    @Override
    int element(int group, int row, int column) {
      return (group * rows() + row) * columns() + column;
    }

    @Override
    int source(int axis, int length, int output, int tap) {
      int at =
          output * geometry.stride(axis)
              + tap * geometry.dilation(axis)
              - geometry.start(axis, length);
      return at < length ? at : -1;
    }
  }

  /** A deconvolution: an output place takes from those inputs whose window covers it. */
  private static final class Spread extends Windows {
    Spread(int groups, int rows, int columns, ConvolutionGeometry geometry) {
      super(groups, rows, columns, geometry);
    }

    @Override
    int element(int group, int row, int column) {
      int channel = group * channels() + column / taps();
      return (channel * rows() + row) * taps() + column % taps();
    }

    @Override
    int source(int axis, int length, int output, int tap) {
      int at = output + geometry.start(axis, length) - tap * geometry.dilation(axis);
      if (at < 0 || at % geometry.stride(axis) != 0) {
        return -1;
      }
      int source = at / geometry.stride(axis);
      return source < length ? source : -1;
    }
  }
}
