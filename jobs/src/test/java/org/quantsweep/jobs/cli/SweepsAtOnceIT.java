package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.testing.FileSchemas;

/** Two programs that know nothing of each other. */
class SweepsAtOnceIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final int EVERY = 16;

  @TempDir Path folder;

  /** The sample table, the evaluations and the answer have one place for both. */
  @Test
  void twoThatStartAtOnceIntoOneNewFolderBothEndWell() throws Exception {
    Path pictures = somePictures();
    Path output = folder.resolve("sweep");
    List<String> sweep =
        List.of(
            "sweep",
            "--model",
            SAMPLE.resolve("shapes.mlmodel").toString(),
            "--samples",
            pictures.toString(),
            "--family",
            "uniform",
            "--schemes",
            "linear:2,lut-kmeans:4,linear:8",
            "--agreement",
            "0.9",
            "--output",
            output.toString());
    List<Process> both = new ArrayList<>();
    try {
      for (String name : List.of("one", "two")) {
        both.add(
            CommandProcess.of(folder, QuantSweep.class, List.of(), sweep)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile())
                .start());
      }
      for (Process each : both) {
        each.waitFor();
      }
    } finally {
      both.forEach(Process::destroyForcibly);
    }
    for (int i = 0; i < both.size(); i++) {
      String name = i == 0 ? "one" : "two";
      String told = Files.readString(folder.resolve(name + ".err"));
      assertThat(both.get(i).exitValue()).as(told).isZero();
      assertThat(told).doesNotContain(" ERROR ").doesNotContain("\tat ");
    }
    assertThat(decision("one")).startsWith("Selected ").isEqualTo(decision("two"));
    Path file = FileSchemas.requireValid(output).resolve(ResultFile.NAME);
    SweepResult.Chosen selected =
        ResultFile.fromJson(Files.readString(file), file.toString()).selected();
    byte[] model = Files.readAllBytes(output.resolve(selected.file()));
    assertThat(Sha256Digest.of(model).hex()).isEqualTo(selected.sha256());
    try (Stream<Path> left = Files.list(output)) {
      // What a process renames to its place in the end.
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".") && name.contains("model"));
    }
  }

  private String decision(String name) throws Exception {
    return Files.readString(folder.resolve(name + ".out"))
        .lines()
        .filter(line -> line.startsWith("Selected ") || line.startsWith("None acceptable"))
        .findFirst()
        .orElse("");
  }

  private Path somePictures() throws Exception {
    Path pictures = folder.resolve("pictures");
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += EVERY) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    return pictures;
  }
}
