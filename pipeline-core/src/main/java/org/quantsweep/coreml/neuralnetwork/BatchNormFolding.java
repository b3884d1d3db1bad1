package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.Pipeline;

/**
 * The rewrite {@link Rewrite#FOLD_BATCH_NORM}: a batch norm, scale or bias that follows a
 * convolution or an inner product is taken into its weights, {@code W' = gamma / sqrt(variance +
 * epsilon) * W} and {@code b' = gamma * (b - mean) / sqrt(variance + epsilon) + beta} (Ioffe and
 * Szegedy, 2015). Sums are in double, results in float32; half-precision and quantized weights are
 * decoded first, so a file may grow: a rewritten model is one to be quantized.
 *
 * <p>A blob that is read elsewhere, or that is an output of the model, is never folded away. Models
 * that train on the device are left as they are, and so is what lies inside branches and loops.
 */
final class BatchNormFolding {
  private final List<String> folded = new ArrayList<>();

  private BatchNormFolding() {}

  /**
   * A rewritten model.
   *
   * @param folded what was folded, in the order of the layers, such as {@code batchnorm 'bn1' into
   *     'conv1'}; at least one
   */
  record Result(Model model, List<String> folded) {
    /** Copies the list. */
    Result {
      folded = List.copyOf(folded);
    }
  }

  /** The rewritten model; empty when nothing can be folded. */
  static Optional<Model> fold(Model model) {
    return apply(model).map(Result::model);
  }

  /** The rewritten model, and what was done to it; empty when nothing can be folded. */
  static Optional<Result> apply(Model model) {
    BatchNormFolding folding = new BatchNormFolding();
    Model rewritten = folding.model("", model);
    return folding.folded.isEmpty()
        ? Optional.empty()
        : Optional.of(new Result(rewritten, folding.folded));
  }

  private Model model(String prefix, Model model) {
    if (model.getIsUpdatable()) {
      return model;
    }
    Model.Builder rewritten = model.toBuilder();
    switch (model.getTypeCase()) {
      case NEURALNETWORK ->
          rewritten.getNeuralNetworkBuilder().clearLayers().addAllLayers(network(prefix, model));
      case NEURALNETWORKCLASSIFIER ->
          rewritten
              .getNeuralNetworkClassifierBuilder()
              .clearLayers()
              .addAllLayers(network(prefix, model));
      case NEURALNETWORKREGRESSOR ->
          rewritten
              .getNeuralNetworkRegressorBuilder()
              .clearLayers()
              .addAllLayers(network(prefix, model));
      case PIPELINE -> pipeline(prefix, rewritten.getPipelineBuilder());
      case PIPELINECLASSIFIER ->
          pipeline(prefix, rewritten.getPipelineClassifierBuilder().getPipelineBuilder());
      case PIPELINEREGRESSOR ->
          pipeline(prefix, rewritten.getPipelineRegressorBuilder().getPipelineBuilder());
      default -> {
        return model;
      }
    }
    return rewritten.build();
  }

  private void pipeline(String prefix, Pipeline.Builder pipeline) {
    for (int i = 0; i < pipeline.getModelsCount(); i++) {
      pipeline.setModels(i, model(prefix + "stage[" + i + "]/", pipeline.getModels(i)));
    }
  }

  private List<NeuralNetworkLayer> network(String prefix, Model model) {
    NetworkInterface network = NetworkInterface.of(model);
    boolean anyRank = network.anyRank();
    boolean namesLastLayer =
        model.hasNeuralNetworkClassifier()
            && model.getNeuralNetworkClassifier().getLabelProbabilityLayerName().isEmpty();
    BlobUses uses = BlobUses.of(model, network.layers());
    List<NeuralNetworkLayer> layers = new ArrayList<>(network.layers());
    for (int i = 0; i < layers.size(); i++) {
      boolean again = true;
      while (again) {
        again = foldInto(prefix, layers, i, anyRank, namesLastLayer, uses);
      }
    }
    return layers;
  }

  /** Takes the one reader of a layer's output into it, if that can be done. */
  private boolean foldInto(
      String prefix,
      List<NeuralNetworkLayer> layers,
      int index,
      boolean anyRank,
      boolean namesLastLayer,
      BlobUses uses) {
    NeuralNetworkLayer layer = layers.get(index);
    int channels = FoldedLayer.outputChannels(layer, anyRank);
    if (channels == 0 || !uses.isPrivate(layer.getOutput(0))) {
      return false;
    }
    String blob = layer.getOutput(0);
    for (int next = index + 1; next < layers.size(); next++) {
      NeuralNetworkLayer reader = layers.get(next);
      if (reader.getInputCount() != 1 || !reader.getInput(0).equals(blob)) {
        continue;
      }
      if (namesLastLayer && next == layers.size() - 1 && next != index + 1) {
        // Another layer would become the last one, whose output the probabilities are.
        return false;
      }
      ChannelwiseMap map = ChannelwiseMap.of(reader, channels);
      if (map == null || !uses.isWrittenOnce(reader.getOutput(0))) {
        return false;
      }
      NeuralNetworkLayer both = FoldedLayer.fold(layer, map, reader.getOutput(0));
      if (both == null) {
        return false;
      }
      layers.set(index, both);
      layers.remove(next);
      folded.add(
          LayerTypes.name(reader)
              + " '"
              + prefix
              + reader.getName()
              + "' into '"
              + prefix
              + layer.getName()
              + "'");
      return true;
    }
    return false;
  }
}
