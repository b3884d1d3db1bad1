package org.quantsweep.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values from the YAML file that {@code --settings} names: its keys are the flags without their
 * hyphens. Flags win; unknown keys are refused with the nearest known one. A file for several
 * models has names as keys and their flags below; {@code --entry} says which name.
 */
final class SettingsFile implements IDefaultValueProvider {
  /**
   * Parts the values of an option that is given once for each of them: a path may hold a comma, but
   * hardly a line's end.
   */
  static final String LINE = "\n";

  private static final long LIMIT = 1L << 20;

  @Override
  public String defaultValue(ArgSpec argument) {
    if (!argument.isOption() || argument.command() == null) {
      return null;
    }
    OptionSpec option = (OptionSpec) argument;
    OptionSpec settings = argument.command().findOption("--settings");
    OptionSpec entry = argument.command().findOption("--entry");
    if (settings == null || option.equals(settings) || option.equals(entry)) {
      return null;
    }
    Path file = settings.getValue();
    if (file == null) {
      return null;
    }
    JsonNode value =
        read(file, entry.getValue(), argument.command()).get(option.longestName().substring(2));
    if (value == null) {
      return null;
    }
    List<String> values = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(each -> values.add(each.asText()));
    }
    if (value.isObject()) {
      value
          .properties()
          .forEach(field -> values.add(field.getKey() + "=" + field.getValue().asText()));
    }
    if (value.isContainerNode()) {
      return String.join(LINE.equals(option.splitRegex()) ? LINE : ",", values);
    }
    return value.asText();
  }

  /**
   * Reads the whole file and checks its keys.
   *
   * @param entry the name whose flags are meant; null where the file holds one set of flags
   * @throws UsageException listing every unknown key, or when there is no such entry
   */
  static JsonNode read(Path file, String entry, CommandSpec command) {
    JsonNode root;
    try {
      if (Files.size(file) > LIMIT) {
        throw new UsageException(
            file + ": the settings file is larger than " + LIMIT + " bytes.\nMaybe name another.");
      }
      root = new YAMLMapper().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UsageException(
          file + ": the settings cannot be read (" + e.getMessage() + ").\nMaybe check --settings.",
          e);
    }
    String where = entry == null ? file.toString() : file + ", entry '" + entry + "'";
    JsonNode flags = entry == null ? root : entry(root, entry, file);
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : flags.properties()) {
      String key = field.getKey();
      if (!command.optionsMap().containsKey("--" + key)) {
        boolean forgotten = entry == null && field.getValue().isObject();
        problems.add(
            where
                + ": key '"
                + key
                + "' is not known.\nMaybe write "
                + (forgotten ? "--entry " + key : nearest(key, command))
                + ".");
      }
    }
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    return flags;
  }

  private static JsonNode entry(JsonNode root, String entry, Path file) {
    JsonNode flags = root.get(entry);
    if (flags != null && flags.isObject()) {
      return flags;
    }
    List<String> names = new ArrayList<>();
    root.properties()
        .forEach(
            field -> {
              if (field.getValue().isObject()) {
                names.add(field.getKey());
              }
            });
    throw new UsageException(
        file
            + ": there is no entry '"
            + entry
            + "' (entries: "
            + String.join(", ", names)
            + "). An entry is a name with flags below it.\nMaybe "
            + (names.isEmpty()
                ? "leave --entry out."
                : "write --entry " + NearestName.of(entry, names) + "."));
  }

  private static String nearest(String key, CommandSpec command) {
    List<String> names = new ArrayList<>();
    for (String name : command.optionsMap().keySet()) {
      if (name.startsWith("--")) {
        names.add(name.substring(2));
      }
    }
    return NearestName.of(key, names);
  }
}
