package org.quantsweep.jobs.guard;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A program of ours in a JVM of its own, with the class path of this one.
 *
 * @param main its class
 */
record ChildProgram(Class<?> main) implements Serializable {
  /**
   * Starts it. Its output goes to a file, since nobody reads along.
   *
   * @param folder for its files; a crash's report goes there too
   * @param arguments what it is given
   */
  Process start(Path folder, List<String> arguments) throws IOException {
    // By a file: class paths are long, and some versions of the engine crash on long command lines.
    Path options = folder.resolve("options");
    Files.write(options, options(folder), StandardCharsets.UTF_8);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + options);
    command.add(main.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output(folder).toFile())
        .start();
  }

  /** What it said, or the empty text. */
  static String said(Path folder) {
    try {
      return new String(Files.readAllBytes(output(folder)), Charset.defaultCharset());
    } catch (IOException e) {
      return "";
    }
  }

  private static Path output(Path folder) {
    return folder.resolve("output");
  }

  private List<String> options(Path folder) {
    List<String> options = new ArrayList<>();
    // What it needs is little for a small model; for a large one it is what this process needs.
    options.add("-Xms16m");
    options.add("-Xmx" + Runtime.getRuntime().maxMemory());
    options.add("-XX:+UseSerialGC");
    options.add("-XX:TieredStopAtLevel=1");
    options.add("-XX:-CreateCoredumpOnCrash");
    options.add("-XX:ErrorFile=" + quoted(folder.resolve("crash").toString()));
    options.add("-Dfile.encoding=" + System.getProperty("file.encoding"));
    options.add("-cp");
    options.add(quoted(String.join(File.pathSeparator, classPath())));
    return options;
  }

  /** Our own place first: spark-submit has it in a class loader, not in the class path. */
  private Set<String> classPath() {
    Set<String> places = new LinkedHashSet<>();
    CodeSource own = main.getProtectionDomain().getCodeSource();
    if (own != null) {
      try {
        URI place = own.getLocation().toURI();
        if ("file".equals(place.getScheme())) {
          places.add(Path.of(place).toString());
        }
      } catch (URISyntaxException e) {
        // Then the class path has it.
      }
    }
    for (String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!place.isEmpty()) {
        places.add(Path.of(place).toAbsolutePath().toString());
      }
    }
    return places;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
