package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** What weight tensors have in common. */
  private record Cause(List<String> schemes, String reason) {}

  /** Lines, one for all weight tensors with the same schemes and reason. */
  public static List<String> lines(Collection<LeftOut> all) {
    Map<Cause, List<String>> tensors = new LinkedHashMap<>();
    for (LeftOut own : all) {
      tensors
          .computeIfAbsent(new Cause(own.schemes, own.reason), missing -> new ArrayList<>())
          .add("'" + own.tensor + "'");
    }
    List<String> lines = new ArrayList<>();
    tensors.forEach((cause, own) -> lines.add(line(own, cause.schemes, cause.reason)));
    return lines;
  }

  private static String line(List<String> tensors, List<String> schemes, String reason) {
    boolean one = tensors.size() == 1;
    return "weight tensor"
        + (one ? " " : "s ")
        + some(tensors)
        + (one ? " is" : " are")
        + " not stored as "
        + some(schemes)
        + ": "
        + reason;
  }

  private static String some(List<String> names) {
    int more = names.size() - NAMED;
    return names.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }

  /** In one line; of many schemes the first are named. */
  @Override
  public String toString() {
    return line(List.of("'" + tensor + "'"), schemes, reason);
  }
}
