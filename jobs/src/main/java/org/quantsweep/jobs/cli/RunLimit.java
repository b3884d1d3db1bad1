package org.quantsweep.jobs.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.UsageException;
import picocli.CommandLine.Option;

/** How long a run of a model may take. */
final class RunLimit {
  @Option(
      names = "--run-limit",
      defaultValue = "10m",
      paramLabel = "TIME",
      description =
          "Longest time that one run of a model may take, as 30s, 10m or 2h. Default:"
              + " ${DEFAULT-VALUE}.")
  private String limit;

  /** The limit; what is wrong with it is added to the problems. */
  Duration limit(List<String> problems) {
    Duration parsed = SearchOptions.duration(problems, "--run-limit", limit, "10m");
    if (parsed != null && parsed.isZero()) {
      problems.add("--run-limit (" + limit + ") must be more than 0.\nMaybe write 10m.");
    }
    return parsed;
  }

  /**
   * The limit.
   *
   * @throws UsageException when it is none
   */
  Duration limit() {
    List<String> problems = new ArrayList<>();
    Duration parsed = limit(problems);
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    return parsed;
  }
}
