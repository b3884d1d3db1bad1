package org.quantsweep.search;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Which of several accepted plans are confirmed. Each has a chance to pass, the larger the more;
 * what is tested is the set whose first to pass is the smallest on average. The chances are taken
 * to go together: where a larger plan fails, the smaller ones have failed too.
 */
final class FinalistChoice {
  private FinalistChoice() {}

  /**
   * A plan that might be confirmed.
   *
   * @param chance to pass, in [0, 1]
   */
  record Contender(Candidate candidate, double chance) {}

  /**
   * The chance that a plan passes on unseen samples, by the normal distribution.
   *
   * @param share that agrees, as estimated
   * @param selection how many samples the estimate is from
   * @param unseen how many samples decide
   */
  static double chance(double share, AgreementThreshold threshold, long selection, long unseen) {
    double likely = Math.min(Math.max(share, 0.5 / selection), 1 - 0.5 / selection);
    double error = Math.sqrt(likely * (1 - likely) * (1.0 / selection + 1.0 / unseen));
    // Half a sample: counts are whole.
    double margin = share - threshold.share().doubleValue() + 0.5 / unseen;
    return NormalDistribution.of(0, 1).cumulativeProbability(margin / error);
  }

  /**
   * The plans to confirm.
   *
   * @param contenders ascending in size
   * @param places how many may be chosen, at least 1
   * @param fallback what is confirmed after them; its size counts where they fail
   * @param bytes what remains where the fallback fails too
   */
  static List<Candidate> choose(
      List<Contender> contenders, int places, Contender fallback, long bytes) {
    int n = contenders.size();
    // least[i]: the least expected size of what comes after contender i - 1 was the largest so far,
    // in bytes times chance; next[][]: which contender that takes.
    double[] least = new double[n + 1];
    int[][] next = new int[places + 1][n + 1];
    for (int last = 0; last <= n; last++) {
      double passed = last == 0 ? 0 : contenders.get(last - 1).chance();
      double all = Math.max(passed, fallback.chance());
      least[last] = fallback.candidate().encodedSize().bytes() * (all - passed) + bytes * (1 - all);
    }
    for (int place = 1; place <= places; place++) {
      double[] better = least.clone();
      for (int last = 0; last <= n; last++) {
        double passed = last == 0 ? 0 : contenders.get(last - 1).chance();
        for (int i = last; i < n; i++) {
          Contender contender = contenders.get(i);
          double gain = contender.chance() - passed;
          double expected = contender.candidate().encodedSize().bytes() * gain + least[i + 1];
          if (gain > 0 && expected < better[last]) {
            better[last] = expected;
            next[place][last] = i + 1;
          }
        }
      }
      least = better;
    }
    List<Candidate> chosen = new ArrayList<>();
    int last = 0;
    for (int place = places; place > 0; place--) {
      if (next[place][last] > 0) {
        last = next[place][last];
        chosen.add(contenders.get(last - 1).candidate());
      }
    }
    return chosen;
  }
}
