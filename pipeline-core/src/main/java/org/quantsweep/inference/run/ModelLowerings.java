package org.quantsweep.inference.run;

import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.inference.onnx.network.NetworkFrontEnd;

/** The lowering's entry: the only place above the formats that picks one's front end by name. */
final class ModelLowerings {
  /** Changes whenever an answer may change. */
  static final int VERSION = NetworkFrontEnd.VERSION;

  private ModelLowerings() {}

  /** The front end of a model's format. */
  static ModelLowering of(CoreMLModel model) {
    return new NetworkFrontEnd(model);
  }
}
