package org.quantsweep.coreml;

import java.util.List;

/**
 * Where the kernel of a convolution or deconvolution lies on its input {@code [N, C, axes...]}. Of
 * pictures, axis 0 is the height and axis 1 the width; of volumes, the depth comes first.
 *
 * @param direction whether it gathers its input or spreads it
 * @param groups in how many parts the channels are cut, at least 1
 * @param axes the kernel along each axis
 * @param padding what is added to the input; of a deconvolution, what is cut off its output
 */
public record ConvolutionGeometry(
    Direction direction, int groups, List<Axis> axes, ConvolutionPadding padding) {
  /** Copies the list. */
  public ConvolutionGeometry {
    axes = List.copyOf(axes);
  }

  /** Which way a kernel works. */
  public enum Direction {
    /** A convolution: a place of the output gathers what the kernel covers. */
    GATHERS,
    /** A deconvolution: a place of the input spreads over what the kernel covers. */
    SPREADS
  }

  /**
   * A kernel along one axis.
   *
   * @param kernel the number of taps
   * @param stride the steps between places
   * @param dilation the steps between taps
   */
  public record Axis(int kernel, int stride, int dilation) {
    /** From the first tap to the last. */
    int reach() {
      return (kernel - 1) * dilation + 1;
    }
  }

  /** Whether it spreads its input instead of gathering it. */
  public boolean isDeconvolution() {
    return direction == Direction.SPREADS;
  }

  /** The number of taps along an axis. */
  public int kernel(int axis) {
    return axes.get(axis).kernel();
  }

  /** The steps between places along an axis. */
  public int stride(int axis) {
    return axes.get(axis).stride();
  }

  /** The steps between taps along an axis. */
  public int dilation(int axis) {
    return axes.get(axis).dilation();
  }

  /**
   * How many zeros lie before the input along an axis; for a deconvolution, how many places of the
   * whole output are cut off there.
   */
  public int start(int axis, int length) {
    return window(axis, length).start();
  }

  /** How many places the output has along an axis. */
  public int outputLength(int axis, int length) {
    return window(axis, length).output();
  }

  /**
   * Padding and output along an axis; for a deconvolution, what it cuts off at both ends, where a
   * negative end adds zeros.
   *
   * @throws UnfitWindowException when the kernel does not fit an input of this length
   */
  public Window window(int axis, int length) {
    return isDeconvolution()
        ? padding.spread(axis, axes.get(axis), length)
        : padding.gathered(axis, axes.get(axis), length);
  }
}
