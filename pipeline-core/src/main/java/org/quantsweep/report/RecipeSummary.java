package org.quantsweep.report;

import java.util.List;

/**
 * A chosen plan, tensor by tensor.
 *
 * @param file the recipe in the output folder
 */
public record RecipeSummary(String file, List<TensorRow> tensors) {
  /** Copies the list. */
  public RecipeSummary {
    tensors = List.copyOf(tensors);
  }

  /**
   * One weight tensor.
   *
   * @param scheme its option
   * @param encodedSize bytes that the option takes
   * @param share of the encoded size of the whole file
   * @param sensitivity summed loss of the option alone
   */
  public record TensorRow(
      String tensor, String scheme, long encodedSize, double share, double sensitivity) {}
}
