package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.engine.InferenceEngines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
      "          quantsweep inspect SqueezeNet.mlpackage --json"
    })
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();

  @Parameters(
      paramLabel = "M",
      description = "The model: an .mlmodel file, an .mlpackage folder, or a zip of one.")
  private InputFile model;

  @Override
  public Integer call() {
    CoreMLModel read = ModelReader.read(model.file());
    List<Map<String, Object>> tensors = new ArrayList<>();
    addTensors("", read, tensors);
    Map<String, Integer> types = new TreeMap<>();
    read.layers().forEach(layer -> types.merge(layer.type(), 1, Integer::sum));
    String obstacle = obstacle(read);
    List<FunctionReport> functions = functions(read, obstacle);
    if (common.json()) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("model", model.name());
      report.put("kind", read.kind().toString());
      report.put("specificationVersion", read.specificationVersion());
      report.put("bytes", read.size().bytes());
      report.put("sha256", read.digest().hex());
      report.put("inputs", read.inputs().stream().map(FeatureText::of).toList());
      report.put("outputs", read.outputs().stream().map(output -> output.name()).toList());
      report.put("layerTypes", types);
      report.put("weightTensors", tensors);
      report.put("warnings", read.warnings());
      report.put("canRun", obstacle.isEmpty());
      report.put("obstacle", obstacle.isEmpty() ? null : obstacle);
      if (!functions.isEmpty()) {
        report.put("functions", functions.stream().map(FunctionReport::json).toList());
      }
      spec.commandLine().getOut().println(CommonOptions.toJson(report));
    } else {
      print(read, types, tensors, functions, obstacle);
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

  /** The functions of a model, and of the stages of a pipeline. */
  private List<FunctionReport> functions(CoreMLModel read, String obstacle) {
    List<FunctionReport> reports = new ArrayList<>();
    for (FunctionSummary summary : read.format().functions()) {
      if (read.functions().contains(summary.name())) {
        boolean isDefault = summary.name().equals(read.function());
        CoreMLModel seen = read.asFunction(summary.name());
        String own = isDefault ? obstacle : obstacle(seen);
        reports.add(new FunctionReport(seen, summary, "", isDefault, Optional.of(own)));
      }
    }
    addStages("", read, reports);
    return reports;
  }

  /** A stage runs as its default function. */
  private static void addStages(String around, CoreMLModel pipeline, List<FunctionReport> reports) {
    for (int i = 0; i < pipeline.stages().size(); i++) {
      CoreMLModel stage = pipeline.stages().get(i);
      String place = around + "stage[" + i + "]";
      for (FunctionSummary summary : stage.format().functions()) {
        if (summary.name().equals(stage.function())) {
          reports.add(new FunctionReport(stage, summary, place, true, Optional.empty()));
        }
      }
      addStages(place + "/", stage, reports);
    }
  }

  private void print(
      CoreMLModel read,
      Map<String, Integer> types,
      List<Map<String, Object>> tensors,
      List<FunctionReport> functions,
      String obstacle) {
    PrintWriter out = spec.commandLine().getOut();
    boolean isProgram = !read.format().functions().isEmpty();
    out.println(
        model
            + ": "
            + read.kind()
            + ", specification version "
            + read.specificationVersion()
            + ", "
            + read.size()
            + ", SHA-256 "
            + read.digest());
    if (!isProgram) {
      FeatureText.folded(read.inputs()).forEach(input -> out.println("input  " + input));
      read.outputs().forEach(output -> out.println("output " + output.name()));
      out.println("layers " + types);
    }
    functions.forEach(function -> function.lines().forEach(out::println));
    for (Map<String, Object> row : tensors) {
      out.println(
          String.format(
              Locale.ROOT,
              "%-40s %-14s %-20s %-24s %9s bytes%s",
              row.get("weightTensor"),
              row.get("layerType"),
              row.get("shape"),
              row.get("storage"),
              row.get("bytes"),
              row.get("quantized").equals(true) ? "  quantized by default" : ""));
    }
    read.warnings().forEach(warning -> out.println("warning: " + warning));
    if (!isProgram) {
      out.println(obstacle.isEmpty() ? FunctionReport.RUNS : obstacle);
    }
  }

  private String obstacle(CoreMLModel read) {
    PrintWriter err = spec.commandLine().getErr();
    Watchdog watchdog = Watchdog.over(model.name(), runLimit.limit(), err);
    try {
      watchdog.watch(() -> InferenceEngines.onnxRuntime().open(read)).close();
      return "";
    } catch (BadInputException e) {
      return e.getMessage();
    }
  }
}
