package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;
import org.quantsweep.proto.coreml.Tensor;

/**
 * Checks a neural network: every layer for itself, and how blobs run from one to the next. Layers
 * stand in the order in which they run; a blob is written once, except by copy layers.
 */
public final class NetworkChecks {
  private final boolean trainable;
  private final boolean comparesRanks;
  private final Map<String, Integer> ioRanks;
  private final Map<String, Integer> ranks;
  private final Findings findings;

  private NetworkChecks(
      boolean trainable, boolean comparesRanks, Map<String, Integer> ioRanks, Findings findings) {
    this.trainable = trainable;
    this.comparesRanks = comparesRanks;
    this.ioRanks = ioRanks;
    this.ranks = new HashMap<>(ioRanks);
    this.findings = findings;
  }

  /**
   * Checks the network inside a model.
   *
   * @param prefix of layer paths, for example {@code stage[0]/}; empty for a model by itself
   */
  public static void check(String prefix, Model model, Findings findings) {
    NetworkInterface network = NetworkInterface.of(model);
    boolean anyRank = network.anyRank();
    // A wrong mapping would make ranks look wrong, too.
    boolean comparesRanks = mapping(prefix, model, network, findings) && anyRank;
    Map<String, String> inputs = new HashMap<>();
    for (FeatureDescription input : model.getDescription().getInputList()) {
      inputs.put(input.getName(), "the model's input");
      if (input.getType().hasMultiArrayType()) {
        inputRank(prefix, input, anyRank, findings);
      }
    }
    Map<String, Integer> ioRanks = comparesRanks ? ioRanks(model, network) : Map.of();
    NetworkChecks checks =
        new NetworkChecks(model.getIsUpdatable(), comparesRanks, ioRanks, findings);
    BlobScope scope = BlobScope.of(inputs);
    if (network.layers().isEmpty()) {
      findings.problem(where(prefix, "network") + " has no layers.");
    }
    checks.layers(prefix, network.layers(), scope, 0);
    outputs(prefix, model, network, scope, findings);
    preprocessing(prefix, model, network, findings);
    if (findings.problemCount() == 0) {
      BlobSizes.check(prefix, model, network, findings);
    }
  }

  private static String where(String prefix, String noun) {
    return prefix.isEmpty()
        ? "the " + noun
        : "the " + noun + " of '" + prefix.substring(0, prefix.length() - 1) + "'";
  }

  /** Whether arrays and pictures are mapped in a way that the layers allow. */
  private static boolean mapping(
      String prefix, Model model, NetworkInterface network, Findings findings) {
    boolean takesArrays =
        model.getDescription().getInputList().stream()
            .anyMatch(input -> input.getType().hasMultiArrayType());
    if (!takesArrays || network.exactArrays()) {
      return true;
    }
    for (int i = 0; i < network.layers().size(); i++) {
      NeuralNetworkLayer layer = network.layers().get(i);
      if (LayerSpecs.of(layer).isNewerThanIos12(layer)) {
        findings.problem(
            new PlacedLayer(layer, prefix, i, 0).where()
                + " came with specification version 4 (iOS 13), but array inputs use"
                + " RANK5_ARRAY_MAPPING: such layers need EXACT_ARRAY_MAPPING.");
        return false;
      }
    }
    if (network.exactImages()) {
      findings.problem(
          where(prefix, "network")
              + " uses RANK4_IMAGE_MAPPING with RANK5_ARRAY_MAPPING: both must be the newer kind"
              + " when there are array inputs.");
      return false;
    }
    return true;
  }

  private static void inputRank(
      String prefix, FeatureDescription input, boolean anyRank, Findings findings) {
    ArrayFeatureType array = input.getType().getMultiArrayType();
    List<Integer> ranks = new ArrayList<>();
    if (array.getShapeCount() > 0) {
      ranks.add(array.getShapeCount());
    } else if (!anyRank) {
      array.getEnumeratedShapes().getShapesList().forEach(s -> ranks.add(s.getShapeCount()));
      if (array.hasShapeRange()) {
        ranks.add(array.getShapeRange().getSizeRangesCount());
      }
    }
    String subject = prefix + input.getName();
    if (anyRank) {
      if (array.getShapeCount() == 0) {
        findings.problem("input '" + subject + "' has no shape, but a network needs one.");
      } else if (array.hasShapeRange()
          && array.getShapeRange().getSizeRangesCount() != array.getShapeCount()) {
        findings.problem(
            "input '"
                + subject
                + "' has rank "
                + array.getShapeCount()
                + ", but its ranges have rank "
                + array.getShapeRange().getSizeRangesCount()
                + ".");
      }
      return;
    }
    for (int rank : ranks) {
      if (rank != 1 && rank != 3) {
        findings.problem(
            "input '"
                + subject
                + "' has rank "
                + rank
                + ", but under RANK5_ARRAY_MAPPING it must be 1 ([C]) or 3 ([C, H, W]).");
        return;
      }
    }
  }

