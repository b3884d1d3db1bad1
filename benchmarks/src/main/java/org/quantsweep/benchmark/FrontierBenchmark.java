package org.quantsweep.benchmark;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.SearchSpace;
import org.quantsweep.search.Strategy;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Judges the plans of one line, and the uniform candidates, on every sample once, and writes who
 * disagrees where. What a procedure decides on a split is then a matter of looking it up: {@code
 * confirmation.sh} does it for hundreds of splits. Options are fitted and measured on samples that
 * no split holds.
 *
 * <pre>
 * mvn -q -pl jobs,benchmarks -am package -DskipTests
 * benchmarks/frontier.sh --model mnistCNN.mlmodel --samples PICTURES --output frontier.csv
 * </pre>
 */
@Command(name = "frontier", mixinStandardHelpOptions = true)
public final class FrontierBenchmark implements Callable<Integer> {
  private static final int CHUNK = 8;

  @Option(names = "--model", required = true)
  private Path file;

  @Option(names = "--samples", required = true)
  private Path samples;

  @Option(
      names = "--calibration",
      description = "What options are fitted and measured on; default: a fifth of --samples.")
  private Path calibration;

  @Option(names = "--most-calibration", defaultValue = "300")
  private int mostCalibration;

  @Option(names = "--criterion", defaultValue = "top-1")
  private String criterion;

  @Option(names = "--sensitivity-samples", defaultValue = "128")
  private int sensitivitySamples;

  @Option(names = "--bits", split = ",", defaultValue = "1,2,3,4,5,6,7,8")
  private Set<Integer> bits;

  @Option(names = "--from", defaultValue = "0", description = "Bytes of the smallest plan.")
  private long from;

  @Option(names = "--to", defaultValue = "1000000000", description = "Bytes of the largest plan.")
  private long to;

  @Option(names = "--step", defaultValue = "1.005", description = "Ratio of neighbouring sizes.")
  private double step;

  @Option(names = "--uniform-to", defaultValue = "1000000000", description = "Bytes, at most.")
  private long uniformTo;

  @Option(names = "--threads", description = "Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--output", required = true)
  private Path output;

