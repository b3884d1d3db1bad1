package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
import org.quantsweep.search.Verdict;
import org.quantsweep.testing.FileSchemas;

/** Ctrl-C and a time that is up: what was found so far is kept, verified and told. */
class EarlyEndIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void theBestSoFarIsKeptAtCtrlCAndWhenTimeIsUp() throws Exception {
    Path pictures = somePictures();
    Process sweep = start(pictures, "interrupted");
    List<ProcessHandle> processes;
    StringBuilder progress = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(sweep.getErrorStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.contains(SweepThatWaits.PLACE)) {
        progress.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as(progress.toString()).isNotNull();
      processes = new ArrayList<>(sweep.descendants().toList());
      processes.add(sweep.toHandle());
      int sent = new ProcessBuilder("kill", "-INT", Long.toString(sweep.pid())).start().waitFor();
      assertThat(sent).isZero();
      for (line = lines.readLine(); line != null; line = lines.readLine()) {
        progress.append(line).append('\n');
      }
    } finally {
      if (progress.indexOf("stopping") < 0) {
        sweep.destroyForcibly();
      }
    }
    assertThat(sweep.waitFor()).as(progress.toString()).isZero();
    assertThat(processes).noneMatch(ProcessHandle::isAlive);
    assertThat(progress)
        .contains("stopping at the next step; the best so far is kept (again: at once)\n")
        .doesNotContain("\tat ");
    SweepResult interrupted = requireBestUniform("interrupted", "interrupted");
    String told = Files.readString(folder.resolve("interrupted.out"));
    assertThat(told)
        .contains("The search ended early: interrupted.\n")
        .contains(interrupted.selected().scheme());

    // No time at all: what an earlier sweep left is the answer, on however fast a machine.
    List<String> late = sweep(pictures, "late");
    late.addAll(List.of("--time-budget", "0s"));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        QuantSweep.run(
            new PrintWriter(out), new PrintWriter(err, true), late.toArray(new String[0]));
    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString()).contains("The search ended early: time-budget.\n");
    SweepResult ended = requireBestUniform("late", "time-budget");
    assertThat(ended.selected()).isEqualTo(interrupted.selected());
    assertThat(ended.cost().inferences()).isZero();
  }

  /** The answer is judged on every sample, confirmed, and the file that lies there. */
  private SweepResult requireBestUniform(String output, String budget) throws IOException {
    Path file = FileSchemas.requireValid(folder.resolve(output)).resolve(ResultFile.NAME);
    SweepResult result = ResultFile.fromJson(Files.readString(file), file.toString());
    assertThat(result.decision()).isEqualTo(SweepResult.SELECTED);
    assertThat(result.certificate().budget()).isEqualTo(budget);
    SweepResult.Chosen selected = result.selected();
    assertThat(selected.scheme()).isNotNull().isEqualTo(result.bestUniform().scheme());
    assertThat(selected.agreement().samples())
        .isEqualTo(result.samples().splits().get("selection").samples());
    assertThat(selected.agreement().agreeing() / (double) selected.agreement().samples())
        .isGreaterThanOrEqualTo(0.9);
    assertThat(selected.confirmation().agreeing())
        .isGreaterThanOrEqualTo(result.certificate().confirmation().required());
    assertThat(result.candidates())
        .filteredOn(row -> row.verdict().equals(Verdict.ACCEPTED.toString()))
        .extracting(SweepResult.Row::scheme)
        .containsExactly(selected.scheme());
    byte[] model = Files.readAllBytes(folder.resolve(output).resolve(selected.file()));
    assertThat(model).hasSize((int) selected.encodedSize());
    assertThat(Sha256Digest.of(model).hex()).isEqualTo(selected.sha256());
    return result;
  }

  /** A sweep in a process of its own; what it prints goes to a file. */
  private Process start(Path pictures, String output) throws IOException {
    // What a shell starts in the background ignores Ctrl-C, and so does all that it starts.
    List<String> before = resetsSignals() ? List.of("env", "--default-signal=INT") : List.of();
    ProcessBuilder builder =
        CommandProcess.of(folder, SweepThatWaits.class, before, sweep(pictures, output));
    builder.redirectOutput(folder.resolve(output + ".out").toFile());
    return builder.start();
  }

  private List<String> sweep(Path pictures, String output) {
    return new ArrayList<>(
        List.of(
            "sweep",
            "--model",
            SAMPLE.resolve("shapes.mlmodel").toString(),
            "--samples",
            pictures.toString(),
            "--family",
            "per-tensor",
            "--no-calibration",
            "--agreement",
            "0.9",
            "--schemes",
            "linear:2,lut-kmeans:8,linear:8",
            "--evaluations",
            folder.resolve("evaluations").toString(),
            "--output",
            folder.resolve(output).toString()));
  }

  /** Whether this machine's {@code env} can. */
  private static boolean resetsSignals() {
    try {
      Process env = new ProcessBuilder("env", "--default-signal=INT", "true").start();
      return env.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Every eighth picture. */
  private Path somePictures() throws Exception {
    Path pictures = folder.resolve("pictures");
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 8) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    return pictures;
  }
}
