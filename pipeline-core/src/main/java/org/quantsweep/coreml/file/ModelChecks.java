package org.quantsweep.coreml.file;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.neuralnetwork.NetworkChecks;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.FeatureType.TypeCase;
import org.quantsweep.proto.coreml.FunctionDescription;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.ModelDescription;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.Pipeline;

/** Checks what a model says about itself, and what is inside it. */
final class ModelChecks {
  /** The newest version of the format whose rules are known here. */
  static final int NEWEST_VERSION = 10;

  private final ReaderLimits limits;
  private final Findings findings;

  private ModelChecks(ReaderLimits limits, Findings findings) {
    this.limits = limits;
    this.findings = findings;
  }

  static void check(Model model, ReaderLimits limits, Findings findings) {
    new ModelChecks(limits, findings).model("", model, 1);
  }

  private void model(String prefix, Model model, int depth) {
    String where =
        prefix.isEmpty() ? "the model" : "'" + prefix.substring(0, prefix.length() - 1) + "'";
    version(where, model);
    if (model.getTypeCase() == Model.TypeCase.TYPE_NOT_SET) {
      findings.problem(
          where + " has no model type, or one that is newer than specification version 10.");
      return;
    }
    ModelKind kind = ModelKinds.of(model);
    if (kind == ModelKind.ML_PROGRAM) {
      program(prefix, where, model);
      return;
    }
    if (!kind.isNeuralNetwork() && !kind.isPipeline()) {
      // Their contents are for whoever reads them.
      return;
    }
    description(prefix, where, model, kind);
    if (kind.isNeuralNetwork()) {
      NetworkChecks.check(prefix, model, findings);
    } else if (depth > limits.pipelineDepth()) {
      findings.problem(
          where + " holds pipelines in pipelines, deeper than " + limits.pipelineDepth() + ".");
    } else {
      pipeline(prefix, where, model, depth);
    }
  }

  private void version(String where, Model model) {
    int version = model.getSpecificationVersion();
    if (version == 0) {
      findings.problem(where + " has no specificationVersion.");
    } else if (version > NEWEST_VERSION) {
      findings.problem(
          where
              + " has specificationVersion "
              + version
              + ", but only versions up to "
              + NEWEST_VERSION
              + " are known.");
    } else if (version < 0) {
      findings.warning(where + " has specificationVersion " + version + ", which no version has.");
    }
    if (model.getIsUpdatable() && version < 4) {
      findings.problem(
          where
              + " is updatable, which needs specificationVersion 4, but it says "
              + version
              + ".");
    }
  }

  /** A program's features: the model's own, or those of each of its functions. */
  private void program(String prefix, String where, Model model) {
    ModelDescription description = model.getDescription();
    int version = model.getSpecificationVersion();
    if (description.getFunctionsCount() == 0) {
      features(
          prefix,
          where,
          new Features(description.getInputList(), description.getOutputList()),
          version,
          ModelKind.ML_PROGRAM);
      return;
    }
    if (version < 9) {
      findings.problem(
          where
              + " has functions, which need specificationVersion 9, but it says "
              + version
              + ".");
    }
    Set<String> names = new HashSet<>();
    for (FunctionDescription function : description.getFunctionsList()) {
      if (!names.add(function.getName())) {
        findings.problem(
            where + " describes function '" + function.getName() + "' more than once.");
      }
      features(
          prefix + function.getName() + "/",
          where + ", function '" + function.getName() + "',",
          new Features(function.getInputList(), function.getOutputList()),
          version,
          ModelKind.ML_PROGRAM);
    }
    String chosen = description.getDefaultFunctionName();
    if (!names.contains(chosen)) {
      findings.problem(
          where
              + " has defaultFunctionName '"
              + chosen
              + "', which is none of its functions "
              + new TreeSet<>(names)
              + ".");
    }
  }

  /** What is wanted and what is answered. */
  private record Features(List<FeatureDescription> inputs, List<FeatureDescription> outputs) {}

  private void description(String prefix, String where, Model model, ModelKind kind) {
    ModelDescription description = model.getDescription();
    features(
        prefix,
        where,
        new Features(description.getInputList(), description.getOutputList()),
        model.getSpecificationVersion(),
        kind);
    if (model.hasNeuralNetworkClassifier()) {
      classifier(where, description, model.getNeuralNetworkClassifier());
    }
    if (model.hasNeuralNetworkRegressor()) {
      predicted(
          where,
          description,
          description.getPredictedFeatureName(),
          "predictedFeatureName",
          Set.of(TypeCase.DOUBLETYPE, TypeCase.MULTIARRAYTYPE));
    }
  }

