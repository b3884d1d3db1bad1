package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.UnfitWindowException;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Lowers neural networks to ONNX (operator set 17), layer by layer, with the shape of every value
 * known. What the layers mean is said by the Core ML Format Specification, {@code
 * NeuralNetwork.proto}.
 */
final class NetworkLowering {
  /** Changes whenever an answer may change. */
  static final int VERSION = 4;

  private final CoreMLModel model;
  private final NetworkMessage network;
  private final OnnxGraph graph;
  private final List<String> problems = new ArrayList<>();

  private NetworkLowering(CoreMLModel model) {
    this.model = model;
    this.network = NetworkMessage.of(model);
    this.graph = new OnnxGraph(blobs());
  }

  /** As {@link ModelLowering#lower} says. */
  static LoweredModel lower(CoreMLModel model, Map<String, Shape> inputs, Collection<String> taps) {
    if (!model.kind().isNeuralNetwork()) {
      throw new BadInputException(
          model.name()
              + ": a model of kind "
              + model.kindInWords()
              + " cannot run here: neural networks, ML Programs and pipelines of these can.\n"
              + "Maybe take the network out of it, or convert the model to one of these.");
    }
    return new NetworkLowering(model).lowered(inputs, taps);
  }

  /** As {@link ModelLowering#lowerPart} says. */
  static LoweredModel lowerPart(
      CoreMLModel model,
      int from,
      int to,
      Map<String, Shape> blobs,
      Collection<String> answered,
      Map<String, Tensor> values) {
    return new NetworkLowering(model).loweredPart(from, to, blobs, answered, values);
  }

  /** The blobs that a network answers. */
  static Set<String> answeredBlobs(CoreMLModel model) {
    return new LinkedHashSet<>(new NetworkLowering(model).outputs());
  }

  /**
   * Refuses a model with layers that have no lowering, before any shape is known.
   *
   * @throws BadInputException listing every such layer, with its type
   */
  static void requireKnownLayers(CoreMLModel model) {
    NetworkLowering lowering = new NetworkLowering(model);
    lowering.collectUnknownTypes();
    lowering.refuseProblems();
  }

  private LoweredModel lowered(Map<String, Shape> inputs, Collection<String> taps) {
    Map<String, Shape> fed = new LinkedHashMap<>();
    for (InputDescription input : model.inputs()) {
      Shape shape = inputs.get(input.name());
      if (shape != null) {
        fed.put(input.name(), input(input, () -> NetworkInputs.add(input, shape, network, graph)));
      } else if (isRead(input.name()) && input instanceof InputDescription.Array array) {
        input(input, () -> NetworkInputs.addDefault(array, network, graph));
      }
    }
    collectUnknownTypes();
    lowerLayers(0, Integer.MAX_VALUE, Map.of());
    refuseProblems();
    Set<String> answered = new LinkedHashSet<>(outputs());
    answered.addAll(taps);
    return finished(fed, answered);
  }

  private LoweredModel loweredPart(
      int from,
      int to,
      Map<String, Shape> blobs,
      Collection<String> answered,
      Map<String, Tensor> values) {
    Map<String, Shape> fed = new TreeMap<>(blobs);
    fed.forEach(
        (blob, shape) -> {
          graph.input(LoweredModel.graphInput(blob), shape);
          graph.bind(blob, LoweredModel.graphInput(blob));
        });
    lowerLayers(from, to, values);
    refuseProblems();
    return finished(fed, answered);
  }

  private LoweredModel finished(Map<String, Shape> fed, Collection<String> outputs) {
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
    return new LoweredModel(
        new LoweredModel.OnnxBytes(graph.toBytes()), fed, new ArrayList<>(outputs), shapes);
  }

  private boolean isRead(String blob) {
    for (Layer layer : model.layers()) {
      if (layer.inputs().contains(blob)) {
        return true;
      }
    }
    return false;
  }

  private Shape input(InputDescription input, Supplier<Shape> addition) {
    try {
      return addition.get();
    } catch (UnsupportedLayerException e) {
      throw new BadInputException(
          model.name()
              + ": input '"
              + input.name()
              + "' cannot be fed: "
              + e.getMessage()
              + ".\nMaybe convert the model again.",
          e);
    }
  }

  private void lowerLayers(int from, int to, Map<String, Tensor> values) {
    Map<Layer, Map<String, Supplier<Tensor>>> weights = new HashMap<>();
    for (WeightTensor tensor : model.weightTensors()) {
      Tensor given = values.get(tensor.identity());
      weights
          .computeIfAbsent(tensor.layer(), layer -> new HashMap<>())
          .put(tensor.field(), given == null ? tensor::values : () -> given);
      model
          .format()
          .addableBias(tensor)
          .ifPresent(
              bias -> {
                Tensor added = values.get(bias.identity());
                if (added != null) {
                  weights.get(tensor.layer()).put(bias.field(), () -> added);
                }
              });
    }
    if (model.layers().size() != network.layers().size()) {
      // Branches and loops, which are listed as unknown, hold layers of their own.
      return;
    }
    for (int i = from; i < Math.min(to, network.layers().size()); i++) {
      Layer layer = model.layers().get(i);
      LayerLowering lowering = LayerLowerings.of(layer.type()).orElse(null);
      String missing = missingInput(layer);
      if (lowering == null || (missing != null && !problems.isEmpty())) {
        // Listed already, or the consequence of one that is.
        continue;
      }
      if (missing != null) {
        problems.add(problem(layer, "its input '" + missing + "' is not there"));
        continue;
      }
      NeuralNetworkLayer message = network.layers().get(i);
      try {
        lowering.lower(new LayerNode(layer, message, weights.getOrDefault(layer, Map.of())), graph);
      } catch (UnsupportedLayerException | UnfitWindowException e) {
        problems.add(problem(layer, e.getMessage()));
      } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
        problems.add(problem(layer, "its parameters do not fit its inputs, " + e.getMessage()));
      }
    }
  }

  private String missingInput(Layer layer) {
    for (String input : layer.inputs()) {
      if (!graph.has(input)) {
        return input;
      }
    }
    return null;
  }

  private void collectUnknownTypes() {
    for (Layer layer : model.layers()) {
      if (LayerLowerings.of(layer.type()).isEmpty()) {
        problems.add("'" + layer.path() + "' (" + layer.type() + ")");
      }
    }
  }

  private static String problem(Layer layer, String reason) {
    return "'" + layer.path() + "' (" + layer.type() + ": " + reason + ")";
  }

  private void refuseProblems() {
    if (!problems.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": "
              + problems.size()
              + (problems.size() == 1 ? " layer" : " layers")
              + " cannot run here: "
              + String.join(", ", problems)
              + ". A model is judged by running all of it.\n"
              + "Maybe convert the model again without "
              + (problems.size() == 1 ? "it." : "them."));
    }
  }

  /** The blobs that are answered: arrays and pictures by name, probabilities by their blob. */
  private List<String> outputs() {
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

  private List<String> blobs() {
    List<String> names = new ArrayList<>();
    for (InputDescription input : model.inputs()) {
      names.add(LoweredModel.graphInput(input.name()));
    }
    for (Layer layer : model.layers()) {
      names.addAll(layer.outputs());
    }
    return names;
  }
}
