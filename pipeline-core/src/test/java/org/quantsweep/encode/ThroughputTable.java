package org.quantsweep.encode;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks of packing codes and of writing model files, and prints what they do in MB/s
 * and as a share of copying the same bytes, measured in the same run. {@code
 * benchmarks/throughput.sh MODEL.mlmodel} is the command.
 */
public final class ThroughputTable {
  private static final double MEGA = 1e6;

  private ThroughputTable() {}

  /** Takes the model. */
  public static void main(String[] arguments) throws Exception {
    Path model = Path.of(arguments[0]).toAbsolutePath();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Map<String, Map<String, Double>> codes = new TreeMap<>();
    for (RunResult result :
        new Runner(
                new OptionsBuilder()
                    .include("CodePackerBenchmark.(pack|unpack|copy)")
                    .warmupIterations(2)
                    .warmupTime(TimeValue.milliseconds(500))
                    .measurementIterations(5)
                    .measurementTime(TimeValue.milliseconds(300))
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run()) {
      codes
          .computeIfAbsent(result.getParams().getParam("width"), width -> new TreeMap<>())
          .put(result.getPrimaryResult().getLabel(), result.getPrimaryResult().getScore());
    }
    double[] copies = codes.values().stream().mapToDouble(of -> of.get("copy")).sorted().toArray();
    // A copy does not depend on the width; one of them may have been disturbed.
    double copy = (copies[(copies.length - 1) / 2] + copies[copies.length / 2]) / 2;
    codes.values().forEach(of -> of.put("copy", copy));
    out.println("| bits | pack | unpack | pack, low bits first | unpack, low bits first |");
    out.println("|---|---|---|---|---|");
    codes.forEach(
        (width, of) ->
            out.println(
                "| "
                    + width
                    + cell(of, "packMostSignificantFirst")
                    + cell(of, "unpackMostSignificantFirst")
                    + cell(of, "packLeastSignificantFirst")
                    + cell(of, "unpackLeastSignificantFirst")
                    + " |"));
    out.println();

    Map<String, Double> files = new TreeMap<>();
    double megabytes = Files.size(model) / MEGA;
    for (RunResult result :
        new Runner(
                new OptionsBuilder()
                    .include("ModelEncoderBenchmark")
                    .param("model", model.toString())
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run()) {
      files.put(
          result.getPrimaryResult().getLabel(), megabytes * result.getPrimaryResult().getScore());
    }
    out.println("| linear:4 | lut-linear:4 | lut-kmeans:4, tables at hand |");
    out.println("|---|---|---|");
    out.println(
        cell(files, "linear").substring(1)
            + cell(files, "linearLookUpTables")
            + cell(files, "lookUpTablesAtHand")
            + " |");
    out.printf(
        Locale.ROOT,
        "%nA copy of the codes: %.0f MB/s; of the file as given (%.2f MB): %.0f MB/s.%n",
        copy,
        megabytes,
        files.get("copy"));
  }

  private static String cell(Map<String, Double> of, String name) {
    return String.format(
        Locale.ROOT, " | %.0f (%.3f)", of.get(name), of.get(name) / of.get("copy"));
  }
}
