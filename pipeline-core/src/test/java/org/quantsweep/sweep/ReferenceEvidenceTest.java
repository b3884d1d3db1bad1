package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.tensor.Shape;

class ReferenceEvidenceTest {
  private static final SampleIndex THREE =
      SampleIndex.of(
          List.of(Sha256Digest.ofText("a"), Sha256Digest.ofText("b"), Sha256Digest.ofText("c")));

  private static ReferenceEvidence of(Map<Integer, Double> answered, Map<Integer, String> failed) {
    return ReferenceEvidence.of(new TreeMap<>(answered), new TreeMap<>(failed));
  }

  @Test
  void everySampleMustBeSpokenOf() {
    assertThat(of(Map.of(0, 1.0, 2, 1.0), Map.of(1, "broken")).covers(THREE)).isTrue();
    assertThat(of(Map.of(0, 1.0), Map.of(1, "broken")).covers(THREE)).isFalse();
  }

  @Test
  void aSampleThatIsAnsweredAndFailedDoesNotStandForAMissingOne() {
    ReferenceEvidence both =
        of(Map.of(0, 1.0, 1, 1.0), Map.of()).plus(of(Map.of(), Map.of(1, "out of memory")));
    assertThat(both.covers(THREE)).isFalse();
    ReferenceEvidence strange = of(Map.of(0, 1.0, 1, 1.0, 7, 1.0), Map.of());
    assertThat(strange.covers(THREE)).isFalse();
  }

  @Test
  void anAnswerCountsWhereAnotherRunFailed() {
    ReferenceEvidence answered = of(Map.of(0, 0.5), Map.of());
    ReferenceEvidence failed = of(Map.of(), Map.of(0, "out of memory"));
    assertThat(answered.plus(failed)).isEqualTo(answered);
    assertThat(failed.plus(answered)).isEqualTo(answered);
  }

  @Test
  void topClassesOfOneFormAreKept() {
    TopLabels two = labels("p", 2);
    ReferenceEvidence.Union found = new ReferenceEvidence.Union();
    for (int rank : List.of(300, 200, 100)) {
      found.answer(rank, rank / 8.0);
      found.label(rank, Optional.of(rank == 200 ? labels("other", 1) : two));
    }
    ReferenceEvidence evidence = found.united();
    assertThat(evidence.labels(300)).contains(two);
    assertThat(evidence.labels(100)).contains(two);
    assertThat(evidence.labels(200)).isEmpty();
    assertThat(evidence.labels(150)).isEmpty();
    assertThat(evidence.difficulty(100)).isEqualTo(12.5);
    assertThat(evidence.order()).containsExactly(100, 200, 300);
    ReferenceEvidence part = evidence.part(100, 250);
    assertThat(part.answered()).hasToString("{0, 100}");
    assertThat(part.labels(0)).contains(two);
    ReferenceEvidence.Union whole = new ReferenceEvidence.Union();
    whole.add(evidence.part(250, 400), 250);
    whole.add(part, 100);
    assertThat(whole.united()).isEqualTo(evidence).hasSameHashCodeAs(evidence);
  }

  private static TopLabels labels(String output, int top) {
    return new TopLabels(
        new TopLabels.Form(List.of(output), List.of(Shape.of(4))), new int[] {top});
  }
}
