package org.quantsweep.inference.onnx;

import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.SamePadding;

/**
 * Where the kernel of a convolution or deconvolution lies on its input {@code [N, C, H, W]}. Axis 0
 * is the height, axis 1 the width.
 */
public final class ConvolutionGeometry {
  private final ConvolutionLayerParams conv;
  private final int[] kernel;
  private final int[] stride;
  private final int[] dilation;

  ConvolutionGeometry(ConvolutionLayerParams conv) {
    this.conv = conv;
    this.kernel = Window.pair(conv.getKernelSizeList(), 3);
    this.stride = Window.pair(conv.getStrideList(), 1);
    this.dilation = Window.pair(conv.getDilationFactorList(), 1);
  }

  /** Of a layer of a model; empty when it is no convolution at the top level of its network. */
  public static Optional<ConvolutionGeometry> of(CoreMLModel model, Layer layer) {
    NetworkMessage network = NetworkMessage.of(model);
    int place = model.layers().indexOf(layer);
    if (place < 0
        || network.layers().size() != model.layers().size()
        || !network.layers().get(place).hasConvolution()) {
      return Optional.empty();
    }
    return Optional.of(new ConvolutionGeometry(network.layers().get(place).getConvolution()));
  }

  /** Whether it spreads its input instead of gathering it. */
  public boolean isDeconvolution() {
    return conv.getIsDeconvolution();
  }

  /** In how many parts the channels are cut. */
  public int groups() {
    return Math.max(1, Math.toIntExact(conv.getNGroups()));
  }

  /** The number of taps along an axis. */
  public int kernel(int axis) {
    return kernel[axis];
  }

  /** The steps between places along an axis. */
  public int stride(int axis) {
    return stride[axis];
  }

  /** The steps between taps along an axis. */
  public int dilation(int axis) {
    return dilation[axis];
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

  Window window(int axis, int length) {
    int reach = (kernel[axis] - 1) * dilation[axis] + 1;
    return isDeconvolution()
        ? deconvolution(axis, length, reach)
        : convolution(axis, length, reach);
  }

  private Window convolution(int axis, int length, int reach) {
    if (conv.hasSame()) {
      return Window.same(length, reach, stride[axis], conv.getSame().getAsymmetryMode());
    }
    int[] amounts = Window.amounts(conv.getValid().getPaddingAmounts(), axis);
    return Window.valid(length, reach, stride[axis], amounts[0], amounts[1]);
  }

  /** What a deconvolution cuts off at both ends; a negative end adds zeros there. */
  private Window deconvolution(int axis, int length, int reach) {
    int whole = (length - 1) * stride[axis] + reach;
    if (conv.getOutputShapeCount() == 2) {
      int wanted = Math.toIntExact(conv.getOutputShape(axis));
      return cut(whole, wanted, conv.getSame().getAsymmetryMode());
    }
    if (conv.hasSame()) {
      return cut(whole, length * stride[axis], conv.getSame().getAsymmetryMode());
    }
    int[] amounts = Window.amounts(conv.getValid().getPaddingAmounts(), axis);
    return new Window(amounts[0], amounts[1], whole - amounts[0] - amounts[1]);
  }

  private static Window cut(int whole, int wanted, SamePadding.SamePaddingMode mode) {
    int total = whole - wanted;
    if (total < 0) {
      return new Window(0, total, wanted);
    }
    int less = total / 2;
    return mode == SamePadding.SamePaddingMode.TOP_LEFT_HEAVY
        ? new Window(total - less, less, wanted)
        : new Window(less, total - less, wanted);
  }
}
