package org.quantsweep.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.calibration.CalibratedQuantizer;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.calibration.InputMomentsCodec;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.OptionEvaluator;
import org.quantsweep.sweep.ShardEvaluator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long fitting takes, by weight tensor and form, and what error it leaves at the layer's
 * output. One thread fits all options that a search offers; seconds are that thread's time on a
 * processor, so that others on the machine count little. The plain codes, which every fit is
 * compared with, are timed apart.
 *
 * <pre>
 * mvn -q -pl jobs,benchmarks -am package -DskipTests
 * benchmarks/fitting.sh --model MODEL --calibration PICTURES --output ROWS.csv
 * </pre>
 */
@Command(name = "fitting", mixinStandardHelpOptions = true)
public final class FittingBenchmark implements Callable<Integer> {
  @Option(names = "--model", required = true)
  private Path file;

  @Option(names = "--calibration", required = true)
  private Path calibration;

  @Option(names = "--samples", defaultValue = "100")
  private int samples;

  @Option(
      names = "--held-out",
      description = "So many further samples, under whose statistics errors are told as well.",
      defaultValue = "0")
  private int heldOut;

  @Option(names = "--moments", description = "A folder that keeps statistics for another run.")
  private Path kept;

  @Option(names = "--tensors", description = "Those that contain this.", defaultValue = "")
  private String tensors;

  @Option(names = "--forms", description = "Those that contain this.", defaultValue = "")
  private String forms;

  @Option(
      names = "--damping",
      description = "As a share of the mean second moment; the usual one is ${DEFAULT-VALUE}.",
      defaultValue = "0.01")
  private double damping;

  @Option(names = "--output", description = "A row for each fit, separated by commas.")
  private Path output;

  @Option(names = "--against", description = "Such rows of another version.")
  private Path against;

  /** A file beside statistics of all weight tensors. */
  private static final String COMPLETE = "complete";

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final List<Row> rows = new ArrayList<>();

