package org.quantsweep.quantize;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Codes packed and unpacked, in MB of codes (one a byte) per second: JMH's operations are bytes and
 * its unit a microsecond, so that ops/us reads as MB/s. Also half precision, in MB of float32, and
 * a copy of the codes. {@code benchmarks/throughput.sh} is the command.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class CodePackerBenchmark {
  private static final int COUNT = 1_000_000;

  /** Width of the codes. */
  @Param({"1", "2", "3", "4", "5", "6", "7", "8"})
  public int width;

  private NumberOfBits bits;
  private byte[] codes;
  private byte[] target;
  private byte[] most;
  private byte[] least;
  private float[] floats;
  private byte[] halves;

  /** Draws the codes. */
  @Setup
  public void draw() {
    bits = new NumberOfBits(width);
    Random random = new Random(1);
    codes = new byte[COUNT];
    target = new byte[COUNT];
    random.nextBytes(codes);
    floats = new float[COUNT / Float.BYTES];
    for (int i = 0; i < COUNT; i++) {
      codes[i] &= (byte) (bits.codes() - 1);
    }
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) random.nextGaussian();
    }
    most = CodePacker.packMostSignificantFirst(codes, bits);
    least = CodePacker.packLeastSignificantFirst(codes, bits);
    halves = HalfPrecisionCodec.encode(floats);
  }

  /** What all are compared with. The memory is there: to allocate it varies more than to copy. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] copy() {
    System.arraycopy(codes, 0, target, 0, COUNT);
    return target;
  }

  /** For a neural network. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] packMostSignificantFirst() {
    return CodePacker.packMostSignificantFirst(codes, bits);
  }

  /** From a neural network. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] unpackMostSignificantFirst() {
    return CodePacker.unpackMostSignificantFirst(most, bits, COUNT);
  }

  /** For weight.bin. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] packLeastSignificantFirst() {
    return CodePacker.packLeastSignificantFirst(codes, bits);
  }

  /** From weight.bin. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] unpackLeastSignificantFirst() {
    return CodePacker.unpackLeastSignificantFirst(least, bits, COUNT);
  }

  /** Float32 to half. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] encodeHalf() {
    return HalfPrecisionCodec.encode(floats);
  }

  /** Half to float32. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public float[] decodeHalf() {
    return HalfPrecisionCodec.decode(halves);
  }
}
