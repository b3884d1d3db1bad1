package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.Scheme;

/** For tests: the messages behind weight tensors. */
public final class NetworkWeights {
  private NetworkWeights() {}

  /** Every legal scheme that needs no plugin. */
  public static List<Scheme> uniformSchemes() {
    return NetworkSchemes.uniform();
  }

  /** The message as stored. */
  public static WeightParams stored(CoreMLModel model, WeightTensor tensor) {
    return NetworkFormat.place(model, tensor).field().params();
  }

  /** The message in a plain scheme. */
  public static WeightParams message(CoreMLModel model, WeightTensor tensor, Scheme scheme) {
    StoredWeights weights =
        scheme instanceof Scheme.Quantization codes
            ? new StoredWeights.Codes(model.format().quantizer(tensor).quantize(codes))
            : new StoredWeights.OwnFloats(
                scheme instanceof Scheme.HalfPrecision
                    ? StoredWeights.Precision.FLOAT16
                    : StoredWeights.Precision.FLOAT32);
    return new WeightMessages(tensor, NetworkFormat.place(model, tensor)).message(weights);
  }
}
