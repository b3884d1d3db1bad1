package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * What options lose alone: all of them are run, or a few of each weight tensor, from which the
 * others are foretold.
 *
 * <p>How many samples a weight tensor's options are run on follows from the spread of its anchor's
 * losses. All options of a weight tensor take the same samples, so that they compare.
 */
final class Sensitivities {
  /** The options of at least the first width are run at once, then the narrower ones. */
  private static final List<Integer> WIDTHS = List.of(3, 2, 1);

  /** Samples that every anchor is run on. */
  static final int LEAST_SAMPLES = 32;

  /**
   * Of the logarithm of an anchor's mean loss: where its standard error is that small, more samples
   * are not asked.
   */
  static final double ENOUGH = 0.25;

  /** The width of an anchor, in bits of a weight: losses above and below are about as far away. */
  private static final double ANCHOR_BITS = 4;

  /** For a line of progress: how many options of a weight tensor are run beside its anchor. */
  private static final int NEAR_EACH = 5;

  private final OptionRuns runs;
  private final long samples;
  private final List<SampleBlock> blocks;
  private final Set<String> foretold;
  private final HopelessForms hopeless;
  private final Map<TensorOption, Sensitivity> measured = new HashMap<>();

  /** How many blocks an option was run on. */
  private final Map<TensorOption, Integer> done = new HashMap<>();

  /** How many blocks the options of a weight tensor are run on; of others all. */
  private final Map<String, Integer> wanted = new HashMap<>();

  /**
   * Of one search.
   *
   * @param samples that options may be run on, each once
   * @param threshold what plans must meet
   * @param foretold weight tensors whose options' errors come from the inputs of their layers
   */
  Sensitivities(OptionRuns runs, long samples, AgreementThreshold threshold, Set<String> foretold) {
    this.runs = runs;
    this.samples = samples;
    this.blocks = SampleBlock.doubling(LEAST_SAMPLES, Math.toIntExact(samples));
    this.hopeless = new HopelessForms(threshold);
    this.foretold = Set.copyOf(foretold);
  }

  /** What was run, summed over the samples that it was run on. */
  Map<TensorOption, Sensitivity> measured() {
    return Collections.unmodifiableMap(measured);
  }

  /** Runs each option of a space on every sample. */
  OptionPass.Measured all(SearchSpace space) {
    Set<TensorOption> options = new TreeSet<>(space.options());
    runs.expect(blocks.stream().mapToLong(block -> runs.missing(options, block)).sum());
    return told(space, byWidth(options));
  }

  /** Runs an option of each weight tensor, and those that cannot be foretold from it. */
  OptionPass.Measured anchors(SearchSpace space) {
    Set<TensorOption> anchors = new TreeSet<>();
    space.tensors().forEach((tensor, options) -> anchor(tensor, options).ifPresent(anchors::add));
    runs.expect(
        Math.min(space.options().size(), anchors.size() * (1L + NEAR_EACH))
            * Math.min(samples, 2 * LEAST_SAMPLES));
    boolean complete = measureAnchors(anchors);
    if (complete) {
      complete = byWidth(untold(space));
    }
    return told(space, complete);
  }

  /** Runs more options of what is known, and foretells the others anew. */
  OptionPass.Measured more(OptionPass.Measured known, Collection<TensorOption> options) {
    long missing = 0;
    for (TensorOption option : options) {
      for (SampleBlock block : wanted(option)) {
        missing += runs.missing(List.of(option), block);
      }
    }
    runs.expect(missing);
    return told(known.space(), run(options));
  }

  /** Runs options on the samples of their weight tensors; false when the budget ended it. */
  boolean run(Collection<TensorOption> options) {
    for (int block = 0; block < blocks.size(); block++) {
      int number = block;
      List<TensorOption> due =
          new TreeSet<>(options)
              .stream()
                  .filter(option -> done.getOrDefault(option, 0) == number)
                  .filter(option -> number < wanted(option).size())
                  .toList();
      if (!due.isEmpty() && !run(due, number)) {
        return false;
      }
    }
    return true;
  }

  private boolean run(Collection<TensorOption> due, int block) {
    boolean complete = runs.run(due, blocks.get(block), measured);
    if (complete) {
      due.forEach(option -> done.put(option, block + 1));
    }
    return complete;
  }