  /** A candidate, and the summed loss of its options. */
  private record Line(String name, Candidate candidate, double loss) {}

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FrontierBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    SearchBench bench = new SearchBench(file, Criteria.parse(criterion), threads);
    LocalSamples all = LocalSamples.read(samples, IngestLimits.DEFAULT);
    SampleSplits parts =
        SampleSplits.of(
            all.index(),
            calibration == null
                ? new SplitSizes(new BigDecimal("0.2"), new BigDecimal("0.8"), BigDecimal.ZERO)
                : SplitSizes.SELECTION_ONLY,
            0);
    SampleSource judged = new SampleSubset(all, parts.selection());
    SampleSource fitting =
        calibration == null
            ? new SampleSubset(all, SampleSplits.first(parts.calibration(), mostCalibration))
            : first(LocalSamples.read(calibration, IngestLimits.DEFAULT), mostCalibration);
    SampleSource alone = first(fitting, sensitivitySamples);
    List<Line> lines;
    long started = System.nanoTime();
    try (LocalOptionRunner options = bench.optionRunner(fitting, alone)) {
      lines = lines(bench, bench.pass(options, alone), alone.index().total());
    }
    System.out.printf(
        Locale.ROOT,
        "%d candidates on %d samples; options took %.0f s%n",
        lines.size(),
        judged.index().size(),
        (System.nanoTime() - started) * 1e-9);
    try (SweepRunner runner = bench.runner(judged)) {
      write(bench, judged, runner, lines);
    }
    System.out.printf(Locale.ROOT, "%.0f s in all%n", (System.nanoTime() - started) * 1e-9);
    return 0;
  }

  private static SampleSource first(SampleSource samples, int most) {
    return new SampleSubset(samples, SampleSplits.first(samples.index(), most));
  }

  private List<Line> lines(SearchBench bench, OptionPass pass, long samples) {
    SearchSpace space =
        pass.space(bench.tensors, bench.calibratable, SearchBench.rules(bits, true));
    OptionPass.Measured measured =
        pass.sensitivities(space, samples, AgreementThreshold.parse("0.9"));
    List<Line> lines = new ArrayList<>();
    double last = 0;
    for (QuantizationPlan plan :
        Strategy.KNAPSACK.line(measured.space(), measured.sensitivities())) {
      Candidate candidate = bench.plans.add(plan);
      long bytes = candidate.encodedSize().bytes();
      if (bytes >= from && bytes <= to && bytes >= last * step) {
        lines.add(new Line("plan", candidate, loss(plan, measured.sensitivities())));
        last = bytes;
      }
    }
    for (Scheme scheme : bench.model.format().uniformSchemes()) {
      QuantizationPlan plan = QuantizationPlan.uniform(scheme, bench.tensors);
      Candidate candidate = new Candidate.Uniform(scheme, bench.encoder.encodedSize(plan));
      long bytes = candidate.encodedSize().bytes();
      if (bytes >= from && bytes <= uniformTo && candidate.name().indexOf('+') < 0) {
        Optional<Map<TensorOption, Sensitivity>> alone = pass.alone(plan, samples);
        lines.add(new Line(candidate.name(), candidate, loss(plan, alone.orElseThrow())));
      }
    }
    return lines;
  }

  private static double loss(QuantizationPlan plan, Map<TensorOption, Sensitivity> measured) {
    return plan.schemes().entrySet().stream()
        .mapToDouble(
            entry -> measured.get(new TensorOption(entry.getKey(), entry.getValue())).loss())
        .sum();
  }

  /** A line for each candidate; samples are told by their place in the order of margins. */
  private void write(SearchBench bench, SampleSource judged, SweepRunner runner, List<Line> lines)
      throws IOException {
    ReferenceEvidence reference = runner.runReference();
    List<Integer> order = reference.order();
    BitSet ranks = reference.answered();
    StringBuilder text = new StringBuilder();
    text.append("# %s, %s, %d samples%n".formatted(file.getFileName(), criterion, order.size()));
    text.append("name,bytes,loss,disagreeing\n");
    for (int at = 0; at < lines.size(); at += CHUNK) {
      List<Line> chunk = lines.subList(at, Math.min(lines.size(), at + CHUNK));
      Map<Sha256Digest, ModelFiles> models = new HashMap<>();
      Map<Sha256Digest, BitSet> wave = new HashMap<>();
      List<Sha256Digest> digests = new ArrayList<>();
      for (Line line : chunk) {
        ModelFiles model = bench.encode(line.candidate());
        models.put(model.digest(), model);
        wave.put(model.digest(), ranks);
        digests.add(model.digest());
      }
      Map<Sha256Digest, Evidence> found =
          runner.evaluate(SweepPlanner.tasks(judged.index(), wave), models);
      for (int i = 0; i < chunk.size(); i++) {
        Evidence evidence = found.get(digests.get(i));
        List<String> places = new ArrayList<>();
        for (int place = 0; place < order.size(); place++) {
          if (!evidence.isAgreed(order.get(place))) {
            places.add(Integer.toString(place));
          }
        }
        Line line = chunk.get(i);
        text.append(line.name())
            .append(',')
            .append(line.candidate().encodedSize().bytes())
            .append(',')
            .append(String.format(Locale.ROOT, "%.8g", line.loss()))
            .append(',')
            .append(String.join(" ", places))
            .append('\n');
        System.out.printf(
            Locale.ROOT,
            "%s %d: %.4f%n",
            line.name(),
            line.candidate().encodedSize().bytes(),
            1 - (double) places.size() / order.size());
      }
    }
    Files.writeString(output, text, StandardCharsets.UTF_8);
  }
}
