package org.quantsweep.difference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How things of two models differ, by their names.
 *
 * @param removed what only the first one has, with what it says, in its order
 * @param added what only the second one has, in its order
 * @param changed what both have and say otherwise, in the order of the first one
 * @param same how many are the same in both
 */
public record Changes(List<Change> removed, List<Change> added, List<Change> changed, int same) {
  /** Copies the lists. */
  public Changes {
    removed = List.copyOf(removed);
    added = List.copyOf(added);
    changed = List.copyOf(changed);
  }

  /**
   * Of texts by name.
   *
   * @param a in the first model's order
   * @param b in the second one's
   */
  static Changes of(Map<String, String> a, Map<String, String> b) {
    List<Change> removed = new ArrayList<>();
    List<Change> added = new ArrayList<>();
    List<Change> changed = new ArrayList<>();
    int same = 0;
    for (Map.Entry<String, String> entry : a.entrySet()) {
      String other = b.get(entry.getKey());
      if (other == null) {
        removed.add(new Change(entry.getKey(), entry.getValue(), ""));
      } else if (other.equals(entry.getValue())) {
        same++;
      } else {
        changed.add(new Change(entry.getKey(), entry.getValue(), other));
      }
    }
    b.forEach(
        (name, text) -> {
          if (!a.containsKey(name)) {
            added.add(new Change(name, "", text));
          }
        });
    return new Changes(removed, added, changed, same);
  }

  /** Whether nothing differs. */
  public boolean areNone() {
    return removed.isEmpty() && added.isEmpty() && changed.isEmpty();
  }
}
