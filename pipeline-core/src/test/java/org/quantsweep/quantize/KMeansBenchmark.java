package org.quantsweep.quantize;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;

/**
 * Seconds for the look-up tables of least squared error of every weight tensor of a model (vectors
 * left out), all eight widths, one thread. {@code benchmarks/kmeans_tables.sh MODEL.mlmodel} runs
 * it and then scikit-learn and kmeans1d.
 *
 * <p>Without {@code -p model=} the weights are drawn: 512,000 of a normal distribution.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 1)
@Measurement(iterations = 5)
public class KMeansBenchmark {
  /** A neural network's file; empty for drawn weights. */
  @Param("")
  public String model;

  private final List<float[]> tensors = new ArrayList<>();

  /** Reads or draws the weights. */
  @Setup
  public void read() {
    if (model.isEmpty()) {
      Random random = new Random(1);
      float[] weights = new float[512_000];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) random.nextGaussian();
      }
      tensors.add(weights);
      return;
    }
    for (WeightTensor tensor : ModelReader.read(Path.of(model)).weightTensors()) {
      if (!tensor.isVector()) {
        tensors.add(tensor.values().toArray());
      }
    }
  }

  /** All tensors, all eight widths, sorting included. */
  @Benchmark
  public double allTensorsAllWidths() {
    double sum = 0;
    for (float[] weights : tensors) {
      OptimalTables tables = new OptimalTables(weights);
      for (int width = 8; width >= 1; width--) {
        sum += tables.entries(1 << width)[0];
      }
    }
    return sum;
  }
}
