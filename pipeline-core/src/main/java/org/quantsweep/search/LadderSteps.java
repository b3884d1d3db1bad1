package org.quantsweep.search;

import java.util.List;

/**
 * Where the rungs of a ladder lie. Its answer is the last rung above the size at which plans begin
 * to fail, so it is larger than that size by a part of the step there. That size is not known
 * before, but how likely it is to lie between two plans is: by as much as their chances differ.
 * Where rungs are few, the mean excess is least when they are as dense as the root of that density
 * (the rule of optimal quantizers for the absolute error: Gersho and Gray, Vector Quantization and
 * Signal Compression, 1992, section 5.6).
 */
final class LadderSteps {
  /**
   * Of the likelihood: what is spread evenly over all sizes, since the curve may be wrong far from
   * the plans that it was fitted to.
   */
  private static final double EVEN = 0.1;

  private static final int HALVINGS = 60;

  private final double[] logs;
  private final double[] roots;

  private LadderSteps(List<Rung> plans) {
    int intervals = plans.size() - 1;
    logs = new double[intervals];
    roots = new double[intervals];
    double range = logBytes(plans.get(intervals)) - logBytes(plans.get(0));
    double chances = plans.get(intervals).chance() - plans.get(0).chance();
    for (int i = 0; i < intervals; i++) {
      logs[i] = logBytes(plans.get(i + 1)) - logBytes(plans.get(i));
      double even = logs[i] / range;
      double rise = Math.max(0, plans.get(i + 1).chance() - plans.get(i).chance());
      double likely = chances > 0 ? rise / chances : even;
      roots[i] = Math.sqrt(((1 - EVEN) * likely + EVEN * even) * logs[i]);
    }
  }

  /**
   * How many steps each plan lies above the smallest. No step is smaller than {@link Ladder#STEP}
   * of size.
   *
   * @param plans ascending in size and in chance, at least one
   * @param most how many steps there may be, at least one
   * @return for each plan, ascending from 0 to at most {@code most}
   */
  static double[] places(List<Rung> plans, int most) {
    LadderSteps steps = new LadderSteps(plans);
    double narrow = 0;
    double wide = 1;
    if (steps.count(0) > most) {
      while (steps.count(wide) > most) {
        wide *= 2;
      }
      for (int i = 0; i < HALVINGS; i++) {
        double middle = (narrow + wide) / 2;
        if (steps.count(middle) > most) {
          narrow = middle;
        } else {
          wide = middle;
        }
      }
      narrow = wide;
    }
    double[] places = new double[plans.size()];
    for (int i = 1; i < places.length; i++) {
      places[i] = places[i - 1] + steps.within(i - 1, narrow);
    }
    return places;
  }

  private double count(double width) {
    double count = 0;
    for (int i = 0; i < logs.length; i++) {
      count += within(i, width);
    }
    return count;
  }

  /** Steps between two neighbours, where those of density 1 are of this width. */
  private double within(int interval, double width) {
    double most = logs[interval] / -Math.log1p(-Ladder.STEP);
    return width > 0 ? Math.min(most, roots[interval] / width) : most;
  }

  private static double logBytes(Rung rung) {
    return Math.log((double) rung.candidate().size().bytes());
  }
}
