package org.quantsweep.jobs.cli;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import picocli.CommandLine.Model.CommandSpec;

/** Says what file was written. */
final class FileSummary {
  private FileSummary() {}

  static void print(
      CommandSpec spec,
      CommonOptions common,
      OutputFile file,
      CoreMLModel given,
      ModelFiles encoded,
      int tensors) {
    double ratio = encoded.size().ratioTo(given.size());
    if (common.json()) {
      Map<String, Object> summary = new TreeMap<>();
      summary.put("file", file.name());
      summary.put("encodedSize", encoded.size().bytes());
      summary.put("ratio", ratio);
      summary.put("sha256", encoded.digest().hex());
      summary.put("weightTensors", tensors);
      spec.commandLine().getOut().println(CommonOptions.toJson(summary));
    } else {
      spec.commandLine()
          .getOut()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s: %s, %.1f %% of the file as given, %d weight tensors, SHA-256 %s",
                  file,
                  encoded.size(),
                  100 * ratio,
                  tensors,
                  encoded.digest()));
    }
  }
}