  /**
   * A fit.
   *
   * @param seconds that it took beyond the plain codes
   * @param plain seconds that these took
   * @param error under the statistics that it was fitted on
   * @param heldOut under those of other samples; NaN where there are none
   * @param bytes of the model with this weight tensor alone in this form; -1 where not known
   */
  private record Row(
      String tensor,
      String scheme,
      double seconds,
      double plain,
      double error,
      double heldOut,
      long bytes) {
    String line() {
      return String.format(
          Locale.ROOT,
          "%s,%s,%.4f,%.4f,%.9g,%.9g,%d",
          tensor,
          scheme,
          seconds,
          plain,
          error,
          heldOut,
          bytes);
    }

    static Row of(String line) {
      String[] parts = line.split(",");
      return new Row(
          parts[0],
          parts[1],
          Double.parseDouble(parts[2]),
          Double.parseDouble(parts[3]),
          Double.parseDouble(parts[4]),
          parts.length > 5 ? Double.parseDouble(parts[5]) : Double.NaN,
          parts.length > 6 ? Long.parseLong(parts[6]) : -1);
    }
  }

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FittingBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    CoreMLModel model = Rewrite.FOLD_BATCH_NORM.apply(ModelReader.read(file));
    List<WeightTensor> chosen =
        WeightSelection.DEFAULT.of(model).stream()
            .filter(tensor -> CalibratedQuantizer.isCalibratable(model, tensor))
            .filter(tensor -> tensor.identity().contains(tensors))
            .toList();
    SampleSource all = LocalSamples.read(calibration, IngestLimits.DEFAULT);
    SampleIndex first = SampleSplits.first(all.index(), samples);
    SampleIndex others =
        SampleSplits.without(SampleSplits.first(all.index(), samples + heldOut), first);
    Map<String, InputMoments> moments = moments(model, chosen, new SampleSubset(all, first), "");
    Map<String, InputMoments> further =
        heldOut == 0
            ? Map.of()
            : moments(model, chosen, new SampleSubset(all, others), "held-out-");
    ModelEncoder encoder = new ModelEncoder(model, (tensor, scheme) -> null);
    double preparing = 0;
    for (WeightTensor tensor : chosen) {
      TensorQuantizer plain = model.format().quantizer(tensor);
      List<Scheme.Compression> fitted = new ArrayList<>();
      for (Scheme scheme : encoder.options(tensor.identity())) {
        if (scheme instanceof Scheme.Compression form
            && form.calibrated()
            && form.toString().contains(forms)) {
          fitted.add(form);
        }
      }
      for (boolean added : new boolean[] {false, true}) {
        List<Scheme.Compression> own =
            fitted.stream().filter(form -> form.addsBias() == added).toList();
        if (own.isEmpty()) {
          continue;
        }
        Preparation prepared =
            added ? CalibratedQuantizer::withAddedBias : CalibratedQuantizer::new;
        InputMoments other = heldOut == 0 ? null : further.get(tensor.identity());
        long started = now();
        try (CalibratedQuantizer quantizer =
                prepared.of(model, tensor, plain, moments.get(tensor.identity()), settings());
            CalibratedQuantizer judge =
                other == null
                    ? null
                    : prepared.of(model, tensor, plain, other, CalibrationSettings.DEFAULT)) {
          preparing += since(started);
          for (Scheme.Compression form : own) {
            row(tensor, quantizer, judge, plain, form, bytes(encoder, tensor, form));
          }
        }
      }
    }
    summary(preparing);
    return 0;
  }

  /** Prepares the fitting of a weight tensor, with an added bias or without. */
  private interface Preparation {
    CalibratedQuantizer of(
        CoreMLModel model,
        WeightTensor tensor,
        TensorQuantizer plain,
        InputMoments moments,
        CalibrationSettings settings);
  }

  private CalibrationSettings settings() {
    CalibrationSettings usual = CalibrationSettings.DEFAULT;
    return new CalibrationSettings(
        usual.patchesPerSample(),
        damping,
        usual.largestOrder(),
        usual.meanTrust(),
        usual.rounds(),
        usual.seed());
  }

  private static long bytes(ModelEncoder encoder, WeightTensor tensor, Scheme scheme) {
    TreeMap<String, Scheme> alone = new TreeMap<>(Map.of(tensor.identity(), scheme));
    return encoder.encodedSize(new QuantizationPlan(alone)).bytes();
  }

  private void row(
      WeightTensor tensor,
      CalibratedQuantizer quantizer,
      CalibratedQuantizer judge,
      TensorQuantizer plain,
      Scheme.Compression scheme,
      long bytes)
      throws IOException {
    // Tables of least error are found once and kept: the first call pays for them.
    plain.quantize(scheme.plain());
    long started = now();
    plain.quantize(scheme.plain());
    double again = since(started);
    started = now();
    QuantizedWeights fitted = quantizer.quantize(scheme).weights();
    double error = quantizer.outputError(fitted);
    double seconds = Math.max(0, since(started) - again);
    double other = judge == null ? Double.NaN : judge.outputError(fitted);
    Row row = new Row(tensor.identity(), scheme.toString(), seconds, again, error, other, bytes);
    rows.add(row);
    if (output != null) {
      Files.writeString(
          output,
          row.line() + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private void summary(double preparing) throws IOException {
    Map<String, Row> others = new HashMap<>();
    if (against != null) {
      for (String line : Files.readAllLines(against)) {
        Row other = Row.of(line);
        others.put(other.tensor() + " " + other.scheme(), other);
      }
    }
    Map<String, List<Row>> byForm = new TreeMap<>();
    for (Row row : rows) {
      byForm.computeIfAbsent(row.scheme(), missing -> new ArrayList<>()).add(row);
    }
    System.out.println(
        "form,fits,seconds,plain codes,mean error to the other's,worst,mean held-out error to"
            + " the other's");
    byForm.forEach((form, own) -> tell(form, own, others));
    tell("all", rows, others);
    System.out.printf(Locale.ROOT, "preparing took %.1f s%n", preparing);
    System.out.printf(
        Locale.ROOT,
        "the heap holds %d MB of at most %d%n",
        Runtime.getRuntime().totalMemory() >> 20,
        Runtime.getRuntime().maxMemory() >> 20);
  }

  private static void tell(String form, List<Row> own, Map<String, Row> others) {
    Ratios fitted = new Ratios();
    Ratios heldOut = new Ratios();
    for (Row row : own) {
      Row other = others.get(row.tensor() + " " + row.scheme());
      if (other != null) {
        fitted.add(row.error(), other.error());
        heldOut.add(row.heldOut(), other.heldOut());
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%.2f,%.2f,%.4f,%.4f,%.4f%n",
        form,
        own.size(),
        own.stream().mapToDouble(Row::seconds).sum(),
        own.stream().mapToDouble(Row::plain).sum(),
        fitted.mean(),
        fitted.worst,
        heldOut.mean());
  }

  /** Of errors to others'; those that are nothing or not known do not count. */
  private static final class Ratios {
    private double logarithms;
    private double worst;
    private int count;

    void add(double own, double other) {
      if (own > 0 && other > 0) {
        logarithms += Math.log(own / other);
        worst = Math.max(worst, own / other);
        count++;
      }
    }

    /** Geometric. */
    double mean() {
      return count == 0 ? Double.NaN : Math.exp(logarithms / count);
    }
  }

  private static double since(long started) {
    return (now() - started) * 1e-9;
  }

  private static long now() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /**
   * Statistics by weight tensor.
   *
   * @param prefix of the files that keep them
   */
  private Map<String, InputMoments> moments(
      CoreMLModel model, List<WeightTensor> chosen, SampleSource source, String prefix)
      throws IOException {
    Map<String, InputMoments> moments = new TreeMap<>();
    if (kept != null && Files.exists(kept.resolve(prefix + COMPLETE))) {
      for (WeightTensor tensor : chosen) {
        Path stored = stored(prefix, tensor.identity());
        moments.put(
            tensor.identity(),
            InputMomentsCodec.decode(Files.readAllBytes(stored), stored.toString()));
      }
      return moments;
    }
    InferenceEngine engine = InferenceEngines.onnxRuntime();
    Criterion criterion = Criteria.parse("top-1");
    OptionEvaluator options =
        new OptionEvaluator(source.index(), model, engine, criterion, CalibrationSettings.DEFAULT);
    ShardEvaluator preparation =
        new ShardEvaluator(source.index(), PicturePreparation.DEFAULT, criterion);
    List<String> names = chosen.stream().map(WeightTensor::identity).toList();
    try (Predictor reference = engine.open(model)) {
      for (int shard = 0; shard < source.index().shards(); shard++) {
        options
            .moments(preparation.prepare(source.read(new ShardId(shard)), reference).value(), names)
            .value()
            .forEach((tensor, found) -> moments.merge(tensor, found, InputMoments::plus));
      }
    }
    if (kept != null) {
      Files.createDirectories(kept);
      for (Map.Entry<String, InputMoments> entry : moments.entrySet()) {
        Files.write(stored(prefix, entry.getKey()), InputMomentsCodec.encode(entry.getValue()));
      }
      Files.createFile(kept.resolve(prefix + COMPLETE));
    }
    return moments;
  }

  private Path stored(String prefix, String tensor) {
    return kept.resolve(prefix + tensor.replaceAll("[^A-Za-z0-9]", "_") + ".moments");
  }
}
