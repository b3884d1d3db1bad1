package org.quantsweep.inference.onnx.program;

/** What fits nowhere else. */
final class OtherOperations {
  private OtherOperations() {}

  /** A class and its probabilities: the label is looked up when the graph has answered. */
  static void classify(OperationNode node) {
    node.answerValue(0, new Value.Label());
    if (node.outputCount() > 1) {
      node.answerValue(1, node.value("probabilities"));
    }
  }
}