  private List<SampleBlock> wanted(TensorOption option) {
    return blocks.subList(0, wanted.getOrDefault(option.tensor(), blocks.size()));
  }

  /** One block after the other, until the losses of a weight tensor's anchor are told. */
  private boolean measureAnchors(Collection<TensorOption> anchors) {
    List<TensorOption> open = new ArrayList<>(anchors);
    for (int block = 0; block < blocks.size() && !open.isEmpty(); block++) {
      if (!run(open, block)) {
        return false;
      }
      for (TensorOption anchor : open) {
        wanted.put(anchor.tensor(), block + 1);
      }
      open.removeIf(anchor -> measured.get(anchor).logError() <= ENOUGH);
    }
    return true;
  }

  /** The option whose width is closest to an anchor's; of equal ones the smaller. */
  private static Optional<TensorOption> anchor(
      String tensor, List<SearchSpace.SizedOption> options) {
    return options.stream()
        .filter(option -> !(option.scheme() instanceof Scheme.FullPrecision))
        .min(
            Comparator.comparingDouble(
                option -> Math.abs(HopelessForms.width(option.scheme()) - ANCHOR_BITS)))
        .map(option -> new TensorOption(tensor, option.scheme()));
  }

  /**
   * Runs options, the narrowest last: where one alone misses the threshold, the narrower ones of
   * its form are not run.
   */
  private boolean byWidth(Collection<TensorOption> options) {
    Set<TensorOption> left = new TreeSet<>(options);
    for (int width : WIDTHS) {
      List<TensorOption> due = new ArrayList<>();
      for (TensorOption option : List.copyOf(left)) {
        if (HopelessForms.width(option.scheme()) >= width) {
          left.remove(option);
          if (!hopeless.hold(option)) {
            due.add(option);
          }
        }
      }
      if (!run(due)) {
        return false;
      }
      hopeless.add(measured);
    }
    return true;
  }

  private Set<TensorOption> untold(SearchSpace space) {
    Set<TensorOption> untold = new TreeSet<>(space.options());
    untold.removeAll(measured.keySet());
    untold.removeAll(predictions(space).keySet());
    return untold;
  }

  /** Of what was not run, on the samples of what it is foretold from. */
  private Map<TensorOption, Sensitivity> predictions(SearchSpace space) {
    Map<TensorOption, Sensitivity> predictions = new TreeMap<>();
    space
        .tensors()
        .forEach(
            (tensor, options) -> {
              if (foretold.contains(tensor)) {
                LossPrediction prediction = new LossPrediction(tensor, options, measured);
                for (SearchSpace.SizedOption option : options) {
                  TensorOption own = new TensorOption(tensor, option.scheme());
                  if (!measured.containsKey(own)) {
                    prediction.of(option.error()).ifPresent(loss -> predictions.put(own, loss));
                  }
                }
              }
            });
    return predictions;
  }

  private OptionPass.Measured told(SearchSpace space, boolean complete) {
    hopeless.add(measured);
    SearchSpace left = complete ? hopeless.without(space, measured.keySet()) : space;
    Map<TensorOption, Sensitivity> all = new HashMap<>();
    Set<TensorOption> predicted = new HashSet<>();
    Map<TensorOption, Sensitivity> predictions = predictions(left);
    for (TensorOption option : left.options()) {
      Sensitivity own = measured.get(option);
      if (own == null && predictions.containsKey(option)) {
        predicted.add(option);
        own = predictions.get(option);
      }
      if (own != null) {
        all.put(option, own.over(samples));
      }
    }
    // What cannot be told was left out before it was run, as narrower than what misses.
    return new OptionPass.Measured(
        complete ? left.only(all.keySet()) : left, all, predicted, complete);
  }

  /**
   * What the options of one plan do alone, in its order: sums over them must not depend on what was
   * known before.
   *
   * @return empty when the budget ended it
   */
  Optional<Map<TensorOption, Sensitivity>> alone(QuantizationPlan plan) {
    List<TensorOption> options = new ArrayList<>();
    plan.schemes().forEach((tensor, scheme) -> options.add(new TensorOption(tensor, scheme)));
    if (!run(options)) {
      return Optional.empty();
    }
    Map<TensorOption, Sensitivity> own = new LinkedHashMap<>();
    options.forEach(option -> own.put(option, measured.get(option).over(samples)));
    return Optional.of(own);
  }
}
