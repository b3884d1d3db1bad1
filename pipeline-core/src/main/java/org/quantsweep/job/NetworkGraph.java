package org.quantsweep.job;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;

/**
 * A model's graph as a report shows it: layers or operations with the values between them. Inner
 * layers of a branch or a loop stand behind the layer that holds them.
 */
final class NetworkGraph {
  /** More nodes are no picture any more. */
  static final int MOST_NODES = 5_000;

  private final List<NetworkEvidence.Node> nodes = new ArrayList<>();
  private final List<NetworkEvidence.Edge> edges = new ArrayList<>();

  /** The node that wrote a value last: blobs of networks may be written again. */
  private final Map<String, Integer> writers = new HashMap<>();

  private NetworkGraph() {}

  /**
   * Of a model as given.
   *
   * @param known the weight tensors that a report lists; others are not named
   * @param shapes of values, as far as they are known; of a model of several functions those of the
   *     one that it is seen as
   */
  static NetworkEvidence of(CoreMLModel model, Set<String> known, Map<String, Shape> shapes) {
    return new NetworkGraph().graph(model, known, shapes);
  }

  private NetworkEvidence graph(CoreMLModel model, Set<String> known, Map<String, Shape> shapes) {
    boolean several = model.functions().size() > 1;
    Map<String, List<String>> tensors = new LinkedHashMap<>();
    for (WeightTensor tensor : model.weightTensors()) {
      if (known.contains(tensor.identity())) {
        tensors
            .computeIfAbsent(tensor.layer().path(), path -> new ArrayList<>())
            .add(tensor.identity());
      }
    }
    Map<String, Integer> last = new HashMap<>();
    int outputs = 0;
    for (String function : model.functions()) {
      String prefix = several ? function + "/" : "";
      CoreMLModel seen = model.asFunction(function);
      for (InputDescription input : seen.inputs()) {
        add(prefix + input.name(), "input", List.of(shape(input)), List.of());
        writers.put(prefix + input.name(), nodes.size() - 1);
      }
      outputs += seen.outputs().size();
    }
    int room = Math.max(0, MOST_NODES - nodes.size() - outputs);
    List<Layer> shown = model.layers().subList(0, Math.min(room, model.layers().size()));
    for (Layer layer : shown) {
      String function = several ? function(layer, model) : "";
      String prefix = several ? function + "/" : "";
      int node =
          add(
              layer.path(),
              layer.type(),
              function.equals(several ? model.function() : "") ? shapes(layer, shapes) : List.of(),
              tensors.getOrDefault(layer.path(), List.of()));
      for (String input : layer.inputs()) {
        connect(prefix + input, node, input);
      }
      for (String output : layer.outputs()) {
        writers.put(prefix + output, node);
      }
      last.put(function, node);
    }
    for (String function : model.functions()) {
      String prefix = several ? function + "/" : "";
      for (OutputDescription output : model.asFunction(function).outputs()) {
        int node = add(prefix + output.name(), "output", shape(output), List.of());
        boolean found = connect(prefix + output.name(), node, output.name());
        // A classifier's probabilities and label have names of their own.
        Integer before = last.get(function);
        if (!found && before != null) {
          edges.add(new NetworkEvidence.Edge(before, node, output.name()));
        }
      }
    }
    return new NetworkEvidence(
        model.kind().toString(), nodes, edges, model.layers().size() - shown.size());
  }

  /** Of a layer's values; none where one of them is not known. */
  private static List<List<Long>> shapes(Layer layer, Map<String, Shape> shapes) {
    return shapes.keySet().containsAll(layer.outputs())
        ? layer.outputs().stream().map(shapes::get).map(NetworkGraph::lengths).toList()
        : List.of();
  }

  private static String function(Layer layer, CoreMLModel model) {
    return model.functions().stream()
        .filter(name -> layer.path().startsWith(name + "/"))
        .findFirst()
        .orElse("");
  }

  private int add(String name, String type, List<List<Long>> shapes, List<String> tensors) {
    nodes.add(new NetworkEvidence.Node(name, type, shapes, tensors));
    return nodes.size() - 1;
  }

  private boolean connect(String value, int node, String shown) {
    Optional<Integer> writer = Optional.ofNullable(writers.get(value));
    writer.ifPresent(from -> edges.add(new NetworkEvidence.Edge(from, node, shown)));
    return writer.isPresent();
  }

  private static List<Long> shape(InputDescription input) {
    if (input instanceof InputDescription.Picture picture) {
      return picture(picture.colorSpace(), picture.height(), picture.width());
    }
    return lengths(((InputDescription.Array) input).shape());
  }

  private static List<List<Long>> shape(OutputDescription output) {
    if (output instanceof OutputDescription.Picture picture) {
      return List.of(picture(picture.colorSpace(), picture.height(), picture.width()));
    }
    if (output instanceof OutputDescription.Array array && array.shape().rank() > 0) {
      return List.of(lengths(array.shape()));
    }
    return output instanceof OutputDescription.Probabilities probabilities
        ? List.of(List.of((long) probabilities.labels().size()))
        : List.of();
  }

  private static List<Long> picture(ColorSpace space, int height, int width) {
    return List.of((long) space.channels(), open(height), open(width));
  }

  /** A length that a description leaves open is 0 there. */
  private static long open(int length) {
    return length == 0 ? -1 : length;
  }

  private static List<Long> lengths(Shape shape) {
    List<Long> lengths = new ArrayList<>();
    for (int length : shape.lengths()) {
      lengths.add((long) length);
    }
    return lengths;
  }
}
