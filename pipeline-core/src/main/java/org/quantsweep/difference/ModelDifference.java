package org.quantsweep.difference;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.sample.InputDescription;

/**
 * What differs between two models. Things are matched by name: inputs and outputs of each function,
 * layers or operations by their paths, weight tensors by their identities, or else by the layer and
 * its field.
 *
 * @param model the kind, the specification version, functions and their opsets
 * @param removed layers that only the first model has
 * @param added layers that only the second one has
 * @param changed layers of both
 * @param sameLayers how many layers are the same in both
 * @param removedWeights weight tensors that only the first model has
 * @param addedWeights weight tensors that only the second one has
 * @param weights weight tensors of both, in the order of the first model
 */
public record ModelDifference(
    Changes model,
    Changes inputs,
    Changes outputs,
    List<Layer> removed,
    List<Layer> added,
    List<LayerChange> changed,
    int sameLayers,
    List<WeightTensor> removedWeights,
    List<WeightTensor> addedWeights,
    List<WeightDifference> weights) {
  /** Copies the lists. */
  public ModelDifference {
    removed = List.copyOf(removed);
    added = List.copyOf(added);
    changed = List.copyOf(changed);
    removedWeights = List.copyOf(removedWeights);
    addedWeights = List.copyOf(addedWeights);
    weights = List.copyOf(weights);
  }

  /**
   * Compares two models. Weights are decoded one after the other.
   *
   * @param input what an input takes, in words
   * @param output what an output answers, in words
   */
  public static ModelDifference of(
      CoreMLModel a,
      CoreMLModel b,
      Function<InputDescription, String> input,
      Function<OutputDescription, String> output) {
    Parts first = new Parts(a);
    Parts second = new Parts(b);
    List<Layer> removed = new ArrayList<>(first.layers.values());
    removed.removeIf(layer -> second.layers.containsKey(layer.path()));
    List<Layer> added = new ArrayList<>(second.layers.values());
    added.removeIf(layer -> first.layers.containsKey(layer.path()));
    List<LayerChange> changed = new ArrayList<>();
    int same = 0;
    for (Map.Entry<String, Layer> entry : first.layers.entrySet()) {
      if (second.layers.containsKey(entry.getKey())) {
        List<Change> settings = settings(entry.getKey(), first, second);
        if (settings.isEmpty()) {
          same++;
        } else {
          changed.add(new LayerChange(entry.getKey(), entry.getValue().type(), settings));
        }
      }
    }
    Map<String, String> pairs = pairs(first, second);
    List<WeightTensor> removedWeights = new ArrayList<>();
    List<WeightDifference> weights = new ArrayList<>();
    first.weights.forEach(
        (identity, tensor) -> {
          String other = pairs.get(identity);
          if (other == null) {
            removedWeights.add(tensor);
          } else {
            weights.add(WeightDifference.of(tensor, second.weights.get(other)));
          }
        });
    List<WeightTensor> addedWeights = new ArrayList<>();
    second.weights.forEach(
        (identity, tensor) -> {
          if (!pairs.containsValue(identity)) {
            addedWeights.add(tensor);
          }
        });
    return new ModelDifference(
        Changes.of(said(a), said(b)),
        Changes.of(features(a, input, output, true), features(b, input, output, true)),
        Changes.of(features(a, input, output, false), features(b, input, output, false)),
        removed,
        added,
        changed,
        same,
        removedWeights,
        addedWeights,
        weights);
  }

  /** Whether nothing differs: structure, forms and values. */
  public boolean isNone() {
    return model.areNone()
        && inputs.areNone()
        && outputs.areNone()
        && removed.isEmpty()
        && added.isEmpty()
        && changed.isEmpty()
        && removedWeights.isEmpty()
        && addedWeights.isEmpty()
        && weights.stream().allMatch(WeightDifference::isNone);
  }

  /** Layers and weight tensors of a model and of the programs that it runs as stages. */
  private static final class Parts {
    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private final Map<String, WeightTensor> weights = new LinkedHashMap<>();
    private final Map<String, SortedMap<String, String>> settings = new TreeMap<>();

    Parts(CoreMLModel model) {
      add("", model);
    }

    private void add(String prefix, CoreMLModel model) {
      for (Layer layer : model.layers()) {
        layers.put(
            prefix + layer.path(),
            new Layer(
                prefix + layer.path(),
                layer.type(),
                layer.inputs(),
                layer.outputs(),
                layer.updatable()));
      }
      model.weightTensors().forEach(tensor -> weights.put(prefix + tensor.identity(), tensor));
      model.format().layerSettings().forEach((path, own) -> settings.put(prefix + path, own));
      for (int i = 0; i < model.stages().size(); i++) {
        CoreMLModel stage = model.stages().get(i);
        // The networks of a pipeline are among its own layers.
        if (!stage.format().functions().isEmpty()) {
          add(prefix + "stage[" + i + "]/", stage);
        }
      }
    }

    /** The layer that takes a weight tensor, and for what. */
    private String use(String identity) {
      WeightTensor tensor = weights.get(identity);
      String prefix = identity.substring(0, identity.length() - tensor.identity().length());
      return prefix + tensor.layer().path() + "\n" + tensor.field();
    }

    private Map<String, String> of(String path) {
      Layer layer = layers.get(path);
      Map<String, String> all = new LinkedHashMap<>();
      all.put("type", layer.type());
      all.put("inputs", String.join(", ", layer.inputs()));
      all.put("outputs", String.join(", ", layer.outputs()));
      all.putAll(settings.getOrDefault(path, new TreeMap<>()));
      return all;
    }
  }

  /**
   * The weight tensors of the second model by those of the first: of one name, or else what the
   * same layer takes for the same. Compression tools give constants of programs other names.
   */
  private static Map<String, String> pairs(Parts first, Parts second) {
    Map<String, String> pairs = new LinkedHashMap<>();
    Map<String, String> left = new HashMap<>();
    second.weights.forEach(
        (identity, tensor) -> {
          if (!first.weights.containsKey(identity)) {
            left.putIfAbsent(second.use(identity), identity);
          }
        });
    first.weights.forEach(
        (identity, tensor) -> {
          String other =
              second.weights.containsKey(identity) ? identity : left.remove(first.use(identity));
          if (other != null) {
            pairs.put(identity, other);
          }
        });
    return pairs;
  }

  private static List<Change> settings(String path, Parts first, Parts second) {
    Changes all = Changes.of(first.of(path), second.of(path));
    List<Change> changes = new ArrayList<>(all.changed());
    changes.addAll(all.removed());
    changes.addAll(all.added());
    return changes;
  }

  private static Map<String, String> said(CoreMLModel model) {
    Map<String, String> said = new LinkedHashMap<>();
    said.put("kind", model.kindInWords());
    said.put("specification version", Integer.toString(model.specificationVersion()));
    for (FunctionSummary summary : model.format().functions()) {
      said.put(
          "function '" + summary.name() + "'",
          summary.needs().opset() + (summary.name().equals(model.function()) ? ", default" : ""));
    }
    return said;
  }

  /** By name; behind that of their function where a model has several. */
  private static Map<String, String> features(
      CoreMLModel model,
      Function<InputDescription, String> input,
      Function<OutputDescription, String> output,
      boolean taken) {
    Map<String, String> features = new LinkedHashMap<>();
    for (String name : model.functions()) {
      CoreMLModel seen = model.asFunction(name);
      String prefix = model.functions().size() == 1 ? "" : name + "/";
      Optional<FunctionSummary> summary =
          model.format().functions().stream().filter(own -> own.name().equals(name)).findFirst();
      if (taken) {
        seen.inputs()
            .forEach(
                own ->
                    features.put(
                        prefix + own.name(), input.apply(own) + declared(summary, own.name())));
      } else {
        seen.outputs()
            .forEach(
                own ->
                    features.put(
                        prefix + own.name(), output.apply(own) + declared(summary, own.name())));
      }
    }
    return features;
  }

  private static String declared(Optional<FunctionSummary> summary, String name) {
    return summary.map(own -> own.types().get(name)).map(type -> "; " + type).orElse("");
  }
}
