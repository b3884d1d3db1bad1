package org.quantsweep.difference;

import java.util.List;

/**
 * A layer or operation that both models have, and what of it differs.
 *
 * @param path its name in both
 * @param type in the first model
 * @param settings {@code type}, {@code inputs}, {@code outputs} or the name of a setting
 */
public record LayerChange(String path, String type, List<Change> settings) {
  /** Copies the list. */
  public LayerChange {
    settings = List.copyOf(settings);
  }
}
