package org.quantsweep.jobs.cli;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.spark.util.SparkUncaughtExceptionHandler;

/** Lets Spark log a name, as it does of a file that a task cannot read. */
public final class LoggedName {
  private LoggedName() {}

  /** Of a thread and of what it failed with; the name comes in base 64. */
  public static void main(String[] arguments) {
    QuantSweep.showLogs();
    String name = new String(Base64.getDecoder().decode(arguments[0]), StandardCharsets.UTF_8);
    new SparkUncaughtExceptionHandler(false)
        .uncaughtException(new Thread(() -> {}, name), new IllegalStateException(name));
  }
}
