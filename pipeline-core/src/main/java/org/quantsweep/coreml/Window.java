package org.quantsweep.coreml;

/**
 * A sliding window along one axis: how much is padded at both ends and how long the output is.
 *
 * @param start padding before the first element
 * @param end padding after the last element
 * @param output length of the output
 */
public record Window(int start, int end, int output) {
  /**
   * Padding as given: output = floor((input + start + end - kernel) / stride) + 1.
   *
   * @throws UnfitWindowException when no window fits, or the stride is not positive
   */
  public static Window valid(int input, int kernel, int stride, int start, int end) {
    int room = input + start + end - kernel;
    if (room < 0 || stride < 1) {
      throw new UnfitWindowException(
          "a window of " + kernel + " and stride " + stride + " does not fit an input of " + input);
    }
    return new Window(start, end, room / stride + 1);
  }

  /** Padding so that output = ceil(input / stride). */
  public static Window same(int input, int kernel, int stride, HeavySide heavy) {
    int output = (input + stride - 1) / stride;
    return shared(Math.max(0, (output - 1) * stride + kernel - input), output, heavy);
  }

  /** An amount shared between both ends. */
  static Window shared(int total, int output, HeavySide heavy) {
    int less = total / 2;
    return heavy == HeavySide.START
        ? new Window(total - less, less, output)
        : new Window(less, total - less, output);
  }
}
