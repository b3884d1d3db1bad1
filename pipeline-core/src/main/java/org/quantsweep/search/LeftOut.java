package org.quantsweep.search;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Options that a weight tensor cannot have, so that it has the others only.
 *
 * @param tensor its identity
 * @param schemes at least one
 * @param reason as the rest of a sentence
 */
public record LeftOut(String tensor, List<String> schemes, String reason) {
  private static final int NAMED = 3;

  /** Copies the list. */
  public LeftOut {
    schemes = List.copyOf(schemes);
  }

  /** In one line; of many schemes the first are named. */
  @Override
  public String toString() {
    int more = schemes.size() - NAMED;
    return "weight tensor '"
        + tensor
        + "' is not stored as "
        + schemes.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "")
        + ": "
        + reason;
  }
}
