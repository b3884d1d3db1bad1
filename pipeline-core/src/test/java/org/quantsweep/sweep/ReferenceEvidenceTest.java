package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;

class ReferenceEvidenceTest {
  private static final SampleIndex THREE =
      SampleIndex.of(
          List.of(Sha256Digest.ofText("a"), Sha256Digest.ofText("b"), Sha256Digest.ofText("c")));

  private static ReferenceEvidence of(Map<Integer, Double> answered, Map<Integer, String> failed) {
    return new ReferenceEvidence(new TreeMap<>(answered), new TreeMap<>(failed));
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
}