  private static Map<String, Integer> ioRanks(Model model, NetworkInterface network) {
    Map<String, Integer> ranks = new HashMap<>();
    for (FeatureDescription input : model.getDescription().getInputList()) {
      if (input.getType().getTypeCase() == FeatureType.TypeCase.MULTIARRAYTYPE) {
        int rank = input.getType().getMultiArrayType().getShapeCount();
        ranks.put(input.getName(), network.exactArrays() ? rank : 5);
      } else if (input.getType().hasImageType()) {
        ranks.put(input.getName(), network.exactImages() ? 4 : 5);
      }
    }
    for (FeatureDescription output : model.getDescription().getOutputList()) {
      int rank = output.getType().getMultiArrayType().getShapeCount();
      if (rank > 0) {
        ranks.put(output.getName(), rank);
      }
    }
    return ranks;
  }

  /**
   * Checks the layers of one network.
   *
   * @param path of the network, for example {@code stage[0]/branch[3].if/}
   * @param scope what they can see; it gets to know what they write
   * @param loopDepth how many loops' bodies lie around them
   */
  void layers(String path, List<NeuralNetworkLayer> layers, BlobScope scope, int loopDepth) {
    for (int i = 0; i < layers.size(); i++) {
      layer(new PlacedLayer(layers.get(i), path, i, loopDepth), scope);
    }
  }

  /** Notes a problem of a layer: what it does or has, as the rest of a sentence. */
  void problem(PlacedLayer layer, String predicate) {
    findings.problem(layer.where() + " " + predicate);
  }

  private void layer(PlacedLayer placed, BlobScope scope) {
    NeuralNetworkLayer layer = placed.message();
    LayerSpec spec = LayerSpecs.of(layer);
    if (layer.getLayerCase() == NeuralNetworkLayer.LayerCase.LAYER_NOT_SET) {
      problem(placed, "has no layer type, or one that is newer than specification version 10.");
    } else {
      String where = placed.where();
      arity(where, layer, spec.arity());
      ranks(where, layer, spec);
      spec.checkParameters(new LayerFindings(where, layer, findings));
      WeightChecks.check(placed.path() + placed.nameOrIndex(), layer, trainable, findings);
    }
    if (trainable && layer.getIsUpdatable() && !spec.isTrainable()) {
      problem(placed, "is updatable, but only convolution and innerProduct layers can be.");
    }
    reads(placed, scope);
    spec.checkInnerNetworks(placed, scope, this);
    writes(placed, spec, scope);
  }

  private void arity(String where, NeuralNetworkLayer layer, LayerArity arity) {
    int inputs = layer.getInputCount();
    if (inputs < arity.leastInputs() || inputs > arity.mostInputs()) {
      findings.problem(
          where
              + " has "
              + inputs
              + (inputs == 1 ? " input" : " inputs")
              + ", but takes "
              + arity.inputsInWords()
              + ".");
    }
    int outputs = layer.getOutputCount();
    if (outputs < arity.leastOutputs() || outputs > arity.mostOutputs()) {
      findings.problem(
          where
              + " has "
              + outputs
              + (outputs == 1 ? " output" : " outputs")
              + ", but gives "
              + arity.outputsInWords()
              + ".");
    }
  }

  private void ranks(String where, NeuralNetworkLayer layer, LayerSpec spec) {
    if (!comparesRanks) {
      return;
    }
    tensors(where, "inputTensor", layer.getInputList(), layer.getInputTensorList());
    tensors(where, "outputTensor", layer.getOutputList(), layer.getOutputTensorList());
    LayerRanks allowed = spec.ranks(layer).orElse(null);
    if (allowed == null || layer.getInputCount() == 0 || layer.getOutputCount() == 0) {
      return;
    }
    Integer input = ranks.get(layer.getInput(0));
    Integer output = ranks.get(layer.getOutput(0));
    if (input != null && !allowed.allows(input)) {
      findings.problem(where + " has an input of rank " + input + ", but takes " + allowed + ".");
    }
    if (output != null && !allowed.allows(output)) {
      findings.problem(where + " has an output of rank " + output + ", but gives " + allowed + ".");
    }
    if (input != null && output != null && !input.equals(output)) {
      findings.problem(
          where
              + " has an input of rank "
              + input
              + " and an output of rank "
              + output
              + ", but both must be the same.");
    }
  }

