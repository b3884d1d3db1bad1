package org.quantsweep.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.coreml.Programs;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.testing.SharedData;

/**
 * Damaged packages give a model or one clear error, in a process with 256 MB: no crash, no hang, no
 * lack of memory. {@code -Dfuzz.cases=100000} runs more of them than usual.
 */
class ProgramFuzzTest {
  private static final int CASES = Integer.getInteger("fuzz.cases", 20_000);
  private static final int LONGEST_MINUTES = 30;

  @TempDir private Path folder;

  @Test
  void everyDamagedPackageGivesAModelOrOneClearError() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + folder,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ProgramFuzzer.class.getName(),
                "0",
                Integer.toString(CASES),
                folder.toString()));
    if (SharedData.isPresent()) {
      command.add(SharedData.path("models").toString());
    }
    // What ONNX Runtime says of graphs that it does not take is none of ours.
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean ended = process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES);

    assertThat(ended).isTrue();
    assertThat(output).startsWith(CASES + " cases: ").hasLineCount(1);
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void theMutationsReachEveryPartOfAMessage() throws IOException {
    Model model = Model.parseFrom(Programs.parts().get(Programs.MODEL));
    Map<String, Integer> counts = MessageMutation.counts(model);
    int other = 0;
    for (int seed = 0; seed < 1000; seed++) {
      other += MessageMutation.of(model, new Random(seed)).equals(model) ? 0 : 1;
    }

    assertThat(counts.get("parts")).isGreaterThan(100);
    assertThat(counts.get("texts")).isGreaterThan(30);
    assertThat(other).isGreaterThan(800);
  }
}