  private void features(
      String prefix, String where, Features features, int version, ModelKind kind) {
    boolean needsBlobs = kind.isNeuralNetwork() || kind == ModelKind.ML_PROGRAM;
    if (features.inputs().isEmpty() && version < 9) {
      findings.problem(
          where
              + " has no inputs, which needs specificationVersion 9, but it says "
              + version
              + ".");
    }
    if (features.outputs().isEmpty()) {
      findings.problem(where + " has no outputs.");
    }
    Set<String> names = new HashSet<>();
    boolean anyRequired = false;
    for (FeatureDescription input : features.inputs()) {
      String feature = "input '" + prefix + input.getName() + "'";
      if (!names.add(input.getName())) {
        findings.warning(feature + " is described more than once.");
      }
      anyRequired |= !input.getType().getIsOptional();
      feature(feature, input, version, true);
      if (needsBlobs && !isBlob(input.getType())) {
        findings.problem(feature + " is neither a picture nor an array.");
      }
    }
    if (needsBlobs && !features.inputs().isEmpty() && !anyRequired) {
      findings.problem(where + " has only optional inputs, but needs one that is not.");
    }
    names.clear();
    for (FeatureDescription output : features.outputs()) {
      String feature = "output '" + prefix + output.getName() + "'";
      if (!names.add(output.getName())) {
        findings.problem(feature + " is described more than once.");
      }
      feature(feature, output, version, false);
      if (output.getType().getIsOptional()) {
        findings.problem(feature + " is optional, but outputs cannot be.");
      }
      if (kind == ModelKind.NEURAL_NETWORK && !isBlob(output.getType())) {
        findings.problem(feature + " is neither a picture nor an array.");
      }
    }
  }

  private static boolean isBlob(FeatureType type) {
    return type.hasImageType() || type.hasMultiArrayType() || type.hasStateType();
  }

  private void feature(String where, FeatureDescription feature, int version, boolean input) {
    if (feature.getName().isEmpty()) {
      findings.problem(where + " has no name.");
    }
    switch (feature.getType().getTypeCase()) {
      case TYPE_NOT_SET -> findings.problem(where + " has no type.");
      case IMAGETYPE -> picture(where, feature.getType().getImageType(), version);
      case MULTIARRAYTYPE -> array(where, feature.getType().getMultiArrayType(), version, input);
      case DICTIONARYTYPE -> {
        var keys = feature.getType().getDictionaryType();
        if (!keys.hasInt64KeyType() && !keys.hasStringKeyType()) {
          findings.problem(where + " is a dictionary whose keys are neither int64 nor string.");
        }
      }
      default -> {
        // Nothing to check.
      }
    }
    if (feature.getType().getIsOptional()
        && feature.getType().getMultiArrayType().getDefaultOptionalValueCase()
            != ArrayFeatureType.DefaultOptionalValueCase.DEFAULTOPTIONALVALUE_NOT_SET
        && version < 5) {
      findings.problem(
          where
              + " has a default value, which needs specificationVersion 5, but the model says "
              + version
              + ".");
    }
  }

  private void picture(String where, ImageFeatureType image, int version) {
    if (image.getColorSpace() == ImageFeatureType.ColorSpace.GRAYSCALE_FLOAT16 && version < 7) {
      findings.problem(
          where
              + " has colour space GRAYSCALE_FLOAT16, which needs specificationVersion 7, but the"
              + " model says "
              + version
              + ".");
    }
    if (image.hasEnumeratedSizes() && image.getEnumeratedSizes().getSizesCount() == 0) {
      findings.problem(where + " enumerates its sizes, but names none.");
    }
  }

  private void array(String where, ArrayFeatureType array, int version, boolean input) {
    boolean flexible = array.hasEnumeratedShapes() || array.hasShapeRange();
    if (input && array.getShapeCount() == 0 && !(flexible && version >= 3)) {
      findings.problem(where + " is an array without a shape.");
    }
    if (array.hasEnumeratedShapes()) {
      List<ArrayFeatureType.Shape> shapes = array.getEnumeratedShapes().getShapesList();
      boolean listed = array.getShapeCount() == 0;
      for (ArrayFeatureType.Shape shape : shapes) {
        listed |= shape.getShapeList().equals(array.getShapeList());
      }
      if (shapes.isEmpty()) {
        findings.problem(where + " enumerates its shapes, but names none.");
      } else if (!listed && version >= 3) {
        findings.problem(
            where
                + " has shape "
                + array.getShapeList()
                + ", which its enumerated shapes leave out.");
      }
    }
    switch (array.getDataType()) {
      case FLOAT32, DOUBLE, INT32 -> {
        // Legal in every version.
      }
      case FLOAT16 -> dataTypeNeeds(where, "FLOAT16", 7, version);
      case INT8 -> dataTypeNeeds(where, "INT8", 10, version);
      case INVALID_ARRAY_DATA_TYPE, UNRECOGNIZED ->
          findings.problem(
              where + " has no data type: it must be DOUBLE, FLOAT32, FLOAT16, INT32 or INT8.");
    }
  }

