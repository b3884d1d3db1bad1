package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a model. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Run a model on pictures or named arrays.",
    footer = {
      "",
      "Examples: quantsweep predict SqueezeNet.mlmodel cat.jpg",
      "          quantsweep predict Net.mlmodel --input x.npz --output y.npz",
      "          quantsweep predict Net.mlmodel --input image=cat.png --output y.npz",
      "          quantsweep predict Net.mlpackage --function features digit.png",
      "          quantsweep predict Vad.mlpackage --input speech.steps --output y.npz"
    })
final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();
  @Mixin private RunPrecision precision = new RunPrecision();

  @Parameters(
      index = "0",
      paramLabel = "M",
      description = "The model: an .mlmodel file, an .mlpackage folder, or a zip of one.")
  private InputFile model;

  @Parameters(index = "1..*", paramLabel = "PICTURE", description = "Pictures to answer.")
  private List<InputFile> pictures = new ArrayList<>();

  @Option(
      names = "--input",
      paramLabel = "[NAME=]FILE",
      description =
          "An .npz of named arrays, or a picture or .npy for one input. An .npz that names an input"
              + " again begins another call; a folder NAME.steps holds a call in each of 0.npz,"
              + " 1.npz, ... A state goes from call to call.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "Y.npz",
      description =
          "One array for each output; without it, text and pictures. Answers of several calls are"
              + " stacked along a new first axis, or numbered NAME.0, NAME.1 where shapes differ.")
  private OutputFile output;

  @Option(names = "--steps", description = "The first axis of arrays in an .npz counts the calls.")
  private boolean steps;

  @Option(
      names = "--function",
      paramLabel = "NAME",
      description = "The function of an ML Program; without it, the one that the file prefers.")
  private String function;

  @Override
  public Integer call() {
    if (inputs.isEmpty() == pictures.isEmpty()) {
      throw new UsageException(
          "predict wants either pictures or --input.\nMaybe write quantsweep predict M.mlmodel"
              + " picture.png.");
    }
    FloatPrecision held = precision.precision();
    CoreMLModel read = ModelReader.read(model.file());
    CoreMLModel opened = function == null ? read : read.asFunction(function);
    InferenceEngine engine = InferenceEngines.onnxRuntime(runLimit.limit(), held);
    List<Map<String, Tensor>> calls =
        inputs.isEmpty() ? List.of() : GivenCalls.read(opened, inputs, steps);
    HalfOverflow overflow =
        new HalfOverflow(model.name(), opened, InferenceEngines.onnxRuntime(runLimit.limit()));
    try (Predictor predictor = overflow.watching(watchdog(1).watch(() -> engine.open(opened)))) {
      if (!calls.isEmpty()) {
        List<Prediction> answers = predict(predictor, calls, String.join(", ", inputs));
        if (output != null) {
          output.write(AnswerArrays.npz(opened.outputs(), answers));
        } else {
          print(model.file().getFileName().toString(), opened, answers);
        }
      }
      for (InputFile picture : pictures) {
        List<Prediction> answers =
            predict(
                predictor,
                List.of(GivenCalls.prepared(opened, picture, opened.inputs())),
                picture.name());
        if (output != null && pictures.size() == 1) {
          output.write(AnswerArrays.npz(opened.outputs(), answers));
        } else {
          print(picture.name(), opened, answers);
        }
      }
    }
    overflow.warning().ifPresent(spec.commandLine().getErr()::println);
    return 0;
  }

  private Watchdog watchdog(int runs) {
    return Watchdog.over(
        model.name(), runLimit.limit().multipliedBy(runs), spec.commandLine().getErr());
  }

  private List<Prediction> predict(
      Predictor predictor, List<Map<String, Tensor>> calls, String where) {
    try {
      // The first samples are run twice, to see what overflows.
      return watchdog(2 * calls.size()).watch(() -> predictor.predictCalls(calls));
    } catch (PredictionException e) {
      throw new BadInputException(
          where + ": " + e.getMessage() + ".\nMaybe look at the inputs with quantsweep inspect.",
          e);
    }
  }

  /** A line for the answer of each call; several are counted from 0. */
  private void print(String source, CoreMLModel opened, List<Prediction> answers) {
    String stem = source.replaceFirst("\\.[^./]*$", "");
    for (int call = 0; call < answers.size(); call++) {
      boolean isOnly = answers.size() == 1;
      String pictures = isOnly ? stem : stem + "-" + call;
      Map<String, OutputValue> outputs = new TreeMap<>(answers.get(call).outputs());
      PrintWriter out = spec.commandLine().getOut();
      if (common.json()) {
        Map<String, Object> numbers = new TreeMap<>();
        outputs.forEach((name, value) -> numbers.put(name, json(pictures, opened, name, value)));
        Map<String, Object> report = new TreeMap<>(Map.of("input", source, "outputs", numbers));
        if (!isOnly) {
          report.put("call", call);
        }
        out.println(CommonOptions.toJson(report));
      } else {
        StringBuilder line = new StringBuilder(source);
        line.append(isOnly ? ":" : "[" + call + "]:");
        outputs.forEach(
            (name, value) ->
                line.append(' ')
                    .append(name)
                    .append('=')
                    .append(summary(pictures, opened, name, value)));
        out.println(line);
      }
    }
  }

  /** What a program reads: every number. A picture is a file, and this its name. */
  private static Object json(String stem, CoreMLModel opened, String name, OutputValue value) {
    if (value instanceof OutputValue.ClassLabel label) {
      return label.integer() ? Long.valueOf(label.label()) : label.label();
    }
    if (value instanceof OutputValue.Probabilities probabilities) {
      Map<String, Float> byClass = new LinkedHashMap<>();
      for (int i = 0; i < probabilities.labels().size(); i++) {
        byClass.put(probabilities.labels().get(i), probabilities.values().get(i));
      }
      return byClass;
    }
    if (value instanceof OutputValue.Array array) {
      Map<String, Object> numbers = new LinkedHashMap<>();
      numbers.put("shape", array.values().shape().lengths());
      numbers.put("values", array.values().sharedArray());
      return numbers;
    }
    return summary(stem, opened, name, value);
  }

  /** What a person reads: the likeliest class, a shape, a picture's file. */
  private static String summary(String stem, CoreMLModel opened, String name, OutputValue value) {
    if (value instanceof OutputValue.ClassLabel label) {
      return label.label();
    }
    if (value instanceof OutputValue.Probabilities probabilities) {
      int best = 0;
      for (int i = 1; i < probabilities.values().size(); i++) {
        best = probabilities.values().get(i) > probabilities.values().get(best) ? i : best;
      }
      return String.format(
          Locale.ROOT,
          "%.4f (%s)",
          probabilities.values().get(best),
          probabilities.labels().get(best));
    }
    if (value instanceof OutputValue.Picture picture) {
      OutputFile file = new OutputFile(stem + "-" + name + ".png");
      file.write(PictureFile.png(picture.values(), colorSpace(opened, name)));
      return file.name();
    }
    return ((OutputValue.Array) value).values().shape().toString();
  }

  private static ColorSpace colorSpace(CoreMLModel model, String name) {
    for (OutputDescription output : model.outputs()) {
      if (output instanceof OutputDescription.Picture picture && picture.name().equals(name)) {
        return picture.colorSpace();
      }
    }
    return ColorSpace.RGB;
  }
}
