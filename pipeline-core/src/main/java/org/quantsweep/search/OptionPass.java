package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.tensor.Tensor;

/**
 * Finds out what single options cost: their bytes, their own error, and what each alone does to the
 * answers. What was found before is taken from the store; new findings go there group by group, so
 * that a kill loses the groups that run: one, or a few where a cluster has slots for more.
 */
public final class OptionPass {
  /** Changes where the same settings come to know other losses. */
  public static final String VERSION = "2";

  /** More options are narrowed before they are run. */
  private static final int MOST_OPTIONS = 640;

  private final ModelEncoder encoder;
  private final PlanSizing sizing;
  private final OptionRunner runner;
  private final OptionStore store;
  private final Keys keys;
  private final long groupBytes;
  private final SearchBudget budget;
  private final SearchListener listener;
  private final Set<LeftOut> leftOut = new LinkedHashSet<>();
  private final Map<TensorOption, Sensitivity> told = new HashMap<>();

  /** Weight tensors whose options' errors come from the inputs of their layers. */
  private final Set<String> fitted = new TreeSet<>();

  private final OptionRuns runs;
  private Sensitivities alone;
  private Optional<Offered> offered = Optional.empty();

  /**
   * The options of the last {@link #space}, for reports.
   *
   * @param all that weight tensors could have
   * @param best those that no other one beats in bytes and error
   * @param kept those of them that were to be run
   */
  public record Offered(SearchSpace all, SearchSpace best, SearchSpace kept) {}

  /**
   * What the findings depend on.
   *
   * @param calibration model, rewrites, calibration samples and settings
   * @param sensitivity all of that, the criterion, and the samples that options are run on
   */
  public record Keys(Sha256Digest calibration, Sha256Digest sensitivity) {}

  /** A pass by the bytes of files. */
  public OptionPass(
      ModelEncoder encoder,
      OptionRunner runner,
      OptionStore store,
      Keys keys,
      long groupBytes,
      SearchBudget budget,
      SearchListener listener) {
    this(
        encoder,
        PlanSizing.of(Objective.SIZE, encoder),
        runner,
        store,
        keys,
        groupBytes,
        budget,
        listener);
  }

  /**
   * A pass.
   *
   * @param encoder knows the fitted options that are in the store
   * @param sizing what is offered, and how large options are
   * @param groupBytes how many bytes of decoded weights an executor holds at once, in native
   *     memory: each option takes the weights of its layer and of all that follow; a single option
   *     may be larger
   */
  public OptionPass(
      ModelEncoder encoder,
      PlanSizing sizing,
      OptionRunner runner,
      OptionStore store,
      Keys keys,
      long groupBytes,
      SearchBudget budget,
      SearchListener listener) {
    this.encoder = encoder;
    this.sizing = sizing;
    this.runner = runner;
    this.store = store;
    this.keys = keys;
    this.groupBytes = groupBytes;
    this.budget = budget;
    this.listener = listener;
    this.runs =
        new OptionRuns(encoder, runner, store, keys.sensitivity(), groupBytes, budget, listener);
  }

  /**
   * The options of weight tensors, those that another one beats left out. When the budget ends the
   * pass, tensors that it did not reach have their plain options only.
   *
   * @param calibratable which of the tensors can be fitted to their layers' inputs
   */
  public SearchSpace space(
      Collection<String> tensors, Set<String> calibratable, OptionRules rules) {
    rules.requireKnown(new TreeSet<>(tensors));
    Map<TensorOption, Double> errors =
        new HashMap<>(calibratable.isEmpty() ? Map.of() : store.loadErrors(keys.calibration()));
    fit(fitGroups(tensors, calibratable, rules), errors);
    TreeMap<String, List<Scheme>> offeredTo = new TreeMap<>();
    for (String tensor : tensors) {
      boolean known = calibratable.contains(tensor) && rules.calibrated();
      boolean isFitted =
          known
              && rules.schemes(tensor, sizing.offered(tensor), true).stream()
                  .allMatch(scheme -> errors.containsKey(packed(tensor, scheme)));
      if (isFitted) {
        fitted.add(tensor);
      }
      offeredTo.put(tensor, rules.schemes(tensor, sizing.offered(tensor), isFitted));
    }
    sizing.prepare(optionsOf(offeredTo));
    TreeMap<String, List<SearchSpace.SizedOption>> sized = new TreeMap<>();
    offeredTo.forEach(
        (tensor, schemes) -> {
          List<SearchSpace.SizedOption> options = new ArrayList<>();
          for (Scheme scheme : schemes) {
            TensorOption option = new TensorOption(tensor, scheme);
            options.add(
                new SearchSpace.SizedOption(
                    scheme,
                    sizing.bytes(option),
                    fitted.contains(tensor)
                        ? errors.get(packed(tensor, scheme))
                        : weightError(option)));
          }
          sized.put(tensor, options);
        });
    SearchSpace all = new SearchSpace(sized);
    SearchSpace best = all.withoutDominated();
    SearchSpace kept = best.narrowed(MOST_OPTIONS);
    offered = Optional.of(new Offered(all, best, kept));
    listener.narrowed(all.options().size(), best.options().size(), kept.options().size());
    return kept;
  }

