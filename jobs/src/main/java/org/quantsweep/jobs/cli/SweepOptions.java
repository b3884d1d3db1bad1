package org.quantsweep.jobs.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.datasets.SteppedPreparation;
import org.quantsweep.datasets.picture.Fit;
import org.quantsweep.datasets.picture.Orientation;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.job.ConfirmationSettings;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.ReportSettings;
import org.quantsweep.job.SplitSettings;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.Objective;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a sweep judges; the demo takes these too. */
final class SweepOptions {
  static final String UNIFORM = "uniform";
  static final String PER_TENSOR = "per-tensor";

  private static final String USUAL_AGREEMENT = "0.95";

  @Option(
      names = "--criterion",
      defaultValue = "top-1",
      paramLabel = "CRITERION",
      description =
          "When one sample agrees: top-1, top-k:K, psnr:DB, snr:DB, cosine:C, largest-error:E,"
              + " pixel-agreement:P; @OUTPUT compares one output. Default: ${DEFAULT-VALUE}.")
  private String criterion;

  @Option(
      names = "--agreement",
      paramLabel = "SHARE",
      description = "Share of samples that must agree, in [0, 1]. Default: 0.95.")
  private String agreement;

  @Option(
      names = "--class-floor",
      paramLabel = "SHARE",
      description =
          "Beside --agreement: of each class that the model answers on at least 20 samples, at"
              + " least this share must agree too, in (0, 1]. Default: nothing is asked of"
              + " classes.")
  private String classFloor;

  @Option(
      names = "--largest-size",
      paramLabel = "SIZE",
      description =
          "Instead of --agreement: find what agrees most often among models of at most that many"
              + " bytes, for example 5MB or 800KB; powers of 1000.")
  private String largestSize;

  @Option(
      names = "--objective",
      defaultValue = "size",
      paramLabel = "BYTES",
      description =
          "Which bytes are to be few: size, those on disk, or download, those of each file deflated"
              + " alone at level 9. Default: ${DEFAULT-VALUE}.")
  private String objective;

  @Mixin private SearchOptions search = new SearchOptions();
  @Mixin private RunLimit runLimit = new RunLimit();
  @Mixin private RunPrecision precision = new RunPrecision();
  @Mixin private DeploymentOptions deployment = new DeploymentOptions();
  @Mixin private ReportOptions report = new ReportOptions();

  @Option(
      names = "--schemes",
      split = ",",
      paramLabel = "SCHEME",
      description = "Only these schemes, for example linear:6,lut-kmeans:6; as-given is the file.")
  private List<String> schemes = new ArrayList<>();

  @Option(names = "--layers", split = ",", paramLabel = "NAME", description = "Only these layers.")
  private List<String> layers = new ArrayList<>();

  @Option(
      names = "--layer-types",
      split = ",",
      paramLabel = "TYPE",
      description = "Only layers of these types, for example convolution.")
  private List<String> layerTypes = new ArrayList<>();

  @Option(
      names = "--least-weights",
      defaultValue = "0",
      paramLabel = "N",
      description = "Only weight tensors of at least N weights.")
  private long leastWeights;

  @Option(names = "--quantize-vectors", description = "Quantize biases and other vectors too.")
  private boolean vectors;

  @Option(
      names = "--keep-batch-norm",
      description = "Do not fold batch norms into the convolutions before them.")
  private boolean keepBatchNorm;

  @Option(
      names = "--evaluate-all",
      description = "Judge every candidate on every sample, for the full table.")
  private boolean evaluateAll;

  @Option(
      names = "--max-evaluations",
      paramLabel = "N",
      defaultValue = "2147483647",
      description = "Judge at most N candidates, uniform ones and plans together.")
  private int maxEvaluations;

  @Option(
      names = "--fit",
      defaultValue = "stretch",
      paramLabel = "FIT",
      description = "Pictures of another aspect ratio: stretch, crop or letterbox.")
  private String fit;

  @Option(names = "--exif-orientation", description = "Turn pictures as their EXIF data says.")
  private boolean orientation;

  @Option(
      names = "--steps",
      description =
          "The first axis of a sample's arrays counts its calls; all of them have to agree.")
  private boolean steps;

  @Option(
      names = "--quarantine-limit",
      defaultValue = "0.01",
      paramLabel = "SHARE",
      description =
          "Largest share of each set of samples that may be unreadable or unanswered. Default:"
              + " ${DEFAULT-VALUE}.")
  private double quarantineLimit;

  @Option(
      names = "--evaluations",
      defaultValue = "",
      paramLabel = "TABLE",
      description = "Delta table of evaluations to share; default: in the output folder.")
  private String evaluations;

  @Option(
      names = "--function",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "NAME",
      description =
          "Of a model of several functions: judge this one; may be repeated. Default: all.")
  private List<String> functions = new ArrayList<>();

  @Option(
      names = "--run-id",
      defaultValue = "",
      paramLabel = "ID",
      description = "What you call this run: stands in the result as runId, and changes nothing.")
  private String runId;

