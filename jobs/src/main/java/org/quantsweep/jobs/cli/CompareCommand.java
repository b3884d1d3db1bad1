package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.jobs.guard.FirstRunGuard;
import org.quantsweep.jobs.guard.GuardedEngine;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.LocalSweepRunner;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepPlanner;
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
      "Example: quantsweep compare Net.mlmodel Net6.mlmodel --samples photos/ --agreement 0.95"
    })
final class CompareCommand implements Callable<Integer> {
  private static final double CONFIDENCE = 0.95;

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();

  @Parameters(index = "0", paramLabel = "A", description = "The reference.")
  private InputFile reference;

  @Parameters(index = "1", paramLabel = "B", description = "The model that is judged.")
  private InputFile candidate;

  @Option(
      names = "--samples",
      required = true,
      paramLabel = "S",
      description = "A folder, an .npz file or a table; any Hadoop path.")
  private InputFile samples;

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

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    Criterion parsed = Problems.read(problems, () -> Criteria.parse(criterion));
    AgreementThreshold threshold =
        agreement == null
            ? null
            : Problems.read(problems, () -> AgreementThreshold.parse(agreement));
    Problems.read(problems, () -> SweepOptions.requireQuarantineLimit(quarantineLimit));
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    CoreMLModel model = ModelReader.read(reference.file());
    ModelFiles judged = candidate.model();
    ModelReader.read(judged, candidate.name());
    PicturePreparation preparation = PicturePreparation.DEFAULT;
    AgreementCounts counts;
    Quarantine quarantine;
    int cores = Runtime.getRuntime().availableProcessors();
    try (CommandSamples given = CommandSamples.open(samples);
        LocalSweepRunner runner =
            new LocalSweepRunner(
                model, given.source(), preparation, parsed, guarded(runLimit.limit()), cores)) {
      SampleIndex index = given.source().index();
      ReferenceEvidence answered = runner.runReference();
      quarantine =
          Quarantine.unreadable(given.source().unreadable()).plus(answered.quarantine(index));
      PrintWriter err = spec.commandLine().getErr();
      quarantine.reasons().forEach(reason -> err.println("quarantined " + reason));
      List<Integer> ranks = new ArrayList<>(answered.order());
      if (ranks.isEmpty()) {
        throw new BadInputException(
            samples
                + ": model A answers none of these samples, so nothing can be compared.\n"
                + "Maybe try one of them with quantsweep predict.");
      }
      quarantine.requireWithin(quarantineLimit, samples.toString(), "samples");
      Map<Sha256Digest, Evidence> evidence =
          runner.evaluate(
              SweepPlanner.tasks(index, Map.of(judged.digest(), ranks)),
              new HashMap<>(Map.of(judged.digest(), judged)));
      counts = evidence.getOrDefault(judged.digest(), Evidence.none()).counts(index);
    }
    print(parsed, counts, quarantine);
    boolean below = threshold != null && counts.agreeing() < threshold.required(counts.judged());
    return below ? QuantSweep.NONE_ACCEPTABLE : 0;
  }

  private static InferenceEngine guarded(Duration limit) {
    return new GuardedEngine(InferenceEngines.onnxRuntime(limit), new FirstRunGuard(limit));
  }

  private void print(Criterion parsed, AgreementCounts counts, Quarantine quarantine) {
    if (common.json()) {
      Map<String, Object> report = new TreeMap<>();
      report.put("criterion", parsed.toString());
      report.put("agreeing", counts.agreeing());
      report.put("samples", counts.judged());
      report.put("n", counts.judged());
      report.put("quarantined", quarantine.count());
      report.put("reasons", quarantine.reasons());
      report.put("lowerBound", counts.lowerBound(CONFIDENCE));
      report.put("confidence", CONFIDENCE);
      spec.commandLine().getOut().println(CommonOptions.toJson(report));
    } else {
      spec.commandLine()
          .getOut()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s: %d of %d samples agree (%.4f, lower bound %.4f at %.0f %%; %d quarantined)",
                  parsed,
                  counts.agreeing(),
                  counts.judged(),
                  counts.share(),
                  counts.lowerBound(CONFIDENCE),
                  100 * CONFIDENCE,
                  quarantine.count()));
    }
  }
}
