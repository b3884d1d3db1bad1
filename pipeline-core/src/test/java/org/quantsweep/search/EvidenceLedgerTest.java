package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.testing.TinySweep;

/** What the reference answers is stored as it comes. */
class EvidenceLedgerTest {
  private static final SampleIndex SAMPLES = TinySweep.samples("ledger", 3).index();
  private static final EvaluationKey KEY =
      new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("preparation"), "top-1");

  /** Answers a sample after the other, and may be ended before one of them. */
  private static final class Answers implements SweepRunner {
    private final int end;
    private final List<Integer> ran = new ArrayList<>();
    private ReferenceEvidence known = ReferenceEvidence.none();

    Answers(int end) {
      this.end = end;
    }

    @Override
    public void know(ReferenceEvidence evidence) {
      known = evidence;
    }

    @Override
    public ReferenceEvidence runReference() {
      throw new AssertionError("what it finds is to be handed over as it comes");
    }

    @Override
    public ReferenceEvidence runReference(Consumer<ReferenceEvidence> found) {
      ReferenceEvidence all = known;
      for (int rank = 0; rank < SAMPLES.size(); rank++) {
        if (rank == end) {
          throw new IllegalStateException("ended");
        }
        if (!known.isAnswered(rank)) {
          ran.add(rank);
          ReferenceEvidence own = answer(rank);
          found.accept(own);
          all = all.plus(own);
        }
      }
      return all;
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      return Map.of();
    }

    @Override
    public SweepCost cost() {
      return SweepCost.NONE;
    }

    @Override
    public void close() {}
  }

  private static ReferenceEvidence answer(int rank) {
    return ReferenceEvidence.of(new TreeMap<>(Map.of(rank, rank / 4.0)), new TreeMap<>());
  }

  @Test
  void aReferencePassThatIsEndedGoesOnWhereItWas() {
    InMemoryEvaluationStore store = new InMemoryEvaluationStore();
    Answers ended = new Answers(2);
    assertThatThrownBy(() -> EvidenceLedger.reference(SAMPLES, KEY, store, ended, false))
        .hasMessage("ended");
    assertThat(store.loadReference(KEY, SAMPLES)).isEqualTo(answer(0).plus(answer(1)));

    Answers continued = new Answers(SAMPLES.size());
    ReferenceEvidence whole = answer(0).plus(answer(1)).plus(answer(2));
    assertThat(EvidenceLedger.reference(SAMPLES, KEY, store, continued, false)).isEqualTo(whole);
    assertThat(continued.ran).containsExactly(2);
    assertThat(store.loadReference(KEY, SAMPLES)).isEqualTo(whole);
  }
}
