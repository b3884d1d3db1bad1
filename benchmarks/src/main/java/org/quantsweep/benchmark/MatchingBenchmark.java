package org.quantsweep.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.ShardId;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.SearchSpace;
import org.quantsweep.search.Strategy;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.tensor.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What it would be worth to match the biases of a plan once more: layer by layer, each fed by the
 * quantized layers before it, so that the mean behind the layer's ReLU, or the output of a layer
 * without one, is the model's own on calibration samples. Plans of a line are compared as the
 * search fits them and matched, on other samples.
 *
 * <pre>
 * mvn -q -pl jobs,benchmarks -am package -DskipTests
 * benchmarks/matching.sh --model SqueezeNet.mlmodel --samples PICTURES --calibration OTHERS
 * </pre>
 */
@Command(name = "matching", mixinStandardHelpOptions = true)
public final class MatchingBenchmark implements Callable<Integer> {
  /** How much an output that a ReLU clips counts: a channel may have no other. */
  private static final double CLIPPED_SHARE = 0.005;

  @Option(names = "--model", required = true)
  private Path file;

  @Option(names = "--samples", required = true, description = "What plans are compared on.")
  private Path samples;

  @Option(names = "--calibration", required = true)
  private Path calibration;

  @Option(names = "--most-calibration", defaultValue = "300", description = "For the fits.")
  private int mostCalibration;

  @Option(names = "--matching-samples", defaultValue = "150", description = "The first of them.")
  private int matchingSamples;

  @Option(names = "--places", defaultValue = "64", description = "Of a layer's output, a sample.")
  private int places;

  @Option(names = "--sensitivity-samples", defaultValue = "64")
  private int sensitivitySamples;

  @Option(names = "--rule", defaultValue = "mean", description = "mean, or least-squares.")
  private String rule;

  @Option(names = "--bits", split = ",", defaultValue = "2,3,4,5,6,8")
  private Set<Integer> bits;

  @Option(names = "--from", defaultValue = "0", description = "Bytes of the smallest plan.")
  private long from;

  @Option(names = "--to", defaultValue = "1000000000", description = "Bytes of the largest plan.")
  private long to;

  @Option(names = "--step", defaultValue = "1.08", description = "Ratio of neighbouring sizes.")
  private double step;

  private final InferenceEngine engine = InferenceEngines.onnxRuntime();
  private SearchBench bench;
  private List<Layer> layers;

  /** A layer whose bias can be matched: it lies behind a boundary and makes an output. */
  private record Layer(WeightTensor bias, LinearUse use, int boundary, String output) {}

  /** Sums over samples, and how many agree. */
  private record Score(double loss, double divergence, int agreeing) {}

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new MatchingBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws PredictionException {
    bench = new SearchBench(file, Criteria.parse("top-1"), 2);
    SampleSource fitting =
        first(LocalSamples.read(calibration, IngestLimits.DEFAULT), mostCalibration);
    SampleSource alone = first(fitting, sensitivitySamples);
    List<QuantizationPlan> plans;
    try (LocalOptionRunner options = bench.optionRunner(fitting, alone)) {
      plans = plans(bench.pass(options, alone), alone.index().total());
    }
    layers = layers();
    List<Map<String, Tensor>> judged;
    List<Map<String, Tensor>> matching;
    List<Prediction> references = new ArrayList<>();
    try (Predictor reference = engine.open(bench.model)) {
      SampleSource all = LocalSamples.read(samples, IngestLimits.DEFAULT);
      judged = blobs(inputs(all, reference.inputs()), references);
      matching =
          blobs(inputs(first(fitting, matchingSamples), reference.inputs()), new ArrayList<>());
    }
    List<float[][]> wanted = new ArrayList<>();
    outputs(matching, new HashMap<>(), (layer, outputs) -> wanted.add(outputs));
    System.out.printf(
        Locale.ROOT,
        "%d plans, %d layers, %d judged%n",
        plans.size(),
        layers.size(),
        judged.size());
    System.out.println("bytes,loss,matched,divergence,matched,agreeing,matched,seconds");
    double losses = 0;
    double divergences = 0;
    int agreeing = 0;
    for (QuantizationPlan plan : plans) {
      Map<String, Tensor> values = new HashMap<>(bench.encoder.decoded(plan));
      Score before = score(judged, references, values);
      long started = System.nanoTime();
      outputs(
          matching,
          values,
          (layer, outputs) -> {
            Layer own = layers.get(layer);
            values.put(own.bias().identity(), matched(own, values, outputs, wanted.get(layer)));
          });
      double seconds = (System.nanoTime() - started) * 1e-9;
      Score after = score(judged, references, values);
      losses += Math.log(after.loss() / before.loss()) / plans.size();
      divergences += Math.log(after.divergence() / before.divergence()) / plans.size();
      agreeing += after.agreeing() - before.agreeing();
      System.out.printf(
          Locale.ROOT,
          "%d,%.6g,%.6g,%.6g,%.6g,%d,%d,%.1f%n",
          bench.encoder.encodedSize(plan).bytes(),
          before.loss(),
          after.loss(),
          before.divergence(),
          after.divergence(),
          before.agreeing(),
          after.agreeing(),
          seconds);
    }
    System.out.printf(
        Locale.ROOT,
        "loss %.4f, divergence %.4f (geometric means, matched over before), %+d agree in all%n",
        Math.exp(losses),
        Math.exp(divergences),
        agreeing);
    return 0;
  }

