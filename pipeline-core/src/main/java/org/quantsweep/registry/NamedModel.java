package org.quantsweep.registry;

import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.quantsweep.artifact.ModelFiles;

/**
 * A model to publish, with the content that was judged. Reading a file of it fails before the last
 * byte when that has changed since: nobody can copy the whole of it.
 *
 * @param fileName as the registry is to store it, for example {@code model.mlmodel}: a file, or a
 *     folder where the model is a tree
 */
public record NamedModel(String fileName, ModelFiles files) {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._ -]{0,199}");

  /** What registries keep beside a model. */
  private static final Set<String> TAKEN = Set.of("provenance.json", "evidence", "files.json");

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException when it is no name of a model file
   */
  public NamedModel {
    if (!isFileName(fileName)) {
      throw new IllegalArgumentException(
          "file name (" + fileName + ") of a published model must be plain letters and digits.");
    }
    Objects.requireNonNull(files, "files");
  }

  /** Whether a registry may store a model under this name: one path segment everywhere. */
  public static boolean isFileName(String text) {
    return FILE_NAME.matcher(text).matches() && !TAKEN.contains(text);
  }
}
