package org.quantsweep.jobs.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.testing.SharedData;

/** A model's first run in another process, and what comes of it there. */
@Timeout(120)
class FirstRunGuardTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final CoreMLModel MODEL =
      ModelReader.read(Path.of("../datasets/src/main/sample/shapes.mlmodel"));

  private static void run(Class<?> program, Duration limit) {
    new FirstRunGuard(limit, new ChildProgram(program)).requireHarmless(MODEL);
  }

  @Test
  void aModelThatRunsIsOpened() {
    GuardedEngine engine = GuardedEngine.onnxRuntime(LONG, FloatPrecision.FLOAT32);
    assertThat(engine.identity()).isEqualTo(InferenceEngines.onnxRuntime().identity());
    try (Predictor predictor = engine.open(MODEL)) {
      assertThat(predictor.inputs()).hasSize(1);
    }
  }

  @Test
  void aCrashEndsInOneMessage() {
    assertThatThrownBy(() -> run(Crashes.class, LONG))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "shapes.mlmodel: its first run, in a process of its own, crashed in native code"
                + " (SIGSEGV): the engine cannot run this model here.\n"
                + "Maybe convert it again with a newer converter, and report the model if that"
                + " does not help.");
  }

  @Test
  void aHangEndsInOneMessage() {
    assertThatThrownBy(() -> run(Hangs.class, Duration.ofSeconds(2)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "shapes.mlmodel: its first run, in a process of its own, had not ended after 2.0 s.\n"
                + "Maybe give it longer with --run-limit, if it is as large as that.");
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void whoIsKilledTellsNothingOfTheModel() {
    assertThatThrownBy(() -> run(IsKilled.class, LONG))
        .isInstanceOf(EngineFaultException.class)
        .hasMessage(
            "shapes.mlmodel: its first run, in a process of its own, was ended for lack of memory,"
                + " as it seems.\nMaybe leave it more memory, and give the same command again.");
  }

  /** As by a scheduler. At Ctrl-C it is the same, but what runs in the background ignores that. */
  @Test
  void whoIsEndedTellsNothingOfTheModelEither() {
    assertThatThrownBy(() -> run(IsEnded.class, LONG))
        .isInstanceOf(EngineFaultException.class)
        .hasMessage(
            "shapes.mlmodel: its first run, in a process of its own, was ended by a signal (exit"
                + " code 143) before it was through.\nMaybe give the same command again.");
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', none",
    "1, '', none",
    "139, '', SIGSEGV",
    "134, '', SIGABRT",
    "143, '', none",
    "1, '# A fatal error has been detected by the Java Runtime Environment:\n"
        + "#  SIGBUS (0x7)', SIGBUS",
    "1, '# A fatal error has been detected by the Java Runtime Environment:\n"
        + "#  Internal Error (x)', Internal Error"
  })
  void crashesAreToldByTheirSignalOrTheirReport(int code, String said, String crash) {
    assertThat(new ChildEnd(code, said).crash().orElse("none")).isEqualTo(crash);
  }

  @Test
  void aProgramThatDoesNotBeginIsNotTakenForARun() {
    assertThatThrownBy(() -> run(NoProgram.class, LONG))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "shapes.mlmodel: its first run, in a process of its own, did not begin: ");
  }

  @Test
  void nothingStaysBehind() throws IOException {
    List<Path> before = temporary();
    run(GuardedRun.class, LONG);
    assertThatThrownBy(() -> run(Crashes.class, LONG)).isInstanceOf(BadInputException.class);
    assertThat(new TreeSet<>(temporary())).isEqualTo(new TreeSet<>(before));
  }

  /** The other process reads all of a package, whichever part of it holds the weights. */
  @Test
  void packagesAndPipelinesInThemTravelWhole() {
    for (String name : List.of("PipelineTwoPrograms", "MultiFunctionMnist")) {
      CoreMLModel given = ModelReader.read(SharedData.path("models/" + name + ".mlpackage"));
      new FirstRunGuard(LONG, new ChildProgram(Reads.class)).requireHarmless(given);
    }
  }

  private static List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(FirstRunGuard.FOLDER))
          .toList();
    }
  }

  private static void signal(String name) throws IOException, InterruptedException {
    String own = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-" + name, own).start().waitFor();
    Thread.sleep(60_000);
  }

  /** Crashes where it cannot read the model. */
  static final class Reads {
    private Reads() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      System.out.println(GuardedRun.BEGUN);
      try {
        ModelReader.read(Path.of(arguments[0]));
      } catch (BadInputException e) {
        signal("SEGV");
      }
    }
  }

  /** What native code that goes wrong does. */
  static final class Crashes {
    private Crashes() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      signal("SEGV");
    }
  }

  /** What the system does when memory is short. */
  static final class IsKilled {
    private IsKilled() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      signal("KILL");
    }
  }

  /** What people do who have seen enough. */
  static final class IsEnded {
    private IsEnded() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      signal("TERM");
    }
  }

  /** What a hostile model does. */
  static final class Hangs {
    private Hangs() {}

    public static void main(String[] arguments) throws InterruptedException {
      Thread.sleep(600_000);
    }
  }

  /** A class without a program. */
  static final class NoProgram {
    private NoProgram() {}
  }
}
