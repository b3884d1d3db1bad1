package org.quantsweep.inference.onnx.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.testing.PythonEnvironment;
import org.quantsweep.testing.PythonEnvironment.Outcome;

/**
 * coremltools' own tests of its operations, which predict by Core ML on a Mac, with our engine in
 * that place ({@code run_coremltools_tests.py}): a case of each test function that needs NumPy
 * only, always the same one. {@code benchmarks/coremltools_operations.sh} runs them all.
 */
class CoremltoolsOperationsIT {
  private static final Pattern SUMMARY =
      Pattern.compile(
          "of (\\d+) tests that predict: (\\d+) passed, (\\d+) differ as listed, (\\d+) failed");

  /** Of some 400 test functions that predict, about as many need PyTorch or TensorFlow. */
  private static final int MANY = 200;

  @Test
  void coremltoolsOwnTestsPassOnOurEngine() {
    PythonEnvironment python =
        PythonEnvironment.of("coremltools", "coremltools' own tests of its operations");

    // Half of the files each at once: the other classes of this module end much earlier.
    List<CompletableFuture<Outcome>> halves =
        Stream.of("1/2", "2/2")
            .map(half -> CompletableFuture.supplyAsync(() -> run(python, half), inThread()))
            .toList();
    int passed = 0;
    for (CompletableFuture<Outcome> half : halves) {
      Outcome outcome = half.join();
      assertThat(outcome.exitCode()).as(outcome.output() + outcome.errors()).isZero();
      Matcher summary = SUMMARY.matcher(outcome.output());
      assertThat(summary.find()).as(outcome.output()).isTrue();
      assertThat(summary.group(4)).isEqualTo("0");
      passed += Integer.parseInt(summary.group(2));
    }

    assertThat(passed).isGreaterThan(MANY);
  }

  private static Executor inThread() {
    return work -> new Thread(work).start();
  }

  private static Outcome run(PythonEnvironment python, String... more) {
    List<String> arguments = new ArrayList<>(List.of(System.getProperty("java.class.path"), "1"));
    arguments.addAll(List.of(more));
    return python.run(script(), arguments.toArray(new String[0]));
  }

  /** A wrong engine fails these tests: they do compare. */
  @Test
  void theTestsFindAnEngineThatAnswersWrongly() {
    PythonEnvironment python =
        PythonEnvironment.of("coremltools", "coremltools' own tests of its operations");

    Outcome outcome = run(python, "iOS14/test_reduction.py", "--answers-wrongly");

    assertThat(outcome.exitCode()).as(outcome.output() + outcome.errors()).isEqualTo(1);
    assertThat(outcome.output())
        .contains("of 5 tests that predict: 0 passed, 0 differ as listed, 5 failed");
  }

  private static Path script() {
    return PythonEnvironment.repository("pipeline-core/src/test/python/run_coremltools_tests.py");
  }
}
