package org.quantsweep.inference.onnx.network;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The front end of neural networks, for one of them. */
public record NetworkFrontEnd(CoreMLModel model) implements ModelLowering {
  /** Changes whenever an answer of a neural network may change. */
  public static final int VERSION = NetworkLowering.VERSION;

  @Override
  public LoweredModel lower(Map<String, Shape> inputs, Collection<String> taps) {
    return NetworkLowering.lower(model, inputs, taps);
  }

  @Override
  public LoweredModel lowerPart(
      int from,
      int to,
      Map<String, Shape> fed,
      Collection<String> answered,
      Map<String, Tensor> weights) {
    return NetworkLowering.lowerPart(model, from, to, fed, answered, weights);
  }

  @Override
  public void requireKnownLayers() {
    NetworkLowering.requireKnownLayers(model);
  }

  @Override
  public Set<String> answered() {
    return NetworkLowering.answeredBlobs(model);
  }

  @Override
  public String probabilities() {
    return NetworkMessage.of(model).probabilityBlob();
  }

  @Override
  public List<String> classLabels() {
    return NetworkMessage.of(model).labels();
  }

  /** Old networks have sequence, batch and three more axes, whatever the model describes. */
  @Override
  public boolean keepsRanks() {
    return NetworkMessage.of(model).isExact();
  }
}
