package org.quantsweep.inference.onnx;

import org.quantsweep.coreml.Window;

/**
 * A pooling window along one axis.
 *
 * @param kernel how many elements it covers
 * @param stride the steps between windows
 * @param window padding and output
 * @param beyond the place, counted from the first element, behind the last that counts in a mean:
 *     windows may reach further
 */
public record PoolingAxis(int kernel, int stride, Window window, int beyond) {
  /** An axis on which all padding counts. */
  public static PoolingAxis of(int length, int kernel, int stride, Window window) {
    return new PoolingAxis(kernel, stride, window, length + Math.max(0, window.end()));
  }

  int start() {
    return window.start();
  }

  int end() {
    return Math.max(0, window.end());
  }
}
