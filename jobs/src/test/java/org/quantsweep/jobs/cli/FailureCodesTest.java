package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.EngineFaultException;

/** Schedulers try again after 1, and never after 4. */
class FailureCodesTest {
  /** The exit code in the first line, then what is said. */
  private static String told(Throwable failure) {
    StringWriter said = new StringWriter();
    int code = QuantSweep.failed(failure, new PrintWriter(said, true), false);
    return code + "\n" + said;
  }

  @Test
  void anEnginesFaultIsNoBadInputWhereverItHappened() {
    EngineFaultException fault =
        new EngineFaultException("the engine failed twice (bad_alloc).\nMaybe wait.", null);
    String expected = "1\nthe engine failed twice (bad_alloc).\nMaybe wait.\n";
    assertThat(told(fault)).isEqualTo(expected);
    // As a task's failure comes to the driver.
    assertThat(told(new IllegalStateException(new SparkException("Job aborted", fault))))
        .isEqualTo(expected);
  }

  @Test
  void memoryThatIsOutIsNoBadInputEither() {
    long heap = Runtime.getRuntime().maxMemory() / 1024 / 1024;
    assertThat(told(new IllegalStateException(new OutOfMemoryError("Java heap space"))))
        .isEqualTo(
            "1\nmemory is out: Java heap space\nMaybe give it more than the "
                + heap
                + " MB of its heap, for example with QUANTSWEEP_JAVA_OPTIONS=-Xmx"
                + 2 * heap
                + "m.\n");
  }

  @Test
  void whatATaskFoundWrongWithTheInputIsBadInput() {
    BadInputException bad = new BadInputException("it is damaged.\nMaybe copy it again.");
    assertThat(told(new SparkException("Job aborted", bad)))
        .isEqualTo("4\nit is damaged.\nMaybe copy it again.\n");
  }
}
