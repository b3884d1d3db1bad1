package org.quantsweep.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;

/**
 * How long it takes to read a package, its digest included, and how long to read and hash its bytes
 * alone: by turns, in one process, so that both find the files in the system's cache.
 *
 * <pre>benchmarks/package_reading.sh PACKAGE</pre>
 */
final class PackageReading {
  private static final int WARM = 3;
  private static final int ROUNDS = 11;

  private PackageReading() {}

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    double[] plain = new double[ROUNDS];
    double[] read = new double[ROUNDS];
    double[] decoded = new double[ROUNDS];
    for (int round = -WARM; round < ROUNDS; round++) {
      long start = System.nanoTime();
      hash(root);
      long hashed = System.nanoTime();
      CoreMLModel model = ModelReader.read(root);
      long end = System.nanoTime();
      model.weightTensors().forEach(tensor -> tensor.values());
      if (round >= 0) {
        plain[round] = (hashed - start) / 1e6;
        read[round] = (end - hashed) / 1e6;
        decoded[round] = (System.nanoTime() - end) / 1e6;
      }
    }
    System.out.printf(
        "bytes read and hashed %.0f ms, package read %.0f ms, ratio %.2f; all weights decoded"
            + " %.0f ms%n",
        median(plain), median(read), median(read) / median(plain), median(decoded));
  }

  private static void hash(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> walked = Files.walk(root)) {
      files = walked.filter(Files::isRegularFile).toList();
    }
    byte[] buffer = new byte[1 << 16];
    for (Path file : files) {
      Sha256Digest.Builder digest = new Sha256Digest.Builder();
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.bytes(buffer, 0, n);
        }
      }
      digest.build();
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
