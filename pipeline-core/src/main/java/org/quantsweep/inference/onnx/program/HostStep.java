package org.quantsweep.inference.onnx.program;

import java.util.List;
import org.quantsweep.tensor.Tensor;

/** An operation that no ONNX operator makes: it runs here, between two graphs. */
interface HostStep {
  /**
   * The operation's outputs.
   *
   * @param inputs in the order in which they were asked for; whole numbers and truths as floats
   */
  List<Tensor> run(List<Tensor> inputs);
}
