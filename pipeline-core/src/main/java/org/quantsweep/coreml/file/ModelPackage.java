package org.quantsweep.coreml.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/**
 * A model package: a manifest, the model's own file, and what lies beside it ({@code
 * modelpackage/src/ModelPackage.cpp} of coremltools).
 *
 * @param specification the model's own file
 * @param beside the files in its folder and below, by their path there
 */
record ModelPackage(FileContent specification, Map<String, FileContent> beside) {
  static final String MANIFEST = "Manifest.json";
  private static final String DATA = "Data/";
  private static final ByteSize LARGEST_MANIFEST = new ByteSize(1 << 20);
  private static final List<String> ENTRY = List.of("author", "description", "name", "path");

  ModelPackage {
    beside = Map.copyOf(beside);
  }

  /** Whether a tree of files looks like a package. */
  static boolean isPackage(ModelFiles files) {
    return !files.isLone();
  }

  /**
   * Finds the parts of a package.
   *
   * @throws BadInputException when the manifest is missing, damaged, or names what is not there
   */
  static ModelPackage of(ModelFiles files, String name) {
    FileContent manifest = files.files().get(MANIFEST);
    if (manifest == null) {
      throw refused(
          name,
          "the folder has no " + MANIFEST + ", so it is no model package",
          "name the folder that ends in .mlpackage, or copy the whole of it.");
    }
    String root = rootPath(json(manifest, name), files, name);
    FileContent specification = files.files().get(DATA + root);
    if (specification == null) {
      throw refused(
          name,
          MANIFEST + " names '" + DATA + root + "' as the model, but there is no such file",
          "copy the whole package again.");
    }
    String folder = DATA + root.substring(0, root.lastIndexOf('/') + 1);
    Map<String, FileContent> beside = new TreeMap<>();
    files
        .files()
        .forEach(
            (path, content) -> {
              if (path.startsWith(folder) && !path.equals(DATA + root)) {
                beside.put(path.substring(folder.length()), content);
              }
            });
    return new ModelPackage(specification, beside);
  }

  private static JsonNode json(FileContent manifest, String name) {
    try {
      JsonNode read = new ObjectMapper().readTree(manifest.readAll(LARGEST_MANIFEST));
      if (read != null && read.isObject()) {
        return read;
      }
      throw refused(name, MANIFEST + " is no JSON object", "copy the whole package again.");
    } catch (IOException e) {
      throw refused(
          name,
          MANIFEST + " cannot be read (" + firstLine(e) + ")",
          "copy the whole package again.");
    }
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static String rootPath(JsonNode manifest, ModelFiles files, String name) {
    String version = manifest.path("fileFormatVersion").asText("");
    if (!version.matches("1\\.0\\.0")) {
      throw refused(
          name,
          MANIFEST + " has fileFormatVersion '" + version + "', but only 1.0.0 is known",
          "save the package again with coremltools.");
    }
    JsonNode entries = manifest.path("itemInfoEntries");
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      problems.addAll(problems(entry.getKey(), entry.getValue(), files));
    }
    if (!problems.isEmpty()) {
      throw refused(
          name, MANIFEST + ": " + String.join("; ", problems), "copy the whole package again.");
    }
    String root = manifest.path("rootModelIdentifier").asText("");
    if (!entries.has(root)) {
      throw refused(
          name,
          MANIFEST + " has rootModelIdentifier '" + root + "', which names no item",
          "save the package again with coremltools.");
    }
    return entries.path(root).path("path").asText();
  }

  private static List<String> problems(String identifier, JsonNode entry, ModelFiles files) {
    List<String> problems = new ArrayList<>();
    for (String key : ENTRY) {
      if (!entry.path(key).isTextual()) {
        problems.add("item '" + identifier + "' has no '" + key + "'");
      }
    }
    String path = entry.path("path").asText("");
    if (!path.isEmpty() && !ModelFiles.isInside(path)) {
      problems.add("item '" + identifier + "' has path '" + path + "', which leads out of Data");
    } else if (!path.isEmpty() && !isThere(DATA + path, files)) {
      // A folder without files is no part of a tree of files, and coremltools writes an empty one.
      if (!path.endsWith("weights")) {
        problems.add("item '" + identifier + "' has path '" + path + "', which is not there");
      }
    }
    return problems;
  }

  private static boolean isThere(String path, ModelFiles files) {
    return files.files().containsKey(path)
        || files.files().keySet().stream().anyMatch(file -> file.startsWith(path + "/"));
  }

  private static BadInputException refused(String name, String problem, String cure) {
    return new BadInputException(name + ": " + problem + ".\nMaybe " + cure);
  }
}
