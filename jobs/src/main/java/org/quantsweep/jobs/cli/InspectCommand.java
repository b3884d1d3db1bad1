package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is in a model file. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Say what is in a model: layers, weights, what can be quantized, whether it runs.",
    footer = {
      "",
      "Examples: quantsweep inspect SqueezeNet.mlmodel",
      "          quantsweep inspect SqueezeNet.mlpackage --json",
      "          quantsweep inspect SqueezeNet.mlpackage --input image=cat.png"
    })
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();

  @Parameters(
      paramLabel = "M",
      description = "The model: an .mlmodel file, an .mlpackage folder, or a zip of one.")
  private InputFile model;

  @Option(
      names = "--input",
      paramLabel = "[NAME=]FILE",
      description =
          "As for predict: the model runs on it once more, to see how large its half-precision"
              + " values become.")
  private List<String> inputs = new ArrayList<>();

  @Option(names = "--steps", description = "As for predict.")
  private boolean steps;

  @Option(
      names = "--function",
      paramLabel = "NAME",
      description = "The function that --input is for; without it, the one that the file prefers.")
  private String function;

  @Override
  public Integer call() {
    CoreMLModel read = ModelReader.read(model.file());
    requireInputs();
    List<Map<String, Object>> tensors = new ArrayList<>();
    addTensors("", read, tensors);
    List<Stage> stages = new ArrayList<>();
    addStages("", read, stages);
    Map<String, Integer> types = new TreeMap<>();
    read.layers().forEach(layer -> types.merge(layer.type(), 1, Integer::sum));
    Readiness readiness = readiness(read);
    List<FunctionReport> functions = functions(read, readiness, stages);
    List<String> warnings = new ArrayList<>(read.warnings());
    warnings.addAll(HalfOverflow.ofConstants(read));
    SortedMap<String, Float> magnitudes = magnitudes(read, warnings);
    if (common.json()) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("model", model.name());
      addKind(read, report);
      report.put("specificationVersion", read.specificationVersion());
      report.put("bytes", read.size().bytes());
      report.put("sha256", read.digest().hex());
      report.put("inputs", read.inputs().stream().map(FeatureText::of).toList());
      report.put("outputs", read.outputs().stream().map(output -> output.name()).toList());
      report.put("layerTypes", types);
      report.put("weightTensors", tensors);
      if (!stages.isEmpty()) {
        report.put("stages", stages.stream().map(Stage::json).toList());
      }
      report.put("warnings", warnings);
      readiness.addTo(report);
      if (!inputs.isEmpty()) {
        report.put("halfPrecisionMagnitudes", magnitudes);
      }
      if (!functions.isEmpty()) {
        report.put("functions", functions.stream().map(FunctionReport::json).toList());
      }
      spec.commandLine().getOut().println(CommonOptions.toJson(report));
    } else {
      print(read, types, tensors, stages, functions);
      PrintWriter out = spec.commandLine().getOut();
      if (!inputs.isEmpty()) {
        out.println(text(magnitudes));
      }
      warnings.forEach(warning -> out.println("warning: " + warning));
      if (read.format().functions().isEmpty()) {
        readiness.lines().forEach(out::println);
      }
    }
    return 0;
  }

  /** The weight tensors of a model; those of a pipeline hold its networks' already. */
  private static void addTensors(
      String prefix, CoreMLModel read, List<Map<String, Object>> tensors) {
    List<WeightTensor> selected = WeightSelection.DEFAULT.of(read);
    for (WeightTensor tensor : read.weightTensors()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("weightTensor", prefix + tensor.identity());
      row.put("layerType", tensor.layer().type());
      row.put("shape", tensor.shape().toString());
      row.put("storage", tensor.storage().toString());
      row.put("bytes", tensor.storedBytes().bytes());
      row.put("quantized", selected.contains(tensor));
      tensors.add(row);
    }
    for (int i = 0; i < read.stages().size(); i++) {
      CoreMLModel stage = read.stages().get(i);
      if (!stage.format().functions().isEmpty()) {
        addTensors(prefix + "stage[" + i + "]/", stage, tensors);
      }
    }
  }

  private static void addKind(CoreMLModel read, Map<String, Object> report) {
    report.put("kind", read.kind().toString());
    if (read.kind() == ModelKind.CUSTOM_MODEL) {
      report.put("class", read.described().customClass());
    }
  }

  /**
   * A stage of a pipeline.
   *
   * @param place for example {@code stage[0]/stage[1]} of a pipeline in a pipeline
   */
  private record Stage(String place, CoreMLModel model) {
    String line() {
      return place + ": " + ShownText.line(model.kindInWords());
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("stage", place);
      addKind(model, json);
      return json;
    }
  }

  /** Each before those inside it. */
  private static void addStages(String around, CoreMLModel pipeline, List<Stage> stages) {
    for (int i = 0; i < pipeline.stages().size(); i++) {
      Stage stage = new Stage(around + "stage[" + i + "]", pipeline.stages().get(i));
      stages.add(stage);
      addStages(stage.place() + "/", stage.model(), stages);
    }
  }

  /** The functions of a model, and of the stages of a pipeline. */
  private List<FunctionReport> functions(
      CoreMLModel read, Readiness readiness, List<Stage> stages) {
    List<FunctionReport> reports = new ArrayList<>();
    for (FunctionSummary summary : read.format().functions()) {
      if (read.functions().contains(summary.name())) {
        boolean isDefault = summary.name().equals(read.function());
        CoreMLModel seen = read.asFunction(summary.name());
        Readiness own = isDefault ? readiness : readiness(seen);
        reports.add(new FunctionReport(seen, summary, "", isDefault, Optional.of(own)));
      }
    }
    stages.forEach(stage -> addFunction(stage, reports));
    return reports;
  }

  /** A stage runs as its default function. */
  private static void addFunction(Stage stage, List<FunctionReport> reports) {
    CoreMLModel model = stage.model();
    for (FunctionSummary summary : model.format().functions()) {
      if (summary.name().equals(model.function())) {
        reports.add(new FunctionReport(model, summary, stage.place(), true, Optional.empty()));
      }
    }
  }

  private void print(
      CoreMLModel read,
      Map<String, Integer> types,
      List<Map<String, Object>> tensors,
      List<Stage> stages,
      List<FunctionReport> functions) {
    PrintWriter out = spec.commandLine().getOut();
    boolean isProgram = !read.format().functions().isEmpty();
    out.println(
        model
            + ": "
            + ShownText.line(read.kindInWords())
            + ", specification version "
            + read.specificationVersion()
            + ", "
            + read.size()
            + ", SHA-256 "
            + read.digest());
    if (!isProgram) {
      FeatureText.folded(read.inputs())
          .forEach(input -> out.println("input  " + ShownText.line(input)));
      read.outputs().forEach(output -> out.println("output " + ShownText.line(output.name())));
      out.println("layers " + types);
    }
    stages.forEach(stage -> out.println(stage.line()));
    functions.stream()
        .flatMap(function -> function.lines().stream())
        .forEach(line -> out.println(ShownText.line(line)));
    for (Map<String, Object> row : tensors) {
      out.println(
          String.format(
              Locale.ROOT,
              "%-40s %-14s %-20s %-24s %9s bytes%s",
              ShownText.line(row.get("weightTensor").toString()),
              row.get("layerType"),
              row.get("shape"),
              row.get("storage"),
              row.get("bytes"),
              row.get("quantized").equals(true) ? "  quantized by default" : ""));
    }
  }

  private Readiness readiness(CoreMLModel read) {
    try (Predictor opened = watchdog(1).watch(() -> InferenceEngines.onnxRuntime().open(read))) {
      return new Readiness("", opened.preferredRefusal());
    } catch (BadInputException e) {
      return new Readiness(e.getMessage(), Optional.empty());
    }
  }

  private Watchdog watchdog(int runs) {
    return Watchdog.over(
        model.name(), runLimit.limit().multipliedBy(runs), spec.commandLine().getErr());
  }

  private void requireInputs() {
    if (!inputs.isEmpty()) {
      return;
    }
    if (function != null || steps) {
      throw new UsageException(
          (function != null ? "--function" : "--steps")
              + " is for the model's run, but there is no --input.\n"
              + "Maybe add --input x.npz, or leave it out: inspect tells of every function.");
    }
  }

  /**
   * How large half-precision values become on what is given; a warning is added where too large.
   */
  private SortedMap<String, Float> magnitudes(CoreMLModel read, List<String> warnings) {
    if (inputs.isEmpty()) {
      return new TreeMap<>();
    }
    CoreMLModel seen = function == null ? read : read.asFunction(function);
    List<Map<String, Tensor>> calls = GivenCalls.read(seen, inputs, steps);
    HalfOverflow overflow =
        new HalfOverflow(model.name(), seen, InferenceEngines.onnxRuntime(runLimit.limit()));
    try {
      watchdog(calls.size())
          .watch(
              () -> {
                overflow.look(calls);
                return true;
              });
    } catch (PredictionException e) {
      throw new BadInputException(
          String.join(", ", inputs)
              + ": "
              + e.getMessage()
              + ".\nMaybe look at the inputs with quantsweep inspect.",
          e);
    }
    overflow.finding().ifPresent(sentence -> warnings.add(sentence + "."));
    return overflow.largest();
  }

  private static String text(SortedMap<String, Float> magnitudes) {
    if (magnitudes.isEmpty()) {
      return "float16: no value was computed that is declared in half precision";
    }
    Map.Entry<String, Float> largest =
        Collections.max(magnitudes.entrySet(), Map.Entry.comparingByValue());
    return "float16: the largest magnitude of "
        + magnitudes.size()
        + (magnitudes.size() == 1 ? " value is " : " values is ")
        + largest.getValue()
        + ", at '"
        + largest.getKey()
        + "'";
  }
}
