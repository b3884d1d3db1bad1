package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Confidence;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.FeatureMatch;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.job.ComparisonEvidence;
import org.quantsweep.job.ReportSettings;
import org.quantsweep.jobs.page.Comparison;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.jobs.sweep.ReportPictures;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.sample.Quarantine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says on how many samples a model agrees with another. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Say on which share of samples model B agrees with model A.",
    footer = {
      "",
      "Exits with 3 when the share is below --agreement, with 4 when too many samples cannot be",
      "used (--quarantine-limit), or none is left.",
      "Examples: quantsweep compare Net.mlmodel Net6.mlmodel --samples photos/ --agreement 0.95",
      "          quantsweep compare Net.mlmodel Net.mlpackage --samples photos/ --map out=var_81"
    })
final class CompareCommand implements Callable<Integer> {
  private static final double CONFIDENCE = 0.95;

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();
  @Mixin private RunPrecision precision = new RunPrecision();

  @Parameters(index = "0", paramLabel = "A", description = "The reference: a file or package.")
  private InputFile reference;

  @Parameters(index = "1", paramLabel = "B", description = "The model that is judged.")
  private InputFile candidate;

  @Option(
      names = "--samples",
      required = true,
      paramLabel = "S",
      description =
          "A folder, an .npz file or a table; any Hadoop path. A folder NAME.steps in it, with"
              + " 0.npz, 1.npz, ..., is one sample of several calls, which all have to agree.")
  private InputFile samples;

  @Option(
      names = "--steps",
      description =
          "The first axis of a sample's arrays counts its calls; in an .npz of samples, the"
              + " second.")
  private boolean steps;

  @Option(names = "--criterion", defaultValue = "top-1", description = "As for sweep.")
  private String criterion;

  @Option(
      names = "--quarantine-limit",
      defaultValue = "0.01",
      paramLabel = "SHARE",
      description =
          "Largest share of samples that may be unreadable or unanswered. Default:"
              + " ${DEFAULT-VALUE}.")
  private double quarantineLimit;

  @Option(names = "--agreement", paramLabel = "SHARE", description = "The least share, in [0, 1].")
  private String agreement;

  @Option(
      names = "--function",
      paramLabel = "NAME",
      description =
          "The function of both models, or A_NAME=B_NAME; without it, the one that each file"
              + " prefers.")
  private String function;

  @Option(
      names = "--map",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "A=B",
      description =
          "Input or output A of the reference is B in the other model. Without it they match by"
              + " name, else by kind (label, probabilities, picture, array) where one of it is left"
              + " on each side.")
  private Map<String, String> map = new LinkedHashMap<>();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a page that shows how both models compare; any Hadoop path.")
  private OutputFile report;

  @Override
  public Integer call() {
    AtomicReference<Quarantine> counted = new AtomicReference<>();
    try {
      return compare(counted::set);
    } catch (BadInputException e) {
      if (common.json() && counted.get() != null) {
        Map<String, Object> counts = new TreeMap<>();
        counts.put("criterion", criterion);
        putCounts(counts, counted.get());
        spec.commandLine().getOut().println(CommonOptions.toJson(counts));
      }
      throw e;
    }
  }

  /** n, the samples that count, and what does not. */
  private static void putCounts(Map<String, Object> report, Quarantine quarantine) {
    report.put("n", quarantine.size() - quarantine.count());
    report.put("quarantined", quarantine.count());
    report.put("reasons", quarantine.reasons());
  }

