package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.quantsweep.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs commands on the bundled sample for the classes that they load: a JVM that is told to archive
 * its classes at its end then has those that a user's command will ask for. How the commands end
 * does not matter, so nothing of them is told.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Run small commands without a result, for an archive of the classes they load.")
final class RehearseCommand implements Callable<Integer> {
  private static final int PICTURES = 8;

  @Option(names = "--spark", description = "Those that start Spark.")
  private boolean spark;

  @Override
  public Integer call() throws IOException {
    Path sample =
        Path.of(System.getProperty(DemoCommand.HOME, "")).resolve("datasets/src/main/sample");
    if (!Files.isDirectory(sample)) {
      throw new UsageException(
          sample.toAbsolutePath()
              + ": the bundled sample is not here.\n"
              + "Maybe run ./quantsweep from a clone.");
    }
    Path folder = Files.createTempDirectory("quantsweep-rehearsal-");
    try {
      rehearse(sample, folder, spark);
    } finally {
      delete(folder);
    }
    return 0;
  }

  /** How the commands end, in their order. */
  static List<Integer> rehearse(Path sample, Path folder, boolean spark) throws IOException {
    String model = sample.resolve("shapes.mlmodel").toString();
    List<Path> pictures = someOf(sample.resolve("pictures"), folder.resolve("pictures"));
    List<Integer> codes = new ArrayList<>();
    for (List<String> command : commands(model, pictures, folder, spark)) {
      PrintWriter nobody = new PrintWriter(Writer.nullWriter());
      codes.add(QuantSweep.run(nobody, nobody, command.toArray(new String[0])));
    }
    return codes;
  }

  private static List<List<String>> commands(
      String model, List<Path> pictures, Path folder, boolean spark) {
    String samples = folder.resolve("pictures").toString();
    String smaller = folder.resolve("smaller.mlmodel").toString();
    if (spark) {
      List<String> sweep =
          List.of(
              "sweep",
              "--model",
              model,
              "--samples",
              samples,
              "--schemes",
              "linear:2,lut-kmeans:4,linear:8",
              "--agreement",
              "0.9",
              "--output",
              folder.resolve("sweep").toString(),
              "--publish",
              folder.resolve("registry").resolve("rehearsal").toString());
      // The second one finds what the first one stored.
      return List.of(sweep, sweep);
    }
    return List.of(
        List.of("inspect", model),
        List.of("quantize", model, "--scheme", "linear:4", "--output", smaller),
        List.of("quantize", model, "--scheme", "lut-kmeans:4", "--output", smaller),
        List.of("dequantize", smaller, "--output", folder.resolve("full.mlmodel").toString()),
        List.of(
            "compare",
            model,
            smaller,
            "--samples",
            samples,
            "--report",
            folder.resolve("report.html").toString()),
        List.of(
            "predict",
            model,
            "--input",
            "image=" + pictures.get(0),
            "--output",
            folder.resolve("answers.npz").toString()),
        List.of("result", folder.toString()),
        List.of("registry", "list", folder.resolve("registry").toString()));
  }

  /** Copies some pictures of each folder. */
  private static List<Path> someOf(Path pictures, Path place) throws IOException {
    Files.createDirectory(place);
    try (Stream<Path> shapes = Files.list(pictures)) {
      for (Path shape : shapes.sorted().toList()) {
        try (Stream<Path> files = Files.list(shape)) {
          for (Path file : files.sorted().limit(PICTURES).toList()) {
            Files.copy(file, place.resolve(file.getFileName()));
          }
        }
      }
    }
    try (Stream<Path> copies = Files.list(place)) {
      return copies.sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
