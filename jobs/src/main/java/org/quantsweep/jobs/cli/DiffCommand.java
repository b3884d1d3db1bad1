package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.difference.ModelDifference;
import org.quantsweep.inference.FeatureMatch;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.onnx.FloatPrecision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what differs between two models. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description =
        "Say what differs between models A and B: structure, weights and, with --samples, answers.",
    footer = {
      "",
      "Exits with 0 when nothing differs, with 3 when something does.",
      "Examples: quantsweep diff Net.mlmodel Net6.mlmodel",
      "          quantsweep diff Net.mlpackage Net4.mlpackage --samples photos/ --json"
    })
final class DiffCommand implements Callable<Integer> {
  /** Something differs; a comparison that comes out below is no failure either. */
  private static final int DIFFERENT = QuantSweep.NONE_ACCEPTABLE;

  private static final String USUAL_CRITERION = "top-1";

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();
  @Mixin private RunPrecision precision = new RunPrecision();

  @Parameters(index = "0", paramLabel = "A", description = "A model: a file or package.")
  private InputFile first;

  @Parameters(index = "1", paramLabel = "B", description = "The other model.")
  private InputFile second;

  @Option(
      names = "--samples",
      paramLabel = "S",
      description = "A folder, an .npz file or a table: answers are compared too.")
  private InputFile samples;

  @Option(names = "--steps", description = "As for compare.")
  private boolean steps;

  @Option(
      names = "--criterion",
      paramLabel = "CRITERION",
      description = "When one sample agrees, as for sweep. Default: top-1.")
  private String criterion;

  @Option(
      names = "--quarantine-limit",
      defaultValue = "0.01",
      paramLabel = "SHARE",
      description = "As for compare. Default: ${DEFAULT-VALUE}.")
  private double quarantineLimit;

  @Option(
      names = "--function",
      paramLabel = "NAME",
      description = "The function whose answers are compared, or A_NAME=B_NAME, as for compare.")
  private String function;

  @Option(
      names = "--map",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "A=B",
      description = "For answers: input or output A of the first is B in the other model.")
  private Map<String, String> map = new LinkedHashMap<>();

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    Criterion parsed =
        Problems.read(
            problems, () -> Criteria.parse(criterion == null ? USUAL_CRITERION : criterion));
    Problems.read(problems, () -> SweepOptions.requireQuarantineLimit(quarantineLimit));
    FloatPrecision held = precision.precision(problems);
    requireSamples(problems);
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    CoreMLModel a = ModelReader.read(first.model(), first.name());
    ModelFiles files = second.model();
    CoreMLModel b = ModelReader.read(files, second.name());
    ModelDifference difference = ModelDifference.of(a, b, FeatureText::of, FeatureText::of);
    DiffReport.Answers answers = samples == null ? null : answers(parsed, held, a, b, files);
    DiffReport report = new DiffReport(first.name(), second.name(), a, b, difference, answers);
    PrintWriter out = spec.commandLine().getOut();
    if (common.json()) {
      out.println(CommonOptions.toJson(report.json()));
    } else {
      report.lines().forEach(out::println);
    }
    return report.isSame() ? 0 : DIFFERENT;
  }

  /** Flags about answers are not ignored where no answer is compared. */
  private void requireSamples(List<String> problems) {
    if (samples != null) {
      return;
    }
    List<String> idle = new ArrayList<>();
    if (criterion != null) {
      idle.add("--criterion");
    }
    if (function != null) {
      idle.add("--function");
    }
    if (!map.isEmpty()) {
      idle.add("--map");
    }
    if (steps) {
      idle.add("--steps");
    }
    if (!idle.isEmpty()) {
      problems.add(
          String.join(", ", idle)
              + (idle.size() == 1 ? " is" : " are")
              + " about answers, but there is no --samples.\nMaybe add --samples, or leave "
              + (idle.size() == 1 ? "it" : "them")
              + " out.");
    }
  }

  private DiffReport.Answers answers(
      Criterion parsed, FloatPrecision held, CoreMLModel a, CoreMLModel b, ModelFiles files) {
    ComparedFunctions functions = ComparedFunctions.parse(function);
    CoreMLModel model = functions.first(a);
    CoreMLModel other = functions.second(b);
    Prediction example = Prediction.example(model.outputs());
    Criteria.requireFit(parsed, example);
    FeatureMatch match = FeatureMatch.of(model, other, map, parsed.compared(example));
    PrintWriter err = spec.commandLine().getErr();
    match.notes().forEach(err::println);
    LargestErrors errors = new LargestErrors(parsed);
    ComparedAnswers compared =
        ComparedAnswers.of(
            new ComparedAnswers.Models(first.name(), second.name(), model, other, files, match),
            samples,
            new ComparedAnswers.Settings(steps, errors, quarantineLimit, runLimit.limit(), held),
            err,
            counted -> {},
            ComparedAnswers.Look.NONE);
    return new DiffReport.Answers(parsed.toString(), compared, errors.largest());
  }
}
