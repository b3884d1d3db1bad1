package org.quantsweep.jobs.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;

/**
 * Runs commands of the shaded jar one after the other in one driver, as spark-submit would run each
 * in a driver of its own: a driver that starts costs 30 s of CPU, and loads 25 000 classes.
 *
 * <p>A line of standard input is a command: the path without ending of its files ({@code .out},
 * {@code .err}, and at its end {@code .code}), its Spark settings as {@code name=value}, {@code
 * --}, and its arguments, with tabs between. The loop ends with its input.
 */
public final class CommandLoop {
  private CommandLoop() {}

  public static void main(String[] none) throws Exception {
    // The jar is spark-submit's, so it is not on the class path of this class.
    Method run =
        Class.forName(
                "org.quantsweep.jobs.cli.QuantSweep",
                true,
                Thread.currentThread().getContextClassLoader())
            .getDeclaredMethod("run", PrintWriter.class, PrintWriter.class, String[].class);
    run.setAccessible(true);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        List<String> words = List.of(line.split("\t", -1));
        int end = words.indexOf("--");
        Properties before = (Properties) System.getProperties().clone();
        for (String setting : words.subList(1, end)) {
          int equals = setting.indexOf('=');
          System.setProperty(setting.substring(0, equals), setting.substring(equals + 1));
        }
        int code = run(run, words.get(0), words.subList(end + 1, words.size()));
        System.setProperties(before);
        Path written = Path.of(words.get(0) + ".code");
        Path temporary = Path.of(written + ".tmp");
        Files.writeString(temporary, Integer.toString(code));
        Files.move(temporary, written, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    System.exit(0);
  }

  private static int run(Method run, String files, List<String> arguments)
      throws IOException, ReflectiveOperationException {
    try (PrintWriter out = new PrintWriter(files + ".out", StandardCharsets.UTF_8);
        PrintWriter err =
            new PrintWriter(
                Files.newBufferedWriter(Path.of(files + ".err"), StandardCharsets.UTF_8), true)) {
      return (int) run.invoke(null, out, err, arguments.toArray(new String[0]));
    }
  }
}
