package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/** Plans beside a plan: smaller ones, or those that are small enough. */
final class Neighbours {
  /** A neighbour that saves less is not worth the risk of having been lucky. */
  private static final double LEAST_SAVING = 0.998;

  private final PlanCatalog catalog;
  private final SearchSpace space;
  private final Map<TensorOption, Sensitivity> measured;

  Neighbours(PlanCatalog catalog, SearchSpace space, Map<TensorOption, Sensitivity> measured) {
    this.catalog = catalog;
    this.space = space;
    this.measured = measured;
  }

  private record Move(QuantizationPlan plan, double loss, long bytes) {}

  /**
   * Smaller plans that differ in one tensor, or in two of which one grows; those of the least
   * predicted loss, in that order.
   */
  List<Candidate> of(Candidate of, int most) {
    double bytes = of.encodedSize().bytes() * LEAST_SAVING;
    return of(of, most, -1, plan -> plan.encodedSize().bytes() < bytes);
  }

  /** Plans of at most that size that differ so, also larger ones; in the same order. */
  List<Candidate> within(Candidate of, ByteSize largest, int most) {
    long room = largest.bytes() - of.encodedSize().bytes();
    return of(of, most, room, plan -> plan.encodedSize().compareTo(largest) <= 0);
  }

  /**
   * Plans that differ so.
   *
   * @param growth how many bytes they may be larger by, as the options' bytes tell it
   * @param wanted by the exact size
   */
  private List<Candidate> of(Candidate of, int most, long growth, Predicate<Candidate> wanted) {
    QuantizationPlan plan = catalog.plan(of);
    List<Move> singles = new ArrayList<>();
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      singles.addAll(moves(plan, entry.getKey(), entry.getValue()));
    }
    List<Move> all = new ArrayList<>();
    for (Move one : singles) {
      if (one.bytes() <= growth) {
        all.add(one);
      }
    }
    for (Move down : singles) {
      for (Move up : singles) {
        if (down.bytes() < 0 && up.bytes() > 0 && down.bytes() + up.bytes() <= growth) {
          TreeMap<String, Scheme> both = new TreeMap<>(down.plan().schemes());
          boolean other = true;
          for (Map.Entry<String, Scheme> entry : up.plan().schemes().entrySet()) {
            if (!entry.getValue().equals(plan.schemes().get(entry.getKey()))) {
              other &= both.get(entry.getKey()).equals(plan.schemes().get(entry.getKey()));
              both.put(entry.getKey(), entry.getValue());
            }
          }
          if (other) {
            all.add(
                new Move(
                    new QuantizationPlan(both),
                    down.loss() + up.loss(),
                    down.bytes() + up.bytes()));
          }
        }
      }
    }
    all.sort(
        Comparator.comparingDouble(Move::loss)
            .thenComparingLong(Move::bytes)
            .thenComparing(move -> move.plan().digest().hex()));
    List<Candidate> candidates = new ArrayList<>();
    for (Move move : all) {
      if (candidates.size() == most) {
        break;
      }
      Candidate candidate = catalog.add(move.plan());
      if (wanted.test(candidate)) {
        candidates.add(candidate);
      }
    }
    return candidates;
  }

  /** The next smaller and the next larger option of one tensor. */
  private List<Move> moves(QuantizationPlan plan, String tensor, Scheme scheme) {
    List<SearchSpace.SizedOption> options = space.tensors().get(tensor);
    List<Move> moves = new ArrayList<>();
    for (int place = 0; place < options.size(); place++) {
      if (!options.get(place).scheme().equals(scheme)) {
        continue;
      }
      for (int other : new int[] {place - 1, place + 1}) {
        if (other >= 0 && other < options.size()) {
          TreeMap<String, Scheme> schemes = new TreeMap<>(plan.schemes());
          schemes.put(tensor, options.get(other).scheme());
          moves.add(
              new Move(
                  new QuantizationPlan(schemes),
                  loss(tensor, options.get(other).scheme()) - loss(tensor, scheme),
                  options.get(other).bytes() - options.get(place).bytes()));
        }
      }
    }
    return moves;
  }

  private double loss(String tensor, Scheme scheme) {
    return measured.get(new TensorOption(tensor, scheme)).loss();
  }
}
