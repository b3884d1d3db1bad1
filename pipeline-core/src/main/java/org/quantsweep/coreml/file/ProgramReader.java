package org.quantsweep.coreml.file;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.mlprogram.NamedType;
import org.quantsweep.coreml.mlprogram.Program;
import org.quantsweep.coreml.mlprogram.ProgramFormat;
import org.quantsweep.coreml.mlprogram.ProgramFunction;
import org.quantsweep.coreml.mlprogram.ProgramType;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FunctionDescription;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.ModelDescription;

/** Reads models that hold an ML Program: what their description says against their functions. */
final class ProgramReader {
  private static final String DEFAULT_FUNCTION = "main";
  private static final int SHOWN = 20;

  private final Model message;
  private final Parts parts;
  private final Findings findings;

  private ProgramReader(Model message, Parts parts, Findings findings) {
    this.message = message;
    this.parts = parts;
    this.findings = findings;
  }

  /**
   * Where a program comes from.
   *
   * @param files as given
   * @param beside the files beside the program's own, by their path there
   * @param isStage whether it is a part of a pipeline
   */
  record Parts(
      CoreMLModel.Source source,
      ModelFiles files,
      Map<String, FileContent> beside,
      boolean isStage) {
    Parts {
      beside = Map.copyOf(beside);
    }
  }

  static CoreMLModel read(Model message, Parts parts, Findings findings) {
    return new ProgramReader(message, parts, findings).model();
  }

  /** What one function says of itself. */
  private record Described(
      List<FeatureDescription> inputs,
      List<FeatureDescription> outputs,
      List<FeatureDescription> states) {}

  private CoreMLModel model() {
    Program program = ProgramFormat.read(message.getMlProgram(), parts.beside(), findings);
    if (parts.files().isLone()
        && findings.problems().stream()
            .anyMatch(problem -> problem.endsWith(ProgramFormat.NO_FILE))) {
      throw new BadInputException(
          parts.source().name()
              + ": this is an ML Program without its weights, which lie in files beside it.\nMaybe"
              + " name the .mlpackage folder that it comes from.");
    }
    refuseProblems();
    Map<String, Described> described = described();
    TreeMap<String, CoreMLModel.ModelInterface> interfaces = new TreeMap<>();
    Map<String, Map<String, Float>> defaults = new HashMap<>();
    described.forEach(
        (name, features) -> {
          ProgramFunction function = program.functions().get(name);
          if (function == null) {
            findings.problem(
                "the model describes function '"
                    + name
                    + "', but its program has only "
                    + some(program.functions().keySet())
                    + ".");
            return;
          }
          requireSame(name, features, function);
          FeatureDescriptions translated =
              FeatureDescriptions.of(
                  features.inputs().stream()
                      .filter(input -> !input.getType().hasStateType())
                      .toList(),
                  features.outputs(),
                  function.classLabels(),
                  findings);
          if (translated.outputs().isEmpty()) {
            findings.problem("function '" + name + "' answers no array, picture, number or class.");
          }
          interfaces.put(
              name,
              new CoreMLModel.ModelInterface(
                  ModelKind.ML_PROGRAM,
                  "",
                  message.getSpecificationVersion(),
                  translated.inputs(),
                  translated.outputs()));
          defaults.put(name, defaults(features.inputs()));
          warnOfVersion(function);
        });
    refuseProblems();
    return ProgramFormat.model(
        parts.source(),
        new CoreMLModel.Functions(chosen(), interfaces),
        findings.warnings(),
        new ProgramFormat.Contents(
            message, program, defaults, parts.files(), parts.beside(), parts.isStage()));
  }

  private void refuseProblems() {
    if (findings.problemCount() > 0) {
      throw ModelFile.unusable(parts.source().name(), findings);
    }
  }

  private String chosen() {
    String named = message.getDescription().getDefaultFunctionName();
    return named.isEmpty() ? DEFAULT_FUNCTION : named;
  }

  private Map<String, Described> described() {
    ModelDescription description = message.getDescription();
    Map<String, Described> described = new TreeMap<>();
    if (description.getFunctionsCount() == 0) {
      described.put(
          chosen(),
          new Described(
              description.getInputList(), description.getOutputList(), description.getStateList()));
    }
    for (FunctionDescription function : description.getFunctionsList()) {
      described.put(
          function.getName(),
          new Described(
              function.getInputList(), function.getOutputList(), function.getStateList()));
    }
    return described;
  }

