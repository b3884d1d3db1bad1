package org.quantsweep.inference.onnx;

import java.util.Map;
import org.quantsweep.tensor.Tensor;

/** The port by which a front end learns what constant values are: it runs graphs without inputs. */
public interface ConstantEvaluator {
  /**
   * The answers of a graph without inputs, by name.
   *
   * @throws UnsupportedLayerException when it cannot be run
   */
  Map<String, Tensor> evaluate(LoweredModel graph);
}
