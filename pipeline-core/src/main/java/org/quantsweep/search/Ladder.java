package org.quantsweep.search;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Which candidates confirmation tests: from one that passes almost surely downwards, in small steps
 * of size. The ladder is made before the samples that confirm are opened.
 *
 * <p>Plans are smaller than the best uniform candidate where one of them is almost sure to pass. So
 * that candidate can change nothing once a plan has passed, and it stands on the first rung or on
 * none. It is the first rung where no plan is almost sure to pass, no larger one is accepted, and
 * the curve gives it at least the chance of the largest plan. Where selection accepts no smaller
 * plan and leaves that candidate in doubt, larger plans come first and it is the last rung.
 */
final class Ladder {
  /**
   * A chance that is taken for sure. Where the first rung fails there is no answer: at 0.99 that
   * was twice as often, for a hundredth less of size.
   */
  static final double SURE = 0.997;

  /** Of a rung's size: how much smaller the next one is, where rungs suffice. */
  static final double STEP = 0.01;

  private Ladder() {}

  /**
   * The chance that a candidate passes on unseen samples. Shares are compared by the arcsines of
   * their roots, whose errors hardly depend on the share: near 1 the normal distribution of shares
   * themselves takes too much for sure.
   *
   * @param share that agrees, as estimated
   * @param threshold what must be met on the unseen samples
   * @param selection how many samples the estimate is from
   * @param unseen how many samples decide
   */
  static double chance(double share, AgreementThreshold threshold, long selection, long unseen) {
    // Half a sample: counts are whole.
    double least = threshold.share().doubleValue() - 0.5 / unseen;
    double error = Math.sqrt(1.0 / selection + 1.0 / unseen) / 2;
    return NormalDistribution.of(0, 1).cumulativeProbability((angle(share) - angle(least)) / error);
  }

  private static double angle(double share) {
    return Math.asin(Math.sqrt(Math.max(0, Math.min(1, share))));
  }

  /** A rung by the candidate's own counts, which are all that is known of it. */
  static Rung byCounts(CandidateEvaluation accepted, AgreementThreshold threshold, long unseen) {
    if (accepted.candidate() instanceof Candidate.AsGiven) {
      // It agrees with itself.
      return new Rung(accepted.candidate(), 1, 1);
    }
    AgreementCounts counts = accepted.counts();
    return new Rung(
        accepted.candidate(),
        counts.share(),
        chance(counts.share(), threshold, counts.judged(), unseen));
  }

  /**
   * The plans to test, from the largest to the smallest: from the smallest one that is almost sure
   * to pass (the largest where none is) to the smallest of all. Steps are of one percent where
   * rungs suffice for that; else they are wide where the chance hardly changes, and narrow where it
   * falls.
   *
   * @param plans ascending in size and in chance
   * @param most how many may be tested
   */
  static List<Rung> of(List<Rung> plans, int most) {
    if (plans.isEmpty() || most < 1) {
      return List.of();
    }
    int top = 0;
    while (top < plans.size() - 1 && plans.get(top).chance() < SURE) {
      top++;
    }
    if (most == 1) {
      return List.of(plans.get(top));
    }
    double[] places = LadderSteps.places(plans.subList(0, top + 1), most - 1);
    int steps = (int) Math.ceil(places[top]);
    Set<Rung> rungs = new LinkedHashSet<>();
    int place = top;
    for (int step = 0; step <= steps; step++) {
      double wanted = steps == 0 ? 0 : places[top] * (steps - step) / steps;
      while (place > 0
          && Math.abs(places[place - 1] - wanted) <= Math.abs(places[place] - wanted)) {
        place--;
      }
      rungs.add(plans.get(place));
    }
    return new ArrayList<>(rungs);
  }

  /**
   * Whether the best uniform candidate is the first rung.
   *
   * @param plans the other rungs, from the largest to the smallest
   */
  static boolean isLed(Optional<Rung> uniform, List<Rung> plans) {
    return uniform.isPresent()
        && (plans.isEmpty() || uniform.get().chance() >= plans.get(0).chance());
  }

  /** The smallest of some plans, ascending in size, that is at least a step larger than a rung. */
  static Optional<Rung> above(Rung rung, List<Rung> plans) {
    return plans.stream().filter(plan -> isStepAbove(plan.candidate(), rung)).findFirst();
  }

  /** Whether a candidate is at least a step larger than a rung. */
  static boolean isStepAbove(Candidate candidate, Rung rung) {
    double least = rung.candidate().size().bytes() / (1 - STEP);
    return candidate.size().bytes() >= least;
  }
}