  /** The description and the function name the same features. */
  private void requireSame(String name, Described features, ProgramFunction function) {
    Set<String> wanted = new HashSet<>();
    Set<String> states = new TreeSet<>();
    for (NamedType input : function.inputs()) {
      wanted.add(input.name());
      if (input.type() instanceof ProgramType.State) {
        states.add(input.name());
      }
    }
    Set<String> given = new HashSet<>(names(features.inputs()));
    given.addAll(names(features.states()));
    requireNoneTwice(name, "input", features.inputs());
    requireNoneTwice(name, "state", features.states());
    requireNoneTwice(name, "output", features.outputs());
    requireBounded(name, function);
    requireClassifier(name, features.outputs(), function);
    different("input", name, given, wanted);
    different("output", name, names(features.outputs()), new HashSet<>(function.body().outputs()));
    for (FeatureDescription input : features.inputs()) {
      if (states.contains(input.getName()) != input.getType().hasStateType()) {
        findings.problem(
            "function '"
                + name
                + "': '"
                + input.getName()
                + "' is a state in the program or in the description, but not in both.");
      }
    }
  }

  /** What is made before a run, zeros in states and defaults in inputs, must fit in memory. */
  private void requireBounded(String function, ProgramFunction found) {
    for (NamedType input : found.inputs()) {
      ProgramType type =
          input.type() instanceof ProgramType.State state ? state.wrapped() : input.type();
      if (type instanceof ProgramType.Array array
          && array.shape().isPresent()
          && !FeatureDescriptions.isBounded(array.shape().get())) {
        findings.problem(
            "input '"
                + input.name()
                + "' of function '"
                + function
                + "' ("
                + type
                + ") has more than "
                + FeatureDescriptions.MOST_ELEMENTS
                + " elements.");
      }
    }
  }

  /** Classes and their probabilities are what {@code classify} answers, in this order. */
  private void requireClassifier(
      String name, List<FeatureDescription> outputs, ProgramFunction function) {
    List<String> answered =
        function
            .classifier()
            .map(classify -> classify.outputs().stream().map(NamedType::name).toList())
            .orElse(List.of());
    for (FeatureDescription output : outputs) {
      int place =
          switch (output.getType().getTypeCase()) {
            case STRINGTYPE, INT64TYPE -> 0;
            case DICTIONARYTYPE -> 1;
            default -> -1;
          };
      if (place >= 0 && (answered.size() != 2 || !answered.get(place).equals(output.getName()))) {
        findings.problem(
            "output '"
                + output.getName()
                + "' of function '"
                + name
                + "' is described as "
                + (place == 0 ? "a class" : "probabilities")
                + ", but no operation 'classify' makes it.");
      }
    }
  }

  private void requireNoneTwice(String function, String what, List<FeatureDescription> features) {
    Set<String> seen = new HashSet<>();
    for (FeatureDescription feature : features) {
      if (!seen.add(feature.getName())) {
        findings.problem(
            what
                + " '"
                + feature.getName()
                + "' of function '"
                + function
                + "' is described more than once.");
      }
    }
  }

  private void different(String what, String function, Set<String> described, Set<String> found) {
    for (String name : new TreeSet<>(described)) {
      if (!found.contains(name)) {
        findings.problem(
            what
                + " '"
                + name
                + "' is described, but function '"
                + function
                + "' has only "
                + some(found)
                + ".");
      }
    }
    for (String name : new TreeSet<>(found)) {
      if (!described.contains(name)) {
        findings.problem(what + " '" + name + "' of function '" + function + "' is not described.");
      }
    }
  }

  /** The first few names, since a hostile file may have millions. */
  private static String some(Set<String> names) {
    List<String> shown = new TreeSet<>(names).stream().limit(SHOWN).toList();
    return names.size() <= SHOWN
        ? shown.toString()
        : shown + " and " + (names.size() - SHOWN) + " more";
  }

  private static Set<String> names(List<FeatureDescription> features) {
    Set<String> names = new HashSet<>();
    features.forEach(feature -> names.add(feature.getName()));
    return names;
  }

  private static Map<String, Float> defaults(List<FeatureDescription> inputs) {
    Map<String, Float> defaults = new HashMap<>();
    for (FeatureDescription input : inputs) {
      ArrayFeatureType array = input.getType().getMultiArrayType();
      if (input.getType().getIsOptional()) {
        defaults.put(
            input.getName(),
            switch (array.getDefaultOptionalValueCase()) {
              case INTDEFAULTVALUE -> (float) array.getIntDefaultValue();
              case FLOATDEFAULTVALUE -> array.getFloatDefaultValue();
              case DOUBLEDEFAULTVALUE -> (float) array.getDoubleDefaultValue();
              case DEFAULTOPTIONALVALUE_NOT_SET -> 0f;
            });
      }
    }
    return defaults;
  }

  private void warnOfVersion(ProgramFunction function) {
    int needed = function.opset().specificationVersion();
    if (message.getSpecificationVersion() < needed) {
      findings.warning(
          "function '"
              + function.name()
              + "' has opset "
              + function.opset()
              + ", which needs specificationVersion "
              + needed
              + ", but the model says "
              + message.getSpecificationVersion()
              + ".");
    }
  }
}