  private static SampleSource first(SampleSource samples, int most) {
    return new SampleSubset(samples, SampleSplits.first(samples.index(), most));
  }

  private List<QuantizationPlan> plans(OptionPass pass, long count) {
    SearchSpace space =
        pass.space(bench.tensors, bench.calibratable, SearchBench.rules(bits, true));
    OptionPass.Measured measured =
        pass.sensitivities(space, count, AgreementThreshold.parse("0.9"));
    List<QuantizationPlan> plans = new ArrayList<>();
    double last = 0;
    for (QuantizationPlan plan :
        Strategy.KNAPSACK.line(measured.space(), measured.sensitivities())) {
      long bytes = bench.encoder.encodedSize(plan).bytes();
      if (bytes >= from && bytes <= to && bytes >= last * step) {
        plans.add(plan);
        last = bytes;
      }
    }
    return plans;
  }

  private List<Layer> layers() {
    List<Layer> found = new ArrayList<>();
    for (WeightTensor tensor : bench.model.weightTensors()) {
      LinearUse use = bench.model.format().linearUse(tensor).orElse(null);
      if (use != null && use.bias().isPresent()) {
        int boundary = bench.model.cuts().before(tensor);
        found.add(new Layer(use.bias().get(), use, boundary, tensor.layer().outputs().get(0)));
      }
    }
    found.sort(Comparator.comparingInt(Layer::boundary));
    return found;
  }

