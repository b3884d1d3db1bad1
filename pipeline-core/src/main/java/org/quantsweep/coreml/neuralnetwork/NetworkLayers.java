package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.quantsweep.coreml.Layer;
import org.quantsweep.proto.coreml.BranchLayerParams;
import org.quantsweep.proto.coreml.LoopLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.coreml.PipelineClassifier;
import org.quantsweep.proto.coreml.PipelineRegressor;

/** Walks every layer of a model: through the stages of pipelines, and into branches and loops. */
final class NetworkLayers {
  /** A layer with its message and the way to it. */
  record Found(Layer layer, NeuralNetworkLayer message, MessagePath location) {
    /** The steps into a model's network, and to a layer of it. */
    private static final int STEPS_TO_THE_TOP = 2;

    /** Whether it lies in no pipeline, branch or loop. */
    boolean isTopLevel() {
      return location.steps().size() == STEPS_TO_THE_TOP;
    }
  }

  /**
   * A layer whose name is not settled yet.
   *
   * @param prefix of the network that holds it, for example {@code stage[0]/}
   * @param index among the layers of that network
   */
  private record Raw(
      String prefix, int index, NeuralNetworkLayer message, List<FieldStep> location) {}

  private final List<Raw> raw = new ArrayList<>();

  private NetworkLayers() {}

  /** Every layer, each before those inside it, in the order of the file. */
  static List<Found> of(Model model) {
    NetworkLayers walk = new NetworkLayers();
    walk.model("", model, List.of());
    return walk.named();
  }

  private void model(String prefix, Model model, List<FieldStep> location) {
    switch (model.getTypeCase()) {
      case NEURALNETWORK ->
          layers(prefix, model.getNeuralNetwork().getLayersList(), inside(location, model));
      case NEURALNETWORKCLASSIFIER ->
          layers(
              prefix, model.getNeuralNetworkClassifier().getLayersList(), inside(location, model));
      case NEURALNETWORKREGRESSOR ->
          layers(
              prefix, model.getNeuralNetworkRegressor().getLayersList(), inside(location, model));
      case PIPELINE -> stages(prefix, model.getPipeline(), inside(location, model));
      case PIPELINECLASSIFIER ->
          stages(
              prefix,
              model.getPipelineClassifier().getPipeline(),
              then(
                  inside(location, model),
                  FieldStep.into(PipelineClassifier.PIPELINE_FIELD_NUMBER)));
      case PIPELINEREGRESSOR ->
          stages(
              prefix,
              model.getPipelineRegressor().getPipeline(),
              then(
                  inside(location, model),
                  FieldStep.into(PipelineRegressor.PIPELINE_FIELD_NUMBER)));
      default -> {
        // The other kinds have no layers.
      }
    }
  }

  private void stages(String prefix, Pipeline pipeline, List<FieldStep> location) {
    for (int i = 0; i < pipeline.getModelsCount(); i++) {
      model(
          prefix + "stage[" + i + "]/",
          pipeline.getModels(i),
          then(location, new FieldStep(Pipeline.MODELS_FIELD_NUMBER, i)));
    }
  }

  private void layers(String prefix, List<NeuralNetworkLayer> layers, List<FieldStep> location) {
    for (int i = 0; i < layers.size(); i++) {
      NeuralNetworkLayer layer = layers.get(i);
      List<FieldStep> here = then(location, new FieldStep(NeuralNetwork.LAYERS_FIELD_NUMBER, i));
      raw.add(new Raw(prefix, i, layer, here));
      if (layer.hasBranch()) {
        List<FieldStep> branch = then(here, FieldStep.into(NeuralNetworkLayer.BRANCH_FIELD_NUMBER));
        String name = prefix + "branch[" + i + "]";
        layers(
            name + ".if/",
            layer.getBranch().getIfBranch().getLayersList(),
            then(branch, FieldStep.into(BranchLayerParams.IFBRANCH_FIELD_NUMBER)));
        layers(
            name + ".else/",
            layer.getBranch().getElseBranch().getLayersList(),
            then(branch, FieldStep.into(BranchLayerParams.ELSEBRANCH_FIELD_NUMBER)));
      }
      if (layer.hasLoop()) {
        List<FieldStep> loop = then(here, FieldStep.into(NeuralNetworkLayer.LOOP_FIELD_NUMBER));
        String name = prefix + "loop[" + i + "]";
        layers(
            name + ".condition/",
            layer.getLoop().getConditionNetwork().getLayersList(),
            then(loop, FieldStep.into(LoopLayerParams.CONDITIONNETWORK_FIELD_NUMBER)));
        layers(
            name + ".body/",
            layer.getLoop().getBodyNetwork().getLayersList(),
            then(loop, FieldStep.into(LoopLayerParams.BODYNETWORK_FIELD_NUMBER)));
      }
    }
  }

  private static List<FieldStep> inside(List<FieldStep> location, Model model) {
    return then(location, FieldStep.into(model.getTypeCase().getNumber()));
  }

  private static List<FieldStep> then(List<FieldStep> location, FieldStep step) {
    List<FieldStep> steps = new ArrayList<>(location);
    steps.add(step);
    return steps;
  }

  /**
   * Gives every layer a name of its own. A name that already looks like another's, such as a layer
   * called {@code conv#3}, gets its index too, until no two are the same.
   */
  private List<Found> named() {
    String[] names = new String[raw.size()];
    for (int i = 0; i < names.length; i++) {
      Raw layer = raw.get(i);
      String name = layer.message().getName();
      names[i] = layer.prefix() + (name.isEmpty() ? "#" + layer.index() : name);
    }
    boolean repeated = true;
    while (repeated) {
      IntFunction<String> indexed = i -> names[i] + "#" + raw.get(i).index();
      repeated = appendToRepeated(names, indexed);
    }
    List<Found> found = new ArrayList<>(names.length);
    for (int i = 0; i < names.length; i++) {
      NeuralNetworkLayer message = raw.get(i).message();
      found.add(
          new Found(
              new Layer(
                  names[i],
                  LayerTypes.name(message),
                  message.getInputList(),
                  message.getOutputList(),
                  message.getIsUpdatable()),
              message,
              new MessagePath(raw.get(i).location())));
    }
    return List.copyOf(found);
  }

  private static boolean appendToRepeated(String[] names, IntFunction<String> indexed) {
    Map<String, Integer> uses = new HashMap<>();
    for (String name : names) {
      uses.merge(name, 1, Integer::sum);
    }
    if (uses.size() == names.length) {
      return false;
    }
    for (int i = 0; i < names.length; i++) {
      if (uses.get(names[i]) > 1) {
        names[i] = indexed.apply(i);
      }
    }
    return true;
  }
}
