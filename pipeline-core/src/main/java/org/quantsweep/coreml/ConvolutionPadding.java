package org.quantsweep.coreml;

import java.util.List;

/** How much a convolution pads, and a deconvolution cuts off, at both ends of each axis. */
public sealed interface ConvolutionPadding {
  /** The window of a convolution over an input of a length. */
  Window gathered(int axis, ConvolutionGeometry.Axis kernel, int length);

  /** What a deconvolution of an input of a length cuts off. */
  Window spread(int axis, ConvolutionGeometry.Axis kernel, int length);

  /**
   * So much that a convolution makes ceil(length / stride), and a deconvolution length * stride.
   *
   * @param heavy where the odd element goes
   */
  record Same(HeavySide heavy) implements ConvolutionPadding {
    @Override
    public Window gathered(int axis, ConvolutionGeometry.Axis kernel, int length) {
      return Window.same(length, kernel.reach(), kernel.stride(), heavy);
    }

    @Override
    public Window spread(int axis, ConvolutionGeometry.Axis kernel, int length) {
      return cut(whole(kernel, length), length * kernel.stride(), heavy);
    }
  }

  /**
   * As given.
   *
   * @param amounts for each axis
   */
  record Explicit(List<EdgeAmounts> amounts) implements ConvolutionPadding {
    /** Copies the list. */
    public Explicit {
      amounts = List.copyOf(amounts);
    }

    @Override
    public Window gathered(int axis, ConvolutionGeometry.Axis kernel, int length) {
      EdgeAmounts edges = amounts.get(axis);
      return Window.valid(length, kernel.reach(), kernel.stride(), edges.start(), edges.end());
    }

    @Override
    public Window spread(int axis, ConvolutionGeometry.Axis kernel, int length) {
      EdgeAmounts edges = amounts.get(axis);
      int output = whole(kernel, length) - edges.start() - edges.end();
      return new Window(edges.start(), edges.end(), output);
    }
  }

  /**
   * So much that a deconvolution's output has given lengths.
   *
   * @param lengths for each axis
   * @param heavy where the odd element goes
   */
  record OutputShape(List<Integer> lengths, HeavySide heavy) implements ConvolutionPadding {
    /** Copies the list. */
    public OutputShape {
      lengths = List.copyOf(lengths);
    }

    @Override
    public Window gathered(int axis, ConvolutionGeometry.Axis kernel, int length) {
      throw new IllegalStateException("only a deconvolution is told the shape of its output.");
    }

    @Override
    public Window spread(int axis, ConvolutionGeometry.Axis kernel, int length) {
      return cut(whole(kernel, length), lengths.get(axis), heavy);
    }
  }

  /** How long the output of a deconvolution is before anything is cut off. */
  private static int whole(ConvolutionGeometry.Axis kernel, int length) {
    return (length - 1) * kernel.stride() + kernel.reach();
  }

  private static Window cut(int whole, int wanted, HeavySide heavy) {
    int total = whole - wanted;
    return total < 0 ? new Window(0, total, wanted) : Window.shared(total, wanted, heavy);
  }
}