  /**
   * Fits what is not known yet.
   *
   * @param errors what is known, and comes to be
   */
  private void fit(List<List<TensorOption>> groups, Map<TensorOption, Double> errors) {
    List<List<TensorOption>> left = new ArrayList<>();
    long weights = 0;
    for (List<TensorOption> group : groups) {
      List<TensorOption> missing = new ArrayList<>(group);
      missing.removeIf(errors::containsKey);
      if (!missing.isEmpty()) {
        left.add(missing);
        weights +=
            missing.stream()
                .filter(option -> OptionRules.isFitted(option.scheme()))
                .mapToLong(option -> encoder.elementCount(option.tensor()))
                .sum();
      }
    }
    FittingProgress progress = new FittingProgress(listener, left.size(), weights);
    Iterator<List<TensorOption>> next = left.iterator();
    Iterator<OptionRunner.FitGroup> begun =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return next.hasNext() && !budget.isOver();
          }

          @Override
          public OptionRunner.FitGroup next() {
            List<TensorOption> group = next.next();
            progress.groupBegun();
            return new OptionRunner.FitGroup(group, encoder.knownTables(tensorsOf(group)));
          }
        };
    runner.fitEach(
        store,
        keys.calibration(),
        begun,
        progress,
        found -> {
          Map<TensorOption, FittedOption> kept = new TreeMap<>(found);
          leaveOut(kept);
          kept.forEach((option, own) -> errors.put(option, own.error()));
        });
  }

  /** Takes away the options of weight tensors that cannot be fitted, and says so once for each. */
  private void leaveOut(Map<TensorOption, FittedOption> fitted) {
    TreeMap<String, List<String>> schemes = new TreeMap<>();
    TreeMap<String, String> reasons = new TreeMap<>();
    fitted.forEach(
        (option, found) ->
            found
                .refusal()
                .ifPresent(
                    reason -> {
                      reasons.put(option.tensor(), reason);
                      List<String> own =
                          schemes.computeIfAbsent(option.tensor(), key -> new ArrayList<>());
                      if (OptionRules.isFitted(option.scheme())) {
                        own.add(encoder.spelled(option.scheme()));
                      }
                    }));
    fitted.values().removeIf(found -> found.refusal().isPresent());
    List<LeftOut> found = new ArrayList<>();
    reasons.forEach(
        (tensor, reason) -> {
          LeftOut options = new LeftOut(tensor, schemes.get(tensor), reason);
          // Asked for again, as with a recipe before the search, it is refused again.
          if (leftOut.add(options)) {
            found.add(options);
          }
        });
    listener.leftOut(found);
  }

  /** The options of weight tensors that could not be fitted. */
  public Set<LeftOut> leftOut() {
    return Collections.unmodifiableSet(leftOut);
  }

  /** The options of the last {@link #space}. */
  public Optional<Offered> offered() {
    return offered;
  }

  /**
   * What was run of options alone, beaten ones too, summed over the samples that each was run on.
   */
  public Map<TensorOption, Sensitivity> measured() {
    return Collections.unmodifiableMap(told);
  }

  /**
   * What the options of a space do alone.
   *
   * @param space the options that were run or foretold, and full precision
   * @param sensitivities of them, as of all samples
   * @param predicted which of them were not run
   * @param complete false when the budget ended the pass
   */
  public record Measured(
      SearchSpace space,
      Map<TensorOption, Sensitivity> sensitivities,
      Set<TensorOption> predicted,
      boolean complete) {
    /** Copies the collections. */
    public Measured {
      sensitivities = Map.copyOf(sensitivities);
      predicted = Set.copyOf(predicted);
    }
  }

  /**
   * Runs each option of a space alone on every sample. The narrowest widths come last: where an
   * option alone misses the threshold by more than three standard errors, the narrower ones of the
   * same form are left out of the space.
   *
   * @param samples how many each option is run on
   * @param threshold what plans must meet
   */
  public Measured sensitivities(SearchSpace space, long samples, AgreementThreshold threshold) {
    alone = new Sensitivities(runs, samples, threshold, fitted);
    return remembered(alone.all(space));
  }

  /** Runs few options of each weight tensor, and foretells the others. */
  FewRuns.Runs few() {
    return new FewRuns.Runs() {
      @Override
      public Measured anchors(SearchSpace space, long samples, AgreementThreshold threshold) {
        alone = new Sensitivities(runs, samples, threshold, fitted);
        return remembered(alone.anchors(space));
      }

      @Override
      public Measured more(Measured known, Collection<TensorOption> options) {
        return remembered(alone.more(known, options));
      }
    };
  }

  private Measured remembered(Measured found) {
    told.putAll(alone.measured());
    return found;
  }

  /**
   * What the options of one plan do alone, those included that another option beats.
   *
   * @param samples how many each option is run on, as for {@link #sensitivities}
   * @return as of all samples; empty when the budget ended the pass
   */
  public Optional<Map<TensorOption, Sensitivity>> alone(QuantizationPlan plan, long samples) {
    if (alone == null) {
      alone = new Sensitivities(runs, samples, AgreementThreshold.NONE, fitted);
    }
    Optional<Map<TensorOption, Sensitivity>> found = alone.alone(plan);
    told.putAll(alone.measured());
    return found;
  }

  /** Whether a scheme can hold the values of a weight tensor, by its identity. */
  boolean holds(String identity, Scheme scheme) {
    return encoder.refusal(identity, scheme).isEmpty()
        && encoder.unstorable(identity, scheme).isEmpty();
  }

  private static List<TensorOption> optionsOf(Map<String, List<Scheme>> offered) {
    List<TensorOption> options = new ArrayList<>();
    offered.forEach(
        (tensor, schemes) ->
            schemes.forEach(scheme -> options.add(new TensorOption(tensor, scheme))));
    return options;
  }

  /** What is fitted for an option. */
  private static TensorOption packed(String tensor, Scheme scheme) {
    return new TensorOption(
        tensor, scheme instanceof Scheme.Compression codes ? codes.packed() : scheme);
  }

  private static Set<String> tensorsOf(Collection<TensorOption> options) {
    Set<String> tensors = new TreeSet<>();
    options.forEach(option -> tensors.add(option.tensor()));
    return tensors;
  }

  /** The options of one tensor after the other: its inputs are gathered once for all of them. */
  private List<List<TensorOption>> fitGroups(
      Collection<String> tensors, Set<String> calibratable, OptionRules rules) {
    List<List<TensorOption>> groups = new ArrayList<>();
    List<TensorOption> group = new ArrayList<>();
    long bytes = 0;
    for (String tensor : new TreeSet<>(tensors)) {
      if (!rules.calibrated() || !calibratable.contains(tensor)) {
        continue;
      }
      // Codes in bytes of their own are fitted as the packed ones are.
      List<Scheme> schemes =
          rules.schemes(tensor, sizing.offered(tensor), true).stream()
              .map(scheme -> packed(tensor, scheme).scheme())
              .distinct()
              .toList();
      if (schemes.stream().noneMatch(OptionRules::isFitted)) {
        // Nothing is to be fitted: its values rule codes out, or it is kept.
        continue;
      }
      long own = encoder.elementCount(tensor) * schemes.size();
      if (!group.isEmpty() && bytes + own > groupBytes) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      for (Scheme scheme : schemes) {
        group.add(new TensorOption(tensor, scheme));
      }
      bytes += own;
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }

  private double weightError(TensorOption option) {
    if (option.scheme() instanceof Scheme.FullPrecision) {
      return 0;
    }
    Tensor exact = encoder.values(option.tensor());
    Tensor decoded = encoder.decoded(planOf(option)).get(option.tensor());
    if (decoded == null) {
      return 0;
    }
    double error = 0;
    for (int i = 0; i < exact.size(); i++) {
      double difference = (double) exact.get(i) - decoded.get(i);
      error += difference * difference;
    }
    return error;
  }

  private static QuantizationPlan planOf(TensorOption option) {
    return new QuantizationPlan(new TreeMap<>(Map.of(option.tensor(), option.scheme())));
  }
}