  private static List<Map<String, Tensor>> inputs(
      SampleSource source, List<InputDescription> described) {
    List<Map<String, Tensor>> inputs = new ArrayList<>();
    for (int shard = 0; shard < source.index().shards(); shard++) {
      for (Sample sample : source.read(new ShardId(shard))) {
        try {
          for (SortedMap<String, Tensor> call :
              PicturePreparation.DEFAULT.prepareCalls(sample, described)) {
            inputs.add(call);
          }
        } catch (org.quantsweep.sample.UnreadableSampleException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return inputs;
  }

  /** What is live before the first layer: inputs as the network has prepared them. */
  private List<Map<String, Tensor>> blobs(
      List<Map<String, Tensor>> inputs, List<Prediction> answers) throws PredictionException {
    List<Map<String, Tensor>> blobs = new ArrayList<>();
    try (TappedPredictor taps = engine.openTapped(bench.model, new TreeSet<>(Set.of(0)))) {
      for (Map<String, Tensor> input : inputs) {
        Tapped tapped = taps.run(input);
        blobs.add(tapped.boundaries().get(0));
        answers.add(tapped.prediction());
      }
    }
    return blobs;
  }

  private interface LayerOutputs {
    void take(int layer, float[][] outputs);
  }

  /**
   * Runs the network layer by layer, and tells each layer's output {@code [channels, places of all
   * samples]} before the next one runs, so that its bias may be changed.
   */
  private void outputs(
      List<Map<String, Tensor>> inputs, Map<String, Tensor> values, LayerOutputs told)
      throws PredictionException {
    List<Map<String, Tensor>> live = new ArrayList<>(inputs);
    int at = 0;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (layer.boundary() > at) {
        try (NetworkPart part = engine.openPart(bench.model, at, layer.boundary(), values)) {
          for (int sample = 0; sample < live.size(); sample++) {
            live.set(sample, part.run(live.get(sample)));
          }
        }
        at = layer.boundary();
      }
      float[][] outputs = new float[(int) layer.bias().shape().elementCount()][];
      Arrays.setAll(outputs, channel -> new float[live.size() * places]);
      try (NetworkPart part = engine.openPart(bench.model, at, at + 1, values)) {
        for (int sample = 0; sample < live.size(); sample++) {
          float[] output = part.run(live.get(sample)).get(layer.output()).sharedArray();
          int area = output.length / outputs.length;
          SplittableRandom random = new SplittableRandom(i * 1_000_003L + sample);
          for (int place = 0; place < places; place++) {
            int own = random.nextInt(area);
            for (int channel = 0; channel < outputs.length; channel++) {
              outputs[channel][sample * places + place] = output[channel * area + own];
            }
          }
        }
      }
      told.take(i, outputs);
    }
  }

  private Tensor matched(
      Layer layer, Map<String, Tensor> values, float[][] outputs, float[][] wanted) {
    Tensor before = values.getOrDefault(layer.bias().identity(), layer.bias().values());
    float[] matched = before.toArray();
    for (int channel = 0; channel < matched.length; channel++) {
      matched[channel] += (float) shift(layer.use(), outputs[channel], wanted[channel]);
    }
    return Tensor.wrap(before.shape(), matched);
  }

  /** What is added to outputs so that they become as wanted behind the ReLU. */
  private double shift(LinearUse use, float[] outputs, float[] wanted) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < outputs.length; i++) {
      low = Math.min(low, wanted[i] - outputs[i]);
      high = Math.max(high, wanted[i] - outputs[i]);
    }
    for (int step = 0; step < 40; step++) {
      double middle = (low + high) / 2;
      if (missing(use, outputs, wanted, middle) > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  private double missing(LinearUse use, float[] outputs, float[] wanted, double shift) {
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      double own = outputs[i] + shift;
      double difference = seen(use, wanted[i]) - seen(use, own);
      if (rule.equals("mean")) {
        sum += difference;
      } else {
        sum += use.clipping().passes(own) ? difference : CLIPPED_SHARE * (wanted[i] - own);
      }
    }
    return sum;
  }

  /** Behind the ReLU, which leaks a little. */
  private static double seen(LinearUse use, double output) {
    double clipped = Math.max(use.clipping().low(), Math.min(use.clipping().high(), output));
    return clipped + CLIPPED_SHARE * (output - clipped);
  }

  private Score score(
      List<Map<String, Tensor>> inputs, List<Prediction> references, Map<String, Tensor> values)
      throws PredictionException {
    double loss = 0;
    double divergence = 0;
    int agreeing = 0;
    try (NetworkPart all = engine.openPart(bench.model, 0, bench.model.cuts().end(), values)) {
      for (int i = 0; i < inputs.size(); i++) {
        Prediction answer = all.predict(inputs.get(i));
        loss += bench.criterion.loss(references.get(i), answer);
        divergence += divergence(references.get(i), answer);
        agreeing += bench.criterion.agrees(references.get(i), answer) ? 1 : 0;
      }
    }
    return new Score(loss / inputs.size(), divergence / inputs.size(), agreeing);
  }

  /** Kullback and Leibler's, of the probabilities; 0 where there are none. */
  private static double divergence(Prediction reference, Prediction answer) {
    double sum = 0;
    for (Map.Entry<String, OutputValue> output : reference.outputs().entrySet()) {
      if (output.getValue() instanceof OutputValue.Probabilities own
          && answer.outputs().get(output.getKey()) instanceof OutputValue.Probabilities other) {
        for (int i = 0; i < own.values().size(); i++) {
          double p = own.values().get(i);
          double q = Math.max(other.values().get(i), Float.MIN_NORMAL);
          sum += p > 0 ? p * Math.log(p / q) : 0;
        }
      }
    }
    return sum;
  }
}
