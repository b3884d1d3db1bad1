package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/**
 * What is wrong with the parameters of one layer.
 *
 * @param where names the layer, for example {@code layer 'conv' (convolution)}
 */
record LayerFindings(String where, NeuralNetworkLayer layer, Findings findings) {
  /** Notes a problem: what the layer does or has, as the rest of a sentence. */
  void problem(String predicate) {
    findings.problem(where + " " + predicate);
  }

  void positive(String field, List<Long> values) {
    for (long value : values) {
      if (value < 1) {
        problem("has " + field + " " + values + ", but it must be at least 1.");
        return;
      }
    }
  }

  void groups(long groups, long outputs, long inputs) {
    if (groups < 1 || outputs % groups != 0) {
      problem("has " + outputs + " output channels, which " + groups + " groups do not divide.");
    } else if (inputs % groups != 0) {
      problem("has " + inputs + " input channels, which " + groups + " groups do not divide.");
    }
  }

  /** A shape has one of two ranks; give one rank twice where only that is allowed. */
  void shapeRank(String field, List<Long> shape, int one, int other) {
    if (shape.size() != one && shape.size() != other) {
      problem(
          "has a "
              + field
              + " of rank "
              + shape.size()
              + ", but it must have "
              + (one == other ? "" : one + " or ")
              + other
              + " lengths.");
    }
  }
}
