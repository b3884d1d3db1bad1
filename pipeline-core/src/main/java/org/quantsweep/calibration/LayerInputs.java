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
 * <p>Convolutions (groups, depthwise, dilation, padding), deconvolutions (an output place takes
 * part of the taps; the others see 0), and products.
 */
abstract class LayerInputs {
  private final int groups;
  private final int rows;
  private final int columns;

  private LayerInputs(int groups, int rows, int columns) {
    this.groups = groups;
    this.rows = rows;
    this.columns = columns;
  }

  /** Of a weight tensor under its use. */
  static LayerInputs of(WeightTensor tensor, LinearUse use) {
    return use.form() instanceof LinearUse.Form.Convolution convolution
        ? convolution(tensor.shape(), convolution.geometry())
        : new Product(tensor.shape());
  }

  private static LayerInputs convolution(Shape shape, ConvolutionGeometry geometry) {
    int groups = geometry.groups();
    int taps = shape.length(2) * shape.length(3);
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

  /** Where an element of W lies in the weight tensor, row-major. */
  abstract int element(int group, int row, int column);

  /** How many places the layer has on an input. */
  abstract int places(Tensor input);

  /** Writes the x of a place and a group. */
  abstract void gather(Tensor input, int place, int group, double[] x, int start);

  /** Rows of numbers, each multiplied by the whole matrix. */
  private static final class Product extends LayerInputs {
    Product(Shape shape) {
      super(1, shape.length(0), shape.length(1));
    }

    @Override
    int element(int group, int row, int column) {
      return row * columns() + column;
    }

    @Override
    int places(Tensor input) {
      if (input.size() % columns() != 0) {
        throw new IllegalArgumentException(
            "an input of shape " + input.shape() + " cannot be cut into rows of " + columns());
      }
      return input.size() / columns();
    }

    @Override
    void gather(Tensor input, int place, int group, double[] x, int start) {
      float[] values = input.sharedArray();
      for (int column = 0; column < columns(); column++) {
        x[start + column] = values[place * columns() + column];
      }
    }
  }

  /** What windows have in common: an input of {@code [pictures, channels, height, width]}. */
  private abstract static class Windows extends LayerInputs {
    final ConvolutionGeometry geometry;

    Windows(int groups, int rows, int columns, ConvolutionGeometry geometry) {
      super(groups, rows, columns);
      this.geometry = geometry;
    }

    int taps() {
      return geometry.kernel(0) * geometry.kernel(1);
    }

    /** Channels of a group that x holds. */
    int channels() {
      return columns() / taps();
    }

    @Override
    int places(Tensor input) {
      Shape shape = input.shape();
      int pictures = input.size() / (shape.length(-3) * shape.length(-2) * shape.length(-1));
      return pictures
          * geometry.outputLength(0, shape.length(-2))
          * geometry.outputLength(1, shape.length(-1));
    }

    /** The place of an input's element that a tap sees along an axis, or -1 where it sees 0. */
    abstract int source(int axis, int length, int output, int tap);

    @Override
    void gather(Tensor input, int place, int group, double[] x, int start) {
      Shape shape = input.shape();
      int allChannels = shape.length(-3);
      int height = shape.length(-2);
      int width = shape.length(-1);
      int outWidth = geometry.outputLength(1, width);
      int outHeight = geometry.outputLength(0, height);
      int picture = place / (outHeight * outWidth);
      int row = place / outWidth % outHeight;
      int column = place % outWidth;
      float[] values = input.sharedArray();
      for (int channel = 0; channel < channels(); channel++) {
        int base = (picture * allChannels + group * channels() + channel) * height * width;
        for (int ky = 0; ky < geometry.kernel(0); ky++) {
          int y = source(0, height, row, ky);
          for (int kx = 0; kx < geometry.kernel(1); kx++) {
            int xx = source(1, width, column, kx);
            int at = start + (channel * geometry.kernel(0) + ky) * geometry.kernel(1) + kx;
            x[at] = y < 0 || xx < 0 ? 0 : values[base + y * width + xx];
          }
        }
      }
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
