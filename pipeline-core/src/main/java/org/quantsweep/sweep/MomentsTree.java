package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.calibration.InputMoments;

/**
 * In which order the moments of shards are added: one after the other in blocks of sixteen, then
 * the blocks' sums in blocks of sixteen, until one is left. The order follows from the shards'
 * numbers alone, and so do the last bits. No more than two have to be held at once.
 */
public final class MomentsTree {
  /** How many are added one after the other. */
  public static final int FAN = 16;

  private MomentsTree() {}

  /**
   * The moments over all shards.
   *
   * @param shards at least one, by number
   */
  public static InputMoments sum(List<InputMoments> shards) {
    List<InputMoments> left = shards;
    while (left.size() > 1) {
      List<InputMoments> sums = new ArrayList<>();
      for (int from = 0; from < left.size(); from += FAN) {
        sums.add(
            left.subList(from, Math.min(left.size(), from + FAN)).stream()
                .reduce(InputMoments::plus)
                .orElseThrow());
      }
      left = sums;
    }
    return left.get(0);
  }
}
