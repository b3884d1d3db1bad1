package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;

/** Lowers neural networks to ONNX. */
public final class OnnxLowering {
  /** Changes whenever an answer may change. */
  public static final int VERSION = 1;

  private OnnxLowering() {}

  /**
   * The graph of a model for inputs of these shapes.
   *
   * @param inputs the shape of each input that is given: pictures {@code [channels, H, W]}, arrays
   *     as the model describes them
   * @throws BadInputException listing every layer that cannot run, with its type
   */
  public static LoweredModel lower(CoreMLModel model, Map<String, Shape> inputs) {
    requireNeuralNetwork(model);
    NetworkMessage network = NetworkMessage.of(model);
    requireKnownTypes(model);
    OnnxGraph graph = new OnnxGraph();
    Map<String, Shape> fed = new LinkedHashMap<>();
    for (InputDescription input : model.inputs()) {
      Shape shape = inputs.get(input.name());
      if (shape != null) {
        fed.put(input.name(), NetworkInputs.add(input, shape, network, graph));
      }
    }
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < model.layers().size(); i++) {
      Layer layer = model.layers().get(i);
      NeuralNetworkLayer message = network.layers().get(i);
      Map<String, WeightTensor> weights = new HashMap<>();
      for (WeightTensor tensor : model.weightTensors(layer)) {
        weights.put(tensor.field(), tensor);
      }
      try {
        LayerLowerings.of(layer.type())
            .orElseThrow()
            .lower(new LayerNode(layer, message, weights), graph);
      } catch (UnsupportedLayerException e) {
        problems.add("'" + layer.path() + "' (" + layer.type() + "): " + e.getMessage());
        // What follows would only repeat that its input is missing.
        break;
      }
    }
    if (!problems.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": layer "
              + problems.get(0)
              + ", and that cannot run here.\nMaybe convert the model again without it.");
    }
    List<String> outputs = outputs(model, network);
    Map<String, Shape> shapes = new HashMap<>();
    for (String output : outputs) {
      if (!graph.has(output)) {
        throw new BadInputException(
            model.name()
                + ": output '"
                + output
                + "' is made by no layer.\nMaybe the file is damaged; convert the model again.");
      }
      graph.output(output);
      shapes.put(output, graph.shape(output));
    }
    return new LoweredModel(new LoweredModel.OnnxBytes(graph.toBytes()), fed, outputs, shapes);
  }

  /** The blob that holds a classifier's probabilities. */
  public static String probabilityBlob(CoreMLModel model) {
    return NetworkMessage.of(model).probabilityBlob();
  }

  /** Whether arrays keep their own ranks, as iOS 13 layers want it. */
  public static boolean isExactMapping(CoreMLModel model) {
    return NetworkMessage.of(model).isExact();
  }

  /** The blobs that are answered: arrays and pictures by name, probabilities by their blob. */
  private static List<String> outputs(CoreMLModel model, NetworkMessage network) {
    Set<String> blobs = new LinkedHashSet<>();
    for (OutputDescription output : model.outputs()) {
      if (output instanceof OutputDescription.Array
          || output instanceof OutputDescription.Picture) {
        blobs.add(output.name());
      } else {
        blobs.add(network.probabilityBlob());
      }
    }
    return new ArrayList<>(blobs);
  }

  private static void requireNeuralNetwork(CoreMLModel model) {
    if (!model.kind().isNeuralNetwork()) {
      throw new BadInputException(
          model.name()
              + ": a model of kind "
              + model.kind()
              + " cannot run here yet: only single neural networks can.\n"
              + "Maybe take the neural network out of its pipeline.");
    }
  }

  private static void requireKnownTypes(CoreMLModel model) {
    List<String> unknown = new ArrayList<>();
    for (Layer layer : model.layers()) {
      if (LayerLowerings.of(layer.type()).isEmpty()) {
        unknown.add("'" + layer.path() + "' (" + layer.type() + ")");
      }
    }
    if (!unknown.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": "
              + unknown.size()
              + (unknown.size() == 1 ? " layer" : " layers")
              + " cannot run here: "
              + String.join(", ", unknown)
              + ". No lowering is known for the type.\n"
              + "Maybe convert the model again without it, or bring a plugin for a custom layer.");
    }
  }
}
