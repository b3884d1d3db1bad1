package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.BorderAmounts;
import org.quantsweep.proto.coreml.SamePadding;

/**
 * A sliding window along one axis: how much is padded at both ends and how long the output is.
 *
 * @param start padding before the first element
 * @param end padding after the last element
 * @param output length of the output
 */
record Window(int start, int end, int output) {
  /** Padding as given: output = floor((input + start + end - kernel) / stride) + 1. */
  static Window valid(int input, int kernel, int stride, int start, int end) {
    int room = input + start + end - kernel;
    if (room < 0 || stride < 1) {
      throw new UnsupportedLayerException(
          "a window of " + kernel + " and stride " + stride + " does not fit an input of " + input);
    }
    return new Window(start, end, room / stride + 1);
  }

  /** Padding so that output = ceil(input / stride); the odd element goes where the mode says. */
  static Window same(int input, int kernel, int stride, SamePadding.SamePaddingMode mode) {
    int output = (input + stride - 1) / stride;
    int total = Math.max(0, (output - 1) * stride + kernel - input);
    int less = total / 2;
    return mode == SamePadding.SamePaddingMode.TOP_LEFT_HEAVY
        ? new Window(total - less, less, output)
        : new Window(less, total - less, output);
  }

  /** The amounts at an axis (0 height, 1 width): start and end; zeros when none are given. */
  static int[] amounts(BorderAmounts border, int axis) {
    List<BorderAmounts.EdgeSizes> sizes = border.getBorderAmountsList();
    return sizes.size() > axis
        ? new int[] {
          Math.toIntExact(sizes.get(axis).getStartEdgeSize()),
          Math.toIntExact(sizes.get(axis).getEndEdgeSize())
        }
        : new int[] {0, 0};
  }

  /** A pair of lengths (height, width) of a repeated field that may be empty. */
  static int[] pair(List<Long> values, int missing) {
    return values.size() < 2
        ? new int[] {missing, missing}
        : new int[] {Math.toIntExact(values.get(0)), Math.toIntExact(values.get(1))};
  }
}
