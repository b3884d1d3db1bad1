package org.quantsweep;

import java.util.Collection;

/** Finds what somebody may have meant. */
public final class NearestName {
  private NearestName() {}

  /** The first of the known names with the fewest edits (Levenshtein) from what was written. */
  public static String of(String written, Collection<String> known) {
    String best = written;
    int least = Integer.MAX_VALUE;
    for (String name : known) {
      int edits = edits(written, name);
      if (edits < least) {
        least = edits;
        best = name;
      }
    }
    return best;
  }

  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
