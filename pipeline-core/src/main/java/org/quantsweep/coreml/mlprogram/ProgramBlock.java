package org.quantsweep.coreml.mlprogram;

import java.util.List;

/**
 * Operations in the order in which they run.
 *
 * @param inputs of a block that is given values, such as a loop's body
 * @param outputs names of the values that it answers
 */
public record ProgramBlock(
    List<NamedType> inputs, List<String> outputs, List<Operation> operations) {
  /** Copies the lists. */
  public ProgramBlock {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    operations = List.copyOf(operations);
  }
}
