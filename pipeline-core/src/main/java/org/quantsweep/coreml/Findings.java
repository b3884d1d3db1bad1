package org.quantsweep.coreml;

import java.util.ArrayList;
import java.util.List;

/**
 * What a check found: problems that make a model unusable, and warnings about what is odd but can
 * be used. Bounded, because a hostile file may hold millions of both.
 */
public final class Findings {
  /** How many of each are kept with their text. */
  public static final int KEPT = 20;

  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private long problemCount;
  private long warningCount;

  /** Notes something that makes the model unusable: one sentence that says where. */
  public void problem(String sentence) {
    problemCount++;
    if (problems.size() < KEPT) {
      problems.add(sentence);
    }
  }

  /** Notes something odd that can be used: one sentence that says where. */
  public void warning(String sentence) {
    warningCount++;
    if (warnings.size() < KEPT) {
      warnings.add(sentence);
    }
  }

  /** The first problems, in the order found. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** How many problems there are in all. */
  public long problemCount() {
    return problemCount;
  }

  /** The first warnings, in the order found, with a last line that counts those left out. */
  public List<String> warnings() {
    List<String> lines = new ArrayList<>(warnings);
    if (warningCount > warnings.size()) {
      lines.add("and " + (warningCount - warnings.size()) + " more warnings.");
    }
    return List.copyOf(lines);
  }
}
