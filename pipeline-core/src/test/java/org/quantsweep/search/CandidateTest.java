package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;

class CandidateTest {
  private static final Sha256Digest PLAN = Sha256Digest.ofText("a plan");

  /** The order of sizes, then of the names as texts: stored outcomes depend on it. */
  @Test
  void candidatesAscendBySizeThenByName() {
    List<Candidate> expected =
        List.of(
            uniform("lut-kmeans:8", 9),
            new Candidate.AsGiven(new ByteSize(10)),
            uniform("full", 10),
            uniform("half", 10),
            uniform("linear:4", 10),
            uniform("lut-kmeans:2", 10),
            new Candidate.Plan(PLAN, new ByteSize(10)),
            new Candidate.AsGiven(new ByteSize(11)));
    List<Candidate> mixed = new ArrayList<>(expected);
    Collections.shuffle(mixed, new Random(5));
    Collections.sort(mixed);
    assertThat(mixed).isEqualTo(expected);
  }

  @Test
  void namesAreThoseOfResults() {
    assertThat(new Candidate.AsGiven(new ByteSize(1)).name()).isEqualTo("as-given");
    assertThat(uniform("linear:4@tensor", 1).name()).isEqualTo("linear:4@tensor");
    assertThat(new Candidate.Plan(PLAN, new ByteSize(1)).name()).isEqualTo("plan:" + PLAN.hex());
  }

  @Test
  void onlyAPlanHasThePlansDigest() {
    assertThat(new Candidate.AsGiven(new ByteSize(1)).plan()).isEmpty();
    assertThat(uniform("half", 1).plan()).isEmpty();
    assertThat(new Candidate.Plan(PLAN, new ByteSize(1)).plan()).contains(PLAN);
  }

  @Test
  void theSmallestIsSelectedAndOfNoneNoneIsAcceptable() {
    Candidate small = uniform("half", 3);
    assertThat(Selection.smallest(List.of(uniform("linear:8", 4), small)))
        .isEqualTo(new Selection.Selected(small));
    assertThat(Selection.smallest(List.of())).isEqualTo(new Selection.NoneAcceptable());
    assertThat(new Selection.NoneAcceptable().candidate()).isEmpty();
  }

  private static Candidate uniform(String scheme, long bytes) {
    return new Candidate.Uniform(Scheme.parse(scheme), new ByteSize(bytes));
  }
}
