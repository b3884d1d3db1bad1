package org.quantsweep.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * What confirmed before there was a ladder, for comparison: a few finalists, the smallest first,
 * each at its part of the error, the best uniform candidate last. They were chosen so that the
 * first to pass is the smallest on average, by a curve through all plans that were judged in full.
 */
final class EarlierFinalists {
  private final int most;

  EarlierFinalists(int most) {
    this.most = most;
  }

  /** The share that the curve told of a plan: rejected plans stayed out of it. */
  static double expectedShare(
      FrontierWorld world, FrontierWorld.Selected selected, Frontier.Entry plan) {
    List<AgreementCurve.Point> points = new ArrayList<>();
    for (CandidateEvaluation evaluation : smaller(selected)) {
      if (evaluation.isComplete()) {
        points.add(
            new AgreementCurve.Point(
                Math.log(world.frontier.entry(evaluation.candidate()).loss()),
                evaluation.counts()));
      }
    }
    return AgreementCurve.fit(points).at(Math.log(plan.loss()));
  }

  /** The plans that are smaller than the best uniform candidate; others came with the ladder. */
  private static List<CandidateEvaluation> smaller(FrontierWorld.Selected selected) {
    return selected.outcome().evaluations().stream()
        .filter(
            own ->
                selected.uniform().isEmpty()
                    || own.candidate().compareTo(selected.uniform().get().candidate()) < 0)
        .toList();
  }

  /** How many of n samples each had to agree on. */
  long required(AcceptanceRule rule, AgreementThreshold t, long n, double confidence) {
    return rule.required(t, n, 1 - (1 - confidence) / most);
  }

  /** The answer. */
  Optional<Candidate> answer(
      FrontierWorld selection,
      FrontierWorld.Selected selected,
      FrontierWorld unseen,
      AgreementThreshold t,
      long required) {
    List<Candidate> finalists = new ArrayList<>(choose(selection, selected, unseen, t));
    selected.uniform().ifPresent(own -> finalists.add(own.candidate()));
    return finalists.stream().filter(own -> unseen.agreeing(own) >= required).findFirst();
  }

  private List<Candidate> choose(
      FrontierWorld world,
      FrontierWorld.Selected selected,
      FrontierWorld unseen,
      AgreementThreshold t) {
    long n = world.samples.total();
    List<Candidate> contenders = new ArrayList<>();
    List<Double> chances = new ArrayList<>();
    for (CandidateEvaluation evaluation : smaller(selected)) {
      if (evaluation.verdict() == Verdict.ACCEPTED) {
        Frontier.Entry entry = world.frontier.entry(evaluation.candidate());
        contenders.add(evaluation.candidate());
        double share = expectedShare(world, selected, entry);
        chances.add(Ladder.chance(share, t, n, unseen.samples.total()));
      }
    }
    if (contenders.isEmpty()) {
      return List.of();
    }
    double uniformChance =
        selected
            .uniform()
            .map(own -> Ladder.chance(own.counts().share(), t, n, unseen.samples.total()))
            .orElse(0.0);
    double given = 4 * contenders.get(contenders.size() - 1).encodedSize().bytes();
    double uniformBytes =
        selected.uniform().map(own -> (double) own.candidate().encodedSize().bytes()).orElse(given);
    int count = contenders.size();
    double[] least = new double[count + 1];
    int places = most - 1;
    int[][] next = new int[places + 1][count + 1];
    for (int last = 0; last <= count; last++) {
      double passed = last == 0 ? 0 : chances.get(last - 1);
      double all = Math.max(passed, uniformChance);
      least[last] = uniformBytes * (all - passed) + given * (1 - all);
    }
    for (int place = 1; place <= places; place++) {
      double[] better = least.clone();
      for (int last = 0; last <= count; last++) {
        double passed = last == 0 ? 0 : chances.get(last - 1);
        for (int i = last; i < count; i++) {
          double gain = chances.get(i) - passed;
          double expected = contenders.get(i).encodedSize().bytes() * gain + least[i + 1];
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
        chosen.add(contenders.get(last - 1));
      }
    }
    return chosen;
  }
}
