package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/** A search over the plans of very many weight tensors looks at few of them. */
class ManyTensorsTest {
  private static final int TENSORS = 1000;
  private static final int OPTIONS = 30;

  /** Counts the plans whose size is asked. */
  private record Counting(PlanSizing sizing, AtomicLong asked) implements PlanSizing {
    @Override
    public List<Scheme> offered(String tensor) {
      return sizing.offered(tensor);
    }

    @Override
    public long bytes(TensorOption option) {
      return sizing.bytes(option);
    }

    @Override
    public long promised(QuantizationPlan plan) {
      asked.incrementAndGet();
      return sizing.promised(plan);
    }

    @Override
    public boolean isExact() {
      return sizing.isExact();
    }

    @Override
    public ByteSize exact(QuantizationPlan plan) {
      asked.incrementAndGet();
      return sizing.exact(plan);
    }

    @Override
    public ByteSize onDisk(QuantizationPlan plan) {
      return sizing.onDisk(plan);
    }
  }

  /**
   * A move is a step of one weight tensor, or of two, of which there are a million. Each that is
   * looked at has its plan's size asked, which takes a pass over the model. The line takes most.
   */
  @Test
  void theSearchLooksAtFewOfAMillionMoves() {
    PlanWorld world = new PlanWorld(3, TENSORS, OPTIONS, 100, 0);
    AtomicLong asked = new AtomicLong();
    PlanCatalog catalog = world.catalog(new Counting(new ExactSizing(world::size), asked));
    SearchBudget budget = SearchBudget.unlimited();
    CandidateJudge judge = world.judge(catalog, budget);
    PlanOutcome outcome =
        new PlanSearch(
                judge,
                catalog,
                world.space,
                world.measured,
                PlanSearchSettings.DEFAULT,
                budget,
                none -> OptionalDouble.empty())
            .run(
                Strategy.KNAPSACK,
                AgreementThreshold.parse("0.9"),
                new Finalists(PlanWorld.LADDER, 1000, Optional.empty(), Optional.empty()));
    assertThat(outcome.best()).isPresent();
    assertThat(outcome.ladder()).isNotEmpty();
    assertThat(outcome.neighbours()).isNotEmpty();
    assertThat(asked.get()).isLessThan(10L * TENSORS);
  }
}
