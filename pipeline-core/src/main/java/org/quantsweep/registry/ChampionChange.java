package org.quantsweep.registry;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One move of the champion, kept for audit.
 *
 * @param action why it moved
 * @param version where it moved to
 */
public record ChampionChange(Action action, int version) implements Serializable {
  /** Why the champion moved. */
  public enum Action {
    /** A version became champion. */
    PROMOTE("promote"),
    /** An earlier champion was put back. */
    ROLLBACK("rollback");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * The champions that stand after some changes: the present one first, then those that rolling
   * back would return to, in that order. A promotion adds one; a rollback takes away every champion
   * that came after the one it returns to.
   */
  public static List<Integer> standing(List<ChampionChange> history) {
    Deque<Integer> champions = new ArrayDeque<>();
    for (ChampionChange change : history) {
      if (change.action == Action.ROLLBACK) {
        champions.pop();
        while (!champions.isEmpty() && champions.peek() != change.version) {
          champions.pop();
        }
      } else {
        champions.push(change.version);
      }
    }
    return List.copyOf(champions);
  }
}
