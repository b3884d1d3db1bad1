package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/** Searches where a plan's size is promised first, and exact only once it is asked for. */
class PromisedSizesTest {
  private static final int TENSORS = 12;

  /** Exact sizes lie up to 1 % above and below what is promised, as drawn by the plan's digest. */
  private static final class Rough implements PlanSizing {
    private final PlanWorld world;
    private final Set<QuantizationPlan> asked = new HashSet<>();

    Rough(PlanWorld world) {
      this.world = world;
    }

    ByteSize truth(QuantizationPlan plan) {
      long bytes = 100 * world.size(plan).bytes();
      double luck = (plan.digest().hex().hashCode() & 0xffff) / 65535.0 * 2 - 1;
      return new ByteSize(Math.round(bytes * (1 + 0.01 * luck)));
    }

    @Override
    public List<Scheme> offered(String tensor) {
      throw new UnsupportedOperationException("no options are asked for here.");
    }

    @Override
    public long bytes(TensorOption option) {
      throw new UnsupportedOperationException("no options are asked for here.");
    }

    @Override
    public long promised(QuantizationPlan plan) {
      return 100 * world.size(plan).bytes();
    }

    @Override
    public boolean isExact() {
      return false;
    }

    @Override
    public ByteSize exact(QuantizationPlan plan) {
      asked.add(plan);
      return truth(plan);
    }

    @Override
    public ByteSize onDisk(QuantizationPlan plan) {
      return world.size(plan);
    }
  }

  private static PlanOutcome search(PlanWorld world, PlanCatalog catalog, ByteSize uniform) {
    Candidate.Uniform best = new Candidate.Uniform(Scheme.parse("linear:4"), uniform, uniform);
    return new PlanSearch(
            world.judge(catalog, SearchBudget.unlimited()),
            catalog,
            world.space,
            world.measured,
            PlanSearchSettings.DEFAULT,
            SearchBudget.unlimited(),
            none -> OptionalDouble.empty())
        .run(
            Strategy.KNAPSACK,
            AgreementThreshold.parse("0.8"),
            new Finalists(
                PlanWorld.LADDER,
                200,
                Optional.of(
                    new CandidateEvaluation(best, Verdict.ACCEPTED, new AgreementCounts(190, 200))),
                Optional.empty()));
  }

  @Property(tries = 12)
  void everythingThatIsToldIsExactAndInOrder(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, TENSORS, 200, 0.05);
    Rough sizing = new Rough(world);
    PlanCatalog catalog = world.catalog(sizing);
    QuantizationPlan middle = world.space.plan(java.util.Collections.nCopies(TENSORS, 5));
    ByteSize uniform = sizing.truth(middle);
    PlanOutcome outcome = search(world, catalog, uniform);
    assertThat(outcome.evaluations()).isNotEmpty();
    for (CandidateEvaluation own : outcome.evaluations()) {
      assertThat(own.candidate().size()).isEqualTo(sizing.truth(catalog.plan(own.candidate())));
    }
    assertThat(outcome.best()).isPresent();
    Candidate best = outcome.best().get().candidate();
    assertThat(best.size()).isLessThan(uniform);
    assertThat(outcome.evaluations())
        .filteredOn(own -> own.verdict() == Verdict.ACCEPTED)
        .allSatisfy(own -> assertThat(own.candidate()).isGreaterThanOrEqualTo(best));
    assertThat(outcome.neighbours())
        .allSatisfy(own -> assertThat(own.candidate().size()).isLessThan(best.size()));
    for (int rung = 1; rung < outcome.ladder().size(); rung++) {
      assertThat(outcome.ladder().get(rung).candidate())
          .isLessThan(outcome.ladder().get(rung - 1).candidate());
    }
  }

  /** The line has thousands of plans; exact sizes are asked of what is looked at. */
  @Test
  void exactSizesAreAskedForFewPlans() {
    PlanWorld world = new PlanWorld(3, 40, 200, 0.05);
    Rough sizing = new Rough(world);
    PlanOutcome outcome = search(world, world.catalog(sizing), new ByteSize(Long.MAX_VALUE / 4));
    int line = Strategy.KNAPSACK.line(world.space, world.measured).size();
    assertThat(sizing.asked.size())
        .isGreaterThanOrEqualTo(outcome.evaluations().size())
        .isLessThan(line / 10);
  }

  @Property(tries = 12)
  void whatIsToFitFitsExactly(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, TENSORS, 200, 0.05);
    Rough sizing = new Rough(world);
    PlanCatalog catalog = world.catalog(sizing);
    QuantizationPlan middle = world.space.plan(java.util.Collections.nCopies(TENSORS, 3));
    LargestSize largest = new LargestSize(sizing.truth(middle));
    PlanOutcome outcome =
        new PlansWithinSize(
                new WithinSize(
                    world.judge(catalog, SearchBudget.unlimited()),
                    SearchBudget.unlimited(),
                    largest),
                catalog,
                world.space,
                world.measured,
                PlanSearchSettings.DEFAULT,
                none -> OptionalDouble.empty())
            .run(Strategy.KNAPSACK, Optional.empty(), Optional.empty());
    assertThat(outcome.best()).isPresent();
    assertThat(outcome.evaluations())
        .allSatisfy(own -> assertThat(own.candidate().size()).isLessThanOrEqualTo(largest.bytes()));
  }
}
