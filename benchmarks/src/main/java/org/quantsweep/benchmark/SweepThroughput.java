package org.quantsweep.benchmark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.network.NetworkFrontEnd;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.LocalSweepRunner;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Candidate inferences per second of a sweep, every candidate on every sample, against as many
 * plain runs of ONNX Runtime in the same process: same graphs, same number of threads, inputs ready
 * in native memory, answers thrown away. Decoding and the reference's runs are told apart. Rounds
 * alternate.
 *
 * <pre>
 * mvn -q -pl jobs,benchmarks -am package -DskipTests
 * benchmarks/sweep_throughput.sh MODEL.mlmodel PICTURES
 * </pre>
 */
public final class SweepThroughput {
  private static final int ROUNDS = 5;
  private static final List<String> SCHEMES =
      List.of("linear:8", "lut-kmeans:6", "linear:4", "half");

  private SweepThroughput() {}

  /** Takes the model, the pictures, and the number of threads. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    int threads =
        arguments.length > 2
            ? Integer.parseInt(arguments[2])
            : Runtime.getRuntime().availableProcessors();
    ModelFiles given = ModelFiles.lone(Files.readAllBytes(file));
    CoreMLModel model = ModelReader.read(given, file.toString());
    LocalSamples samples = LocalSamples.read(Path.of(arguments[1]), IngestLimits.DEFAULT);
    ModelEncoder encoder = new ModelEncoder(model);
    List<String> tensors =
        WeightSelection.DEFAULT.of(model).stream().map(WeightTensor::identity).toList();
    Map<Sha256Digest, ModelFiles> candidates = new HashMap<>();
    for (String scheme : SCHEMES) {
      ModelFiles candidate =
          encoder.encode(QuantizationPlan.uniform(Scheme.parse(scheme), tensors));
      candidates.put(candidate.digest(), candidate);
    }
    List<Double> ratios = new ArrayList<>();
    try (LocalSweepRunner runner =
        new LocalSweepRunner(
            model,
            samples,
            PicturePreparation.DEFAULT,
            Criteria.parse("top-1"),
            InferenceEngines.onnxRuntime(),
            threads)) {
      long started = System.nanoTime();
      BitSet ranks = runner.runReference().answered();
      System.out.printf(
          Locale.ROOT,
          "decoding and the reference: %d samples in %.1f s%n",
          ranks.cardinality(),
          (System.nanoTime() - started) * 1e-9);
      Map<Sha256Digest, BitSet> wave = new HashMap<>();
      candidates.keySet().forEach(digest -> wave.put(digest, ranks));
      for (int round = 0; round <= ROUNDS; round++) {
        started = System.nanoTime();
        runner.evaluate(SweepPlanner.tasks(samples.index(), wave), candidates);
        double sweep = (System.nanoTime() - started) * 1e-9;
        double plain = plain(candidates.values(), samples, threads);
        double runs = (double) ranks.size() * candidates.size();
        System.out.printf(
            Locale.ROOT,
            "%s: sweep %.1f, plain %.1f candidate inferences a second: ratio %.3f%n",
            round == 0 ? "warm-up" : "round " + round,
            runs / sweep,
            runs / plain,
            plain / sweep);
        if (round > 0) {
          ratios.add(plain / sweep);
        }
      }
    }
    ratios.sort(null);
    System.out.printf(Locale.ROOT, "median ratio %.3f%n", ratios.get(ratios.size() / 2));
  }

  /** Seconds for as many runs, sessions opened before as the sweep opens its own within. */
  private static double plain(Iterable<ModelFiles> candidates, LocalSamples samples, int threads)
      throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    List<Sample> all = new ArrayList<>();
    for (int shard = 0; shard < samples.index().shards(); shard++) {
      all.addAll(samples.read(new ShardId(shard)));
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    long nanoseconds = 0;
    for (ModelFiles candidate : candidates) {
      CoreMLModel model = ModelReader.read(candidate, "candidate");
      InputDescription.Picture picture = (InputDescription.Picture) model.inputs().get(0);
      Shape shape = Shape.of(picture.colorSpace().channels(), picture.height(), picture.width());
      Tensor input =
          PicturePreparation.DEFAULT.prepare(all.get(0), model.inputs()).get(picture.name());
      LoweredModel lowered =
          new NetworkFrontEnd(model).lower(Map.of(picture.name(), shape), List.of());
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        try (OrtSession session =
            environment.createSession(lowered.graph().sharedBytes(), options)) {
          long started = System.nanoTime();
          List<Future<Integer>> work = new ArrayList<>();
          for (int thread = 0; thread < threads; thread++) {
            int runs = all.size() / threads + (thread < all.size() % threads ? 1 : 0);
            work.add(
                pool.submit(
                    () -> {
                      FloatBuffer buffer =
                          java.nio.ByteBuffer.allocateDirect(4 * input.size())
                              .order(java.nio.ByteOrder.nativeOrder())
                              .asFloatBuffer();
                      buffer.put(input.sharedArray()).flip();
                      long[] lengths = {1, shape.length(0), shape.length(1), shape.length(2)};
                      try (OnnxTensor tensor =
                          OnnxTensor.createTensor(environment, buffer, lengths)) {
                        for (int run = 0; run < runs; run++) {
                          session
                              .run(Map.of(LoweredModel.graphInput(picture.name()), tensor))
                              .close();
                        }
                      }
                      return runs;
                    }));
          }
          for (Future<Integer> part : work) {
            part.get();
          }
          nanoseconds += System.nanoTime() - started;
        }
      }
    }
    pool.shutdown();
    return nanoseconds * 1e-9;
  }
}
