package org.quantsweep.registry;

import java.io.Serializable;
import java.util.regex.Pattern;
import org.quantsweep.UsageException;

/**
 * The name that versions of a model are published under: 1 to 128 letters, digits, dots, hyphens
 * and underscores of ASCII, a letter or digit first. So it is one path segment on every file
 * system.
 */
public record ModelName(String text) implements Comparable<ModelName>, Serializable {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /**
   * Checks the form.
   *
   * @throws UsageException when the name could not be a path segment everywhere
   */
  public ModelName {
    if (!FORM.matcher(text).matches()) {
      throw new UsageException(
          "model name ("
              + text
              + ") must be 1 to 128 letters, digits, '.', '-' or '_', a letter or digit first: it"
              + " becomes a folder's name.\nMaybe write "
              + suggestion(text)
              + ".");
    }
  }

  private static String suggestion(String text) {
    String cleaned = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
    String suggestion = cleaned.substring(0, Math.min(128, cleaned.length()));
    return suggestion.isEmpty() ? "my-model" : suggestion;
  }

  @Override
  public int compareTo(ModelName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
