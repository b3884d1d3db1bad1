package org.quantsweep.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  @Option(
      names = "--settings",
      paramLabel = "FILE",
      description = "YAML file whose keys are the flags without hyphens; flags win.")
  private Path settings;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description = "The part of the settings file to use; the flags stand below its name.")
  private String entry;

  @Option(
      names = "--plugins",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "JAR",
      description = "A jar with own look-up tables or criteria; shipped to executors.")
  private List<File> plugins = new ArrayList<>();

  @Option(names = "--stacktrace", hidden = true, description = "Show where a failure came from.")
  private boolean stacktrace;

  boolean json() {
    return json;
  }

  /** The settings file, or null; {@link SettingsFile} reads it for every flag. */
  Path settings() {
    return settings;
  }

  /** The part of the settings file that counts, or null for all of it. */
  String entry() {
    return entry;
  }

  /** Jars of the user's own; loaded before the command runs. */
  List<File> plugins() {
    return plugins;
  }

  /** Whether a failure shows where it came from. */
  boolean stacktrace() {
    return stacktrace;
  }

  static String toJson(Object value) {
    try {
      return new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result must have a JSON form.", e);
    }
  }
}
