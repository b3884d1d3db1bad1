package org.quantsweep.inference.onnx.program;

/** Adds one operation to a graph and answers its outputs. */
interface OperationLowering {
  /**
   * Lowers it.
   *
   * @throws org.quantsweep.inference.onnx.UnsupportedLayerException with the reason, when it cannot
   *     run here
   * @throws NeedsValueException when a run has to tell something first
   */
  void lower(OperationNode node);
}