  private int compare(Consumer<Quarantine> counted) {
    List<String> problems = new ArrayList<>();
    Criterion parsed = Problems.read(problems, () -> Criteria.parse(criterion));
    AgreementThreshold threshold =
        agreement == null
            ? null
            : Problems.read(problems, () -> AgreementThreshold.parse(agreement));
    Problems.read(problems, () -> SweepOptions.requireQuarantineLimit(quarantineLimit));
    FloatPrecision held = precision.precision(problems);
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    ComparedFunctions functions = ComparedFunctions.parse(function);
    CoreMLModel model = functions.first(ModelReader.read(reference.model(), reference.name()));
    ModelFiles judged = candidate.model();
    CoreMLModel other = functions.second(ModelReader.read(judged, candidate.name()));
    Prediction example = Prediction.example(model.outputs());
    Criteria.requireFit(parsed, example);
    FeatureMatch match = FeatureMatch.of(model, other, map, parsed.compared(example));
    PrintWriter err = spec.commandLine().getErr();
    match.notes().forEach(err::println);
    List<EvidenceBundle> bundle = new ArrayList<>();
    ComparedAnswers answers =
        ComparedAnswers.of(
            new ComparedAnswers.Models(
                reference.name(), candidate.name(), model, other, judged, match),
            samples,
            new ComparedAnswers.Settings(steps, parsed, quarantineLimit, runLimit.limit(), held),
            err,
            counted,
            report == null
                ? ComparedAnswers.Look.NONE
                : (source, preparation, answered, found) -> {
                  InferenceEngine again = InferenceEngines.onnxRuntime(runLimit.limit(), held);
                  try (Predictor first = again.open(model);
                      Predictor second = match.renamed(again.open(other))) {
                    bundle.add(
                        ComparisonEvidence.of(
                            new ComparisonEvidence.Compared(model, other, judged, first, second),
                            new ComparisonEvidence.Judged(
                                source, preparation, parsed, answered, found),
                            ReportSettings.DEFAULT,
                            new ReportPictures(),
                            environment(again)));
                  }
                });
    AgreementCounts counts = answers.counts();
    print(parsed, match, counts, answers.quarantine());
    boolean below = threshold != null && counts.agreeing() < threshold.required(counts.judged());
    if (!bundle.isEmpty()) {
      List<String> remarks = new ArrayList<>(match.notes());
      remarks.addAll(answers.remarks());
      Comparison comparison =
          new Comparison(
              told(reference.name(), ModelReader.unpacked(reference.model(), reference.name())),
              told(candidate.name(), judged),
              parsed.toString(),
              threshold == null ? null : threshold.toString(),
              new SweepResult.Agreement(
                  counts.agreeing(), counts.judged(), counts.lowerBound(CONFIDENCE), CONFIDENCE),
              !below,
              answers.quarantine().count(),
              settings(),
              remarks);
      report.write(ReportPage.of(comparison, bundle.get(0)).getBytes(StandardCharsets.UTF_8));
    }
    return below ? QuantSweep.NONE_ACCEPTABLE : 0;
  }

  private static SweepResult.SourceModel told(String name, ModelFiles files) {
    return new SweepResult.SourceModel(
        name, files.size().bytes(), files.digest().hex(), DownloadSize.of(files).bytes());
  }

  private SortedMap<String, String> settings() {
    TreeMap<String, String> settings = new TreeMap<>();
    settings.put("samples", samples.toString());
    settings.put("criterion", criterion);
    settings.put("quarantine-limit", Double.toString(quarantineLimit));
    settings.put("steps", Boolean.toString(steps));
    if (agreement != null) {
      settings.put("agreement", agreement);
    }
    if (function != null) {
      settings.put("function", function);
    }
    map.forEach((one, other) -> settings.merge("map", one + "=" + other, (a, b) -> a + "\n" + b));
    return settings;
  }

  private static SortedMap<String, String> environment(InferenceEngine engine) {
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("engine", engine.identity());
    environment.put("java", System.getProperty("java.version"));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return environment;
  }

  private void print(
      Criterion parsed, FeatureMatch match, AgreementCounts counts, Quarantine quarantine) {
    if (common.json()) {
      Map<String, Object> report = new TreeMap<>();
      report.put("criterion", parsed.toString());
      report.put("agreeing", counts.agreeing());
      report.put("samples", counts.judged());
      putCounts(report, quarantine);
      report.put("lowerBound", counts.lowerBound(CONFIDENCE));
      report.put("confidence", CONFIDENCE);
      report.put("map", match.renamed());
      spec.commandLine().getOut().println(CommonOptions.toJson(report));
    } else {
      spec.commandLine()
          .getOut()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s: %d of %d samples agree (%.4f, lower bound %.4f at %s %%; %d quarantined)",
                  parsed,
                  counts.agreeing(),
                  counts.judged(),
                  counts.share(),
                  counts.lowerBound(CONFIDENCE),
                  Confidence.percent(CONFIDENCE),
                  quarantine.count()));
    }
  }
}
