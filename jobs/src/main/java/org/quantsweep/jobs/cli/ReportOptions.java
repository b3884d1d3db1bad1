package org.quantsweep.jobs.cli;

import java.util.List;
import org.quantsweep.UsageException;
import org.quantsweep.job.ReportSettings;
import org.quantsweep.search.LargestSize;
import picocli.CommandLine.Option;

/** What a sweep keeps for its report. */
final class ReportOptions {
  @Option(
      names = "--no-report",
      description = "Write neither evidence.json nor report.html beside the result.")
  private boolean none;

  @Option(
      names = "--report-samples",
      defaultValue = "24",
      paramLabel = "N",
      description =
          "Show the answers to at most N samples, first those that disagree. Default:"
              + " ${DEFAULT-VALUE}.")
  private int samples;

  @Option(
      names = "--report-bytes",
      defaultValue = "3MB",
      paramLabel = "SIZE",
      description =
          "The most bytes of all pictures of a report together. Default: ${DEFAULT-VALUE}.")
  private String pictures;

  /** The settings; what is wrong is added to the problems. */
  ReportSettings settings(List<String> problems) {
    LargestSize largest = Problems.read(problems, () -> largest(pictures));
    if (samples < 0 || samples > ReportSettings.MOST_SAMPLES) {
      problems.add(
          "--report-samples ("
              + samples
              + ") must be in [0, "
              + ReportSettings.MOST_SAMPLES
              + "].\nMaybe write 24.");
      return ReportSettings.DEFAULT;
    }
    return largest == null ? ReportSettings.DEFAULT : new ReportSettings(!none, samples, largest);
  }

  private static LargestSize largest(String text) {
    LargestSize largest;
    try {
      largest = LargestSize.parse(text);
    } catch (UsageException e) {
      throw new UsageException("--report-bytes: " + e.getMessage(), e);
    }
    if (largest.bytes().compareTo(ReportSettings.MOST_PICTURES.bytes()) > 0) {
      throw new UsageException(
          "--report-bytes ("
              + text
              + ") may be at most "
              + ReportSettings.MOST_PICTURES
              + ": a page holds all of them.\nMaybe write 3MB.");
    }
    return largest;
  }
}