  private void dataTypeNeeds(String where, String type, int needed, int version) {
    if (version < needed) {
      findings.problem(
          where
              + " has data type "
              + type
              + ", which needs specificationVersion "
              + needed
              + ", but the model says "
              + version
              + ".");
    }
  }

  private void classifier(
      String where, ModelDescription description, NeuralNetworkClassifier network) {
    boolean integer = network.hasInt64ClassLabels();
    List<?> labels =
        integer
            ? network.getInt64ClassLabels().getVectorList()
            : network.getStringClassLabels().getVectorList();
    if (labels.isEmpty()) {
      findings.problem(where + " is a classifier without class labels.");
    }
    Map<Object, Integer> first = new HashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      Integer earlier = first.putIfAbsent(labels.get(i), i);
      if (earlier != null) {
        findings.warning(
            where
                + " has class label '"
                + labels.get(i)
                + "' more than once (at "
                + earlier
                + " and "
                + i
                + ").");
      }
    }
    predicted(
        where,
        description,
        description.getPredictedFeatureName(),
        "predictedFeatureName",
        Set.of(integer ? TypeCase.INT64TYPE : TypeCase.STRINGTYPE));
    if (!description.getPredictedProbabilitiesName().isEmpty()) {
      predicted(
          where,
          description,
          description.getPredictedProbabilitiesName(),
          "predictedProbabilitiesName",
          Set.of(TypeCase.DICTIONARYTYPE, TypeCase.MULTIARRAYTYPE));
    }
  }

  private void predicted(
      String where,
      ModelDescription description,
      String name,
      String field,
      Set<TypeCase> allowed) {
    if (name.isEmpty()) {
      findings.problem(where + " has no " + field + ".");
      return;
    }
    for (FeatureDescription output : description.getOutputList()) {
      if (output.getName().equals(name)) {
        if (!allowed.contains(output.getType().getTypeCase())) {
          findings.problem(
              where
                  + " names output '"
                  + name
                  + "' as its "
                  + field
                  + ", but that has type "
                  + output.getType().getTypeCase()
                  + " where "
                  + String.join(" or ", allowed.stream().map(Enum::name).sorted().toList())
                  + " is needed.");
        }
        return;
      }
    }
    findings.problem(where + " names '" + name + "' as its " + field + ", which is not an output.");
  }

  private void pipeline(String prefix, String where, Model model, int depth) {
    Pipeline pipeline =
        switch (model.getTypeCase()) {
          case PIPELINECLASSIFIER -> model.getPipelineClassifier().getPipeline();
          case PIPELINEREGRESSOR -> model.getPipelineRegressor().getPipeline();
          default -> model.getPipeline();
        };
    int stages = pipeline.getModelsCount();
    if (stages == 0) {
      findings.problem(where + " is a pipeline without models.");
    }
    int names = pipeline.getNamesCount();
    if (names > 0 && (names != stages || new HashSet<>(pipeline.getNamesList()).size() != names)) {
      findings.problem(
          where
              + " has "
              + names
              + " names for "
              + stages
              + " models, but each needs one of its own, or none has one.");
    }
    Set<String> known = new HashSet<>();
    model.getDescription().getInputList().forEach(input -> known.add(input.getName()));
    for (int i = 0; i < stages; i++) {
      Model stage = pipeline.getModels(i);
      String stagePrefix = prefix + "stage[" + i + "]/";
      for (FeatureDescription input : stage.getDescription().getInputList()) {
        if (!known.contains(input.getName())) {
          findings.problem(
              "input '"
                  + stagePrefix
                  + input.getName()
                  + "' is neither an input of the pipeline nor an output of an earlier model.");
        }
      }
      if (stage.getIsUpdatable() && !(model.getIsUpdatable() && i == stages - 1)) {
        findings.problem(
            "'"
                + prefix
                + "stage["
                + i
                + "]' is updatable, but only the last model of an updatable pipeline can be.");
      }
      model(stagePrefix, stage, depth + 1);
      stage.getDescription().getOutputList().forEach(output -> known.add(output.getName()));
    }
    for (FeatureDescription output : model.getDescription().getOutputList()) {
      if (!known.contains(output.getName())) {
        findings.problem(
            "output '"
                + prefix
                + output.getName()
                + "' is not given by any model of the pipeline.");
      }
    }
  }
}
