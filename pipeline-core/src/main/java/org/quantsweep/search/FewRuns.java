package org.quantsweep.search;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * What options lose alone, from few runs: an anchor of each weight tensor foretells the others, and
 * those are run on which plans near the boundary depend.
 */
final class FewRuns {
  /** What is run moves the line, which then takes other options; by then hardly any. */
  private static final int MOST_ROUNDS = 4;

  private final Runs pass;
  private final PlanCatalog catalog;
  private final Strategy strategy;
  private final long samples;
  private Optional<Candidate> boundary = Optional.empty();
  private OptionalLong bytes = OptionalLong.empty();
  private Collection<CandidateEvaluation> decided = List.of();

  /** With a strategy that may foretell losses. */
  FewRuns(Runs pass, PlanCatalog catalog, Strategy strategy, long samples) {
    this.pass = pass;
    this.catalog = catalog;
    this.strategy = strategy;
    this.samples = samples;
  }

  /** Around a size. */
  OptionPass.Measured within(SearchSpace space, long size) {
    bytes = OptionalLong.of(size);
    return refined(pass.anchors(space, samples, AgreementThreshold.NONE));
  }

  /**
   * Around the smallest plan that is accepted, which is looked for along the line of what the
   * anchors foretell.
   *
   * @param searching a search over plans, by options and what they lose
   * @param incumbent what is accepted already
   */
  OptionPass.Measured below(
      SearchSpace space,
      AgreementThreshold threshold,
      Searching searching,
      Optional<Candidate> incumbent) {
    OptionPass.Measured known = pass.anchors(space, samples, threshold);
    if (!known.complete()) {
      return known;
    }
    PlanSearch search = searching.over(known.space(), known.sensitivities());
    boundary = search.roughBoundary(strategy, threshold, incumbent);
    decided = List.copyOf(search.decided());
    bytes = boundary.or(() -> incumbent).stream().mapToLong(own -> own.size().bytes()).findFirst();
    return refined(known);
  }

  /** Runs options alone, and foretells others. */
  interface Runs {
    /**
     * Runs one option of each weight tensor, and foretells the others from their own errors. Those
     * that cannot be foretold are run too, as {@link OptionPass#sensitivities} does.
     *
     * @param samples how many each option is run on at most: fewer where losses spread little
     * @param threshold what plans must meet
     */
    OptionPass.Measured anchors(SearchSpace space, long samples, AgreementThreshold threshold);

    /** Runs more options of what is known, and foretells the others anew. */
    OptionPass.Measured more(OptionPass.Measured known, Collection<TensorOption> options);
  }

  /** Makes a search over plans. */
  interface Searching {
    PlanSearch over(SearchSpace space, Map<TensorOption, Sensitivity> losses);
  }

  /** The plans that were judged to find the boundary. */
  Collection<CandidateEvaluation> decided() {
    return decided;
  }

  /** The size of the boundary on the line of the last losses; empty where there is none. */
  OptionalLong boundary() {
    return boundary.isPresent() ? bytes : OptionalLong.empty();
  }

  private OptionPass.Measured refined(OptionPass.Measured anchors) {
    OptionPass.Measured known = anchors;
    for (int round = 0; round < MOST_ROUNDS && known.complete(); round++) {
      List<QuantizationPlan> line = strategy.line(known.space(), known.sensitivities());
      long size = size(line, known.sensitivities());
      Set<TensorOption> near =
          new HashSet<>(NearBoundary.options(known.space(), line, catalog, size));
      near.retainAll(known.predicted());
      if (near.isEmpty()) {
        break;
      }
      known = pass.more(known, near);
    }
    return known;
  }

  /**
   * Where the boundary lies on a line of other losses: at the loss that its plan has by these. The
   * largest plan without a boundary.
   */
  private long size(List<QuantizationPlan> line, Map<TensorOption, Sensitivity> losses) {
    OptionalDouble loss =
        boundary.isEmpty()
            ? OptionalDouble.empty()
            : PredictedLoss.of(catalog.plan(boundary.get()), losses);
    if (loss.isPresent()) {
      bytes = OptionalLong.of(catalog.bytes(line.get(place(line, losses, loss.getAsDouble()))));
    }
    return bytes.orElseGet(() -> catalog.bytes(line.get(line.size() - 1)));
  }

  /** The first plan that loses no more: along a line losses fall. */
  private static int place(
      List<QuantizationPlan> line, Map<TensorOption, Sensitivity> losses, double loss) {
    int low = 0;
    int high = line.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (PredictedLoss.of(line.get(middle), losses).orElse(Double.POSITIVE_INFINITY) > loss) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
