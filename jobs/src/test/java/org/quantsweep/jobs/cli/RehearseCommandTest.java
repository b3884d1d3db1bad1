package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.testing.PythonEnvironment;

/** What an archive of classes is made from. */
class RehearseCommandTest {
  @TempDir Path folder;

  private String home;

  @BeforeEach
  void keepHome() {
    home = System.getProperty(DemoCommand.HOME);
  }

  @AfterEach
  void restoreHome() {
    if (home == null) {
      System.clearProperty(DemoCommand.HOME);
    } else {
      System.setProperty(DemoCommand.HOME, home);
    }
  }

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = QuantSweep.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  /** A command that fails loads few classes, and nobody would hear of it. */
  @Test
  void itsCommandsDoWhatAUsersDo() throws IOException {
    Path sample = PythonEnvironment.repository("datasets/src/main/sample");
    // The last two find neither a result nor a version.
    assertThat(RehearseCommand.rehearse(sample, folder, false))
        .containsExactly(0, 0, 0, 0, 0, 0, 4, 0);
    for (String made : List.of("smaller.mlmodel", "full.mlmodel", "report.html", "answers.npz")) {
      assertThat(folder.resolve(made)).isNotEmptyFile();
    }
  }

  @Test
  void itSaysNothingAndLeavesNothing() throws IOException {
    System.setProperty(
        DemoCommand.HOME, PythonEnvironment.repository("quantsweep").getParent().toString());
    List<String> before = rehearsals();
    assertThat(run("rehearse")).isEqualTo(new Ran(0, "", ""));
    assertThat(before).containsAll(rehearsals());
  }

  private static List<String> rehearsals() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("quantsweep-rehearsal-"))
          .toList();
    }
  }

  @Test
  void withoutTheSampleItSaysWhereThatIsWanted() {
    System.setProperty(DemoCommand.HOME, folder.toString());
    assertThat(run("rehearse"))
        .isEqualTo(
            new Ran(
                2,
                "",
                folder.resolve("datasets/src/main/sample")
                    + ": the bundled sample is not here.\n"
                    + "Maybe run ./quantsweep from a clone.\n"));
  }
}
