package org.quantsweep.registry;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * A text file that says why a model was chosen, such as {@code result.json}.
 *
 * @param name one path segment: letters, digits, dots, hyphens, underscores
 * @param text stored as UTF-8
 */
public record EvidenceFile(String name, String text) implements Serializable {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Checks the name. */
  public EvidenceFile {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name (" + name + ") of an evidence file must be one plain path segment.");
    }
  }
}
