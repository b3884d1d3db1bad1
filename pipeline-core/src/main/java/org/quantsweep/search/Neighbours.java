package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.LongPredicate;
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

  /**
   * The pairs of 64 weight tensors. Of more, those are left out whose options' bytes promise less
   * than half of what has to be saved: an exact size for each would take minutes.
   */
  private static final int MOST_PAIRS = 4096;

  private final PlanCatalog catalog;
  private final SearchSpace space;
  private final Map<TensorOption, Sensitivity> measured;

  Neighbours(PlanCatalog catalog, SearchSpace space, Map<TensorOption, Sensitivity> measured) {
    this.catalog = catalog;
    this.space = space;
    this.measured = measured;
  }

  /**
   * Which plans are asked for.
   *
   * @param promised by the bytes that they promise
   * @param exact of these, by their exact size
   */
  private record Wanted(LongPredicate promised, Predicate<Candidate> exact) {
    Optional<Candidate> candidate(PlanCatalog catalog, QuantizationPlan plan) {
      return promised.test(catalog.bytes(plan))
          ? Optional.of(catalog.add(plan)).filter(exact)
          : Optional.empty();
    }
  }

  /**
   * Another option of one weight tensor.
   *
   * @param loss how much more it is predicted to lose
   * @param bytes how much larger it is
   */
  private record Step(String tensor, Scheme scheme, double loss, long bytes) {}

  /** Steps of different weight tensors together. */
  private record Move(List<Step> steps, double loss, long bytes) {
    static Move of(Step one) {
      return new Move(List.of(one), one.loss(), one.bytes());
    }

    static Move of(Step down, Step up) {
      return new Move(List.of(down, up), down.loss() + up.loss(), down.bytes() + up.bytes());
    }
  }

  /**
   * Smaller plans that differ in one tensor, or in two of which one grows; those of the least
   * predicted loss, in that order. Where they are too few, because single tensors of a large model
   * save next to nothing, plans follow that take several small steps together.
   */
  List<Candidate> of(Candidate of, int most) {
    QuantizationPlan plan = catalog.plan(of);
    long promised = catalog.bytes(plan);
    double bytes = promised * LEAST_SAVING;
    Wanted wanted = new Wanted(size -> size < bytes, own -> own.compareTo(of) < 0);
    List<Step> steps = steps(plan);
    long saving = (long) Math.ceil(promised - bytes);
    List<Candidate> found = new ArrayList<>(first(plan, moves(steps, -1, saving), most, wanted));
    found.addAll(bundles(plan, steps, saving, most - found.size(), wanted));
    return found;
  }

  /** Plans of at most that size that differ so, also larger ones; in the same order. */
  List<Candidate> within(Candidate of, ByteSize largest, int most) {
    QuantizationPlan plan = catalog.plan(of);
    long room = largest.bytes() - of.size().bytes();
    long promised = catalog.bytes(plan);
    Wanted wanted =
        new Wanted(size -> size <= promised + room, own -> own.size().compareTo(largest) <= 0);
    return first(plan, moves(steps(plan), room, -room), most, wanted);
  }

  /**
   * The moves of one or two steps.
   *
   * @param growth how many bytes they may be larger by, as the options' bytes tell it
   * @param saving how many bytes have to be saved; half of it where there are very many
   */
  private static Collection<Move> moves(List<Step> steps, long growth, long saving) {
    List<Step> down = steps.stream().filter(step -> step.bytes() < 0).toList();
    List<Step> up = steps.stream().filter(step -> step.bytes() > 0).toList();
    boolean many = (long) down.size() * up.size() > MOST_PAIRS;
    long most = many ? Math.min(growth, -saving / 2) : growth;
    List<Move> moves = new ArrayList<>();
    for (Step one : steps) {
      if (one.bytes() <= most) {
        moves.add(Move.of(one));
      }
    }
    for (Step less : down) {
      for (Step more : up) {
        if (less.bytes() + more.bytes() <= most && !less.tensor().equals(more.tensor())) {
          moves.add(Move.of(less, more));
        }
      }
    }
    return moves;
  }

  /** Of the moves that lead to wanted plans the first: by loss, then bytes, then digest. */
  private List<Candidate> first(
      QuantizationPlan plan, Collection<Move> moves, int most, Wanted wanted) {
    IdentityHashMap<Move, String> digests = new IdentityHashMap<>();
    PriorityQueue<Move> queue =
        new PriorityQueue<>(
            Math.max(1, moves.size()),
            Comparator.comparingDouble(Move::loss)
                .thenComparingLong(Move::bytes)
                .thenComparing(
                    move ->
                        digests.computeIfAbsent(
                            move, own -> changed(plan, own.steps()).digest().hex())));
    queue.addAll(moves);
    List<Candidate> candidates = new ArrayList<>();
    while (candidates.size() < most && !queue.isEmpty()) {
      QuantizationPlan other = changed(plan, queue.poll().steps());
      wanted.candidate(catalog, other).ifPresent(candidates::add);
    }
    return candidates;
  }

  /**
   * Plans of several steps that save too little alone: of the least loss for each byte saved, until
   * they save enough. Each takes what those before have left.
   */
  private List<Candidate> bundles(
      QuantizationPlan plan, List<Step> steps, long saving, int most, Wanted wanted) {
    List<Step> small =
        steps.stream()
            .filter(step -> step.bytes() < 0 && step.bytes() > -saving)
            .sorted(
                Comparator.comparingDouble((Step step) -> step.loss() / -step.bytes())
                    .thenComparing(Step::tensor))
            .toList();
    List<Candidate> bundles = new ArrayList<>();
    List<Step> bundle = new ArrayList<>();
    long bytes = 0;
    for (Step step : small) {
      if (bundles.size() >= most) {
        break;
      }
      bundle.add(step);
      bytes += step.bytes();
      if (bytes <= -saving) {
        QuantizationPlan other = changed(plan, bundle);
        Optional<Candidate> found = wanted.candidate(catalog, other);
        if (found.isPresent()) {
          bundles.add(found.get());
          bundle.clear();
          bytes = 0;
        }
      }
    }
    return bundles;
  }

  private static QuantizationPlan changed(QuantizationPlan plan, List<Step> steps) {
    TreeMap<String, Scheme> schemes = new TreeMap<>(plan.schemes());
    steps.forEach(step -> schemes.put(step.tensor(), step.scheme()));
    return new QuantizationPlan(schemes);
  }

  /** The next smaller and the next larger option of every tensor. */
  private List<Step> steps(QuantizationPlan plan) {
    List<Step> steps = new ArrayList<>();
    plan.schemes()
        .forEach(
            (tensor, scheme) -> {
              List<SearchSpace.SizedOption> options = space.tensors().get(tensor);
              for (int place = 0; place < options.size(); place++) {
                if (options.get(place).scheme().equals(scheme)) {
                  add(steps, tensor, options, place, place - 1);
                  add(steps, tensor, options, place, place + 1);
                }
              }
            });
    return steps;
  }

  private void add(
      List<Step> steps,
      String tensor,
      List<SearchSpace.SizedOption> options,
      int place,
      int other) {
    if (other >= 0 && other < options.size()) {
      Scheme scheme = options.get(other).scheme();
      steps.add(
          new Step(
              tensor,
              scheme,
              loss(tensor, scheme) - loss(tensor, options.get(place).scheme()),
              options.get(other).bytes() - options.get(place).bytes()));
    }
  }

  private double loss(String tensor, Scheme scheme) {
    return measured.get(new TensorOption(tensor, scheme)).loss();
  }
}