  private void tensors(String where, String field, List<String> blobs, List<Tensor> tensors) {
    if (tensors.isEmpty()) {
      return;
    }
    if (tensors.size() != blobs.size()) {
      findings.problem(
          where
              + " has "
              + tensors.size()
              + " "
              + field
              + " entries for "
              + blobs.size()
              + " blobs.");
      return;
    }
    for (int i = 0; i < blobs.size(); i++) {
      Tensor tensor = tensors.get(i);
      String blob = blobs.get(i);
      if (tensor.getDimValueCount() > 0 && tensor.getRank() != tensor.getDimValueCount()) {
        findings.problem(
            where
                + " gives blob '"
                + blob
                + "' rank "
                + Integer.toUnsignedString(tensor.getRank())
                + " and "
                + tensor.getDimValueCount()
                + " lengths, but both must be the same.");
      }
      Integer known = ioRanks.containsKey(blob) ? ioRanks.get(blob) : ranks.get(blob);
      if (known == null) {
        ranks.put(blob, tensor.getRank());
      } else if (known != tensor.getRank()) {
        findings.problem(
            where
                + " gives blob '"
                + blob
                + "' rank "
                + Integer.toUnsignedString(tensor.getRank())
                + ", but elsewhere it has rank "
                + known
                + ".");
      }
    }
  }

  private void reads(PlacedLayer layer, BlobScope scope) {
    for (String input : layer.message().getInputList()) {
      if (!scope.sees(input)) {
        problem(
            layer,
            "reads blob '" + input + "', which neither an input nor an earlier layer gives.");
      }
    }
  }

  private void writes(PlacedLayer layer, LayerSpec spec, BlobScope scope) {
    for (String output : layer.message().getOutputList()) {
      String earlier = scope.producer(output);
      if (earlier != null && !spec.mayWriteAgain()) {
        problem(
            layer,
            "writes blob '"
                + output
                + "', which "
                + earlier
                + " already gives: only copy layers may write again.");
      }
      scope.write(output, "layer '" + layer.nameOrIndex() + "'");
    }
  }

  private static void outputs(
      String prefix, Model model, NetworkInterface network, BlobScope scope, Findings findings) {
    Set<String> classNames = new HashSet<>();
    if (model.hasNeuralNetworkClassifier()) {
      classNames.add(model.getDescription().getPredictedFeatureName());
      classNames.add(model.getDescription().getPredictedProbabilitiesName());
      NeuralNetworkClassifier classifier = model.getNeuralNetworkClassifier();
      String blob = classifier.getLabelProbabilityLayerName();
      if (!blob.isEmpty() && !scope.writes(blob)) {
        findings.problem(
            where(prefix, "classifier")
                + " takes its probabilities from blob '"
                + blob
                + "' (labelProbabilityLayerName), which no layer gives.");
      }
    }
    for (FeatureDescription output : model.getDescription().getOutputList()) {
      boolean given = scope.writes(output.getName()) || classNames.contains(output.getName());
      // A regressor's double is taken from the network by name, as arrays are.
      if (!given && !network.layers().isEmpty()) {
        findings.problem("output '" + prefix + output.getName() + "' is not given by any layer.");
      }
    }
  }

  private static void preprocessing(
      String prefix, Model model, NetworkInterface network, Findings findings) {
    Set<String> inputs = new HashSet<>();
    model.getDescription().getInputList().forEach(input -> inputs.add(input.getName()));
    for (NeuralNetworkPreprocessing step : network.preprocessing()) {
      // Without a name it means the only image, as writers before version 2 left it.
      if (!step.getFeatureName().isEmpty() && !inputs.contains(step.getFeatureName())) {
        findings.warning(
            where(prefix, "network")
                + " has preprocessing for '"
                + step.getFeatureName()
                + "', which is not an input.");
      }
    }
  }
}
