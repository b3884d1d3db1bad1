package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ValidPadding;

/** How far windows that move over a plane reach: lengths of one axis, 0 for rows, 1 for columns. */
final class WindowSizes {
  private WindowSizes() {}

  /** With as much padding as it takes. */
  static long same(long length, long stride) {
    return length == BlobSize.UNKNOWN ? BlobSize.UNKNOWN : (length + stride - 1) / stride;
  }

  /** Inside of a plane with given borders; notes a kernel that does not fit into it. */
  static long valid(
      NeuralNetworkLayer layer,
      int axis,
      long length,
      ValidPadding padding,
      long kernel,
      long stride,
      BlobSizes known) {
    if (length == BlobSize.UNKNOWN) {
      return BlobSize.UNKNOWN;
    }
    long padded = length;
    if (padding.getPaddingAmounts().getBorderAmountsCount() > axis) {
      var edges = padding.getPaddingAmounts().getBorderAmounts(axis);
      padded += edges.getStartEdgeSize() + edges.getEndEdgeSize();
    }
    if (padded < kernel) {
      known.problem(
          layer,
          "has a kernel of "
              + kernel
              + " along the "
              + (axis == 0 ? "height" : "width")
              + ", but its padded input has only "
              + padded
              + ".");
      return BlobSize.UNKNOWN;
    }
    return (padded - kernel) / stride + 1;
  }

  /** A setting along an axis, or what stands for one that is left out. */
  static long at(List<Long> values, int axis, long otherwise) {
    return values.size() > axis ? values.get(axis) : otherwise;
  }
}
