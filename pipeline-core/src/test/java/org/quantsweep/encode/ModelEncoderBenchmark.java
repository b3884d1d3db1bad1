package org.quantsweep.encode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.quantize.Scheme;

/**
 * A model's file in a scheme, from the model in memory to the new file's bytes, in files per
 * second: times the bytes of the file as given it is a throughput ({@link ThroughputTable}). The
 * encoder is new each time, but for {@link #lookUpTablesAtHand}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 1)
public class ModelEncoderBenchmark {
  /** A neural network's file in float32. */
  @Param("MODEL.mlmodel")
  public String model;

  private byte[] bytes;
  private byte[] target;
  private CoreMLModel read;
  private ModelEncoder ready;
  private QuantizationPlan linear;
  private QuantizationPlan linearTables;
  private QuantizationPlan optimalTables;

  /** Reads the model, and finds the optimal tables of all widths. */
  @Setup
  public void read() throws IOException {
    bytes = Files.readAllBytes(Path.of(model));
    target = new byte[bytes.length];
    read = ModelReader.read(bytes, model);
    linear = plan("linear:4");
    linearTables = plan("lut-linear:4");
    optimalTables = plan("lut-kmeans:4");
    ready = new ModelEncoder(read);
    ready.encode(optimalTables);
  }

  private QuantizationPlan plan(String scheme) {
    List<String> identities =
        WeightSelection.DEFAULT.of(read).stream().map(WeightTensor::identity).toList();
    return QuantizationPlan.uniform(Scheme.parse(scheme), identities);
  }

  /** linear:4. */
  @Benchmark
  public ModelFiles linear() {
    return new ModelEncoder(read).encode(linear);
  }

  /** lut-linear:4. */
  @Benchmark
  public ModelFiles linearLookUpTables() {
    return new ModelEncoder(read).encode(linearTables);
  }

  /** lut-kmeans:4, the tables being known: codes are assigned, packed and written. */
  @Benchmark
  public ModelFiles lookUpTablesAtHand() {
    return ready.encode(optimalTables);
  }

  /** What all are compared with: the file as given, into memory that is there. */
  @Benchmark
  public byte[] copy() {
    System.arraycopy(bytes, 0, target, 0, bytes.length);
    return target;
  }
}