  /**
   * The limit itself.
   *
   * @throws UsageException when it is no share
   */
  static double requireQuarantineLimit(double limit) {
    if (!(limit >= 0 && limit <= 1)) {
      throw new UsageException(
          "--quarantine-limit (" + limit + ") must be in [0, 1].\nMaybe write 0.01.");
    }
    return limit;
  }

  /**
   * Beside a largest size there is nothing to meet or to pass, and everything that fits is judged.
   */
  private void requireAlone(List<String> problems) {
    if (agreement != null) {
      problems.add(
          "--agreement and --largest-size exclude each other: one asks for the smallest model that"
              + " agrees often enough, the other for the most agreeing of those that are small"
              + " enough.\nMaybe leave one of them out.");
    }
    List<String> idle = new ArrayList<>(search.ruleFlags());
    if (classFloor != null) {
      idle.add("--class-floor");
    }
    if (!idle.isEmpty()) {
      problems.add(
          "--largest-size has no rule to pass, which is what "
              + String.join(", ", idle)
              + (idle.size() == 1 ? " is about." : " are about.")
              + "\nMaybe leave "
              + (idle.size() == 1 ? "it" : "them")
              + " out.");
    }
    if (evaluateAll) {
      problems.add(
          "--evaluate-all and --largest-size exclude each other: what is larger is not judged, and"
              + " all that fits is judged on every sample.\nMaybe write --family uniform instead of"
              + " --evaluate-all.");
    }
  }

  /** Checks everything together, so that all problems are said at once. */
  SweepSettings settings(String model, List<String> samples, String output) {
    boolean schemesAreMeant = evaluateAll || !schemes.isEmpty();
    return settings(model, samples, output, schemesAreMeant ? UNIFORM : PER_TENSOR);
  }

  /**
   * The same.
   *
   * @param family where none is named
   */
  SweepSettings settings(String model, List<String> samples, String output, String family) {
    List<String> problems = new ArrayList<>();
    Criterion parsed = Problems.read(problems, () -> Criteria.parse(criterion));
    AgreementThreshold threshold =
        Problems.read(
            problems,
            () -> AgreementThreshold.parse(agreement == null ? USUAL_AGREEMENT : agreement));
    ClassFloor floor =
        classFloor == null
            ? ClassFloor.NONE
            : Problems.read(problems, () -> ClassFloor.parse(classFloor));
    if (classFloor != null && parsed != null) {
      Problems.read(
          problems,
          () -> {
            Criteria.requireClasses(parsed);
            return parsed;
          });
    }
    LargestSize largest =
        largestSize == null ? null : Problems.read(problems, () -> LargestSize.parse(largestSize));
    if (largestSize != null) {
      requireAlone(problems);
    }
    Objective bytes = Problems.read(problems, () -> Objective.parse(objective));
    for (String scheme : schemes) {
      if (!scheme.equals(Candidate.AS_GIVEN)) {
        Problems.read(problems, () -> Scheme.parse(scheme));
      }
    }
    Fit parsedFit = Problems.read(problems, () -> Fit.parse(fit));
    Optional<PerTensorSettings> perTensor = search.perTensor(problems, family);
    SplitSettings splits = search.splits(problems);
    ConfirmationSettings confirmation = search.confirmation(problems);
    Optional<Duration> timeBudget = search.timeBudget(problems);
    Duration longestRun = runLimit.limit(problems);
    FloatPrecision rounding = precision.precision(problems);
    Deployment place = deployment.deployment(problems);
    ReportSettings kept = report.settings(problems);
    if (maxEvaluations < 1) {
      problems.add(
          "--max-evaluations (" + maxEvaluations + ") must be at least 1.\nMaybe leave it out.");
    }
    Problems.read(problems, () -> requireQuarantineLimit(quarantineLimit));
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    SweepSettings.Builder settings =
        SweepSettings.builder(
                model,
                samples,
                SteppedPreparation.of(
                    new PicturePreparation(
                        orientation ? Orientation.EXIF : Orientation.AS_STORED,
                        parsedFit,
                        PictureLimits.DEFAULT),
                    steps),
                output)
            .criterion(parsed)
            .threshold(threshold)
            .classFloor(floor)
            .objective(bytes)
            .schemes(schemes)
            .selection(new WeightSelection(layers, layerTypes, leastWeights, vectors))
            .maxEvaluations(maxEvaluations)
            .quarantineLimit(quarantineLimit)
            .evaluations(evaluations)
            .runId(runId)
            .splits(splits)
            .confirmation(confirmation)
            .functions(functions)
            .deployment(place)
            .report(kept)
            .runLimit(longestRun);
    if (largest != null) {
      settings.largestSize(largest);
    }
    if (rounding == FloatPrecision.FLOAT16) {
      settings.halfPrecision();
    }
    if (keepBatchNorm) {
      settings.keepBatchNorm();
    }
    if (evaluateAll) {
      settings.evaluateAll();
    }
    perTensor.ifPresentOrElse(settings::perTensor, settings::uniform);
    timeBudget.ifPresent(settings::timeBudget);
    return settings.build();
  }
}
