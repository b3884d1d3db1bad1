package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;

class LadderTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.95");

  @Test
  void stepsAreOfOnePercentFromTheSmallestSurePlanToTheSmallest() {
    // A plan for each 0.2 %, of sizes from 100,000 on; from the 60th on they are sure.
    List<Rung> plans = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      plans.add(plan(100_000 * Math.pow(1.002, i), i < 60 ? i / 60.0 : 0.998));
    }
    List<Rung> ladder = Ladder.of(plans, 20);
    // ln(1.002) x 60 / -ln(0.99) = 11.9: twelve steps.
    assertThat(ladder).hasSize(13).startsWith(plans.get(60)).endsWith(plans.get(0));
    for (int i = 1; i < ladder.size(); i++) {
      assertThat(ratio(ladder.get(i), ladder.get(i - 1))).isBetween(0.987, 0.993);
    }
  }

  @Test
  void whereRungsDoNotSufficeTheStepsAreWider() {
    List<Rung> plans = new ArrayList<>();
    for (int i = 0; i <= 100; i++) {
      plans.add(plan(100_000 * Math.pow(1.002, i), i / 101.0));
    }
    // None is sure: from the largest one.
    assertThat(Ladder.of(plans, 5))
        .containsExactly(plans.get(100), plans.get(75), plans.get(50), plans.get(25), plans.get(0));
    assertThat(Ladder.of(plans, 1)).containsExactly(plans.get(100));
    assertThat(Ladder.of(plans, 0)).isEmpty();
    assertThat(Ladder.of(List.of(), 5)).isEmpty();
    assertThat(Ladder.of(plans.subList(0, 1), 5)).containsExactly(plans.get(0));
  }

  /** As on EfficientNet-Lite0: nearly sure down to half the size, and then no longer. */
  @Test
  void whereTheChanceHardlyChangesStepsAreWideAndSmallWhereItFalls() {
    List<Rung> plans = new ArrayList<>();
    for (int i = 0; i <= 450; i++) {
      double bytes = 100_000 * Math.pow(1.002, i);
      double above = Math.log(bytes / 110_000);
      plans.add(plan(bytes, i == 450 ? 0.998 : 0.99 / (1 + Math.exp(-30 * above))));
    }
    List<Rung> ladder = Ladder.of(plans, 20);
    assertThat(ladder).hasSize(20).startsWith(plans.get(450)).endsWith(plans.get(0));
    for (int i = 1; i < ladder.size(); i++) {
      double larger = ladder.get(i - 1).candidate().encodedSize().bytes();
      double step = 1 - ratio(ladder.get(i), ladder.get(i - 1));
      // Evenly spaced, every step would be 0.0462.
      if (larger < 118_000) {
        assertThat(step).as("step below %s", larger).isBetween(0.009, 0.025);
      }
    }
    assertThat(1 - ratio(ladder.get(1), ladder.get(0))).isBetween(0.08, 0.12);
  }

  /**
   * Expected excess over the size at which plans begin to fail, by its definition: the mean over
   * the chance that it lies in an interval, of the way from there up to the next rung. The rule is
   * one of many rungs: of three or four, even ones may be better.
   */
  @Property(tries = 100)
  void noEvenLadderHasLessExpectedExcess(
      @ForAll @DoubleRange(min = 5, max = 100) double steep,
      @ForAll @DoubleRange(min = 0.02, max = 0.3) double place,
      @ForAll @IntRange(min = 8, max = 30) int most) {
    List<Rung> plans = new ArrayList<>();
    for (int i = 0; i <= 900; i++) {
      double above = i * 0.001 - place;
      plans.add(plan(1e7 * Math.exp(i * 0.001), 0.99 / (1 + Math.exp(-steep * above))));
    }
    List<Rung> even = new ArrayList<>();
    int steps = Math.min(most - 1, 90);
    for (int step = steps; step >= 0; step--) {
      even.add(plans.get((int) Math.round(900.0 * step / steps)));
    }
    assertThat(excess(Ladder.of(plans, most), plans)).isLessThan(excess(even, plans));
  }

  private static double excess(List<Rung> ladder, List<Rung> plans) {
    double sum = 0;
    for (int i = 1; i < plans.size(); i++) {
      double size = plans.get(i).candidate().encodedSize().bytes();
      double next =
          ladder.stream()
              .mapToDouble(rung -> rung.candidate().encodedSize().bytes())
              .filter(bytes -> bytes >= size)
              .min()
              .orElseThrow();
      sum += (plans.get(i).chance() - plans.get(i - 1).chance()) * Math.log(next / size);
    }
    return sum;
  }

  @Property(tries = 100)
  void aLadderDescendsWithinItsLengthWhateverThePlans(
      @ForAll @IntRange(min = 1, max = 40) int count,
      @ForAll @IntRange(min = 1, max = 30) int most,
      @ForAll long seed) {
    java.util.Random random = new java.util.Random(seed);
    List<Rung> plans = new ArrayList<>();
    double bytes = 1000;
    double chance = 0;
    for (int i = 0; i < count; i++) {
      bytes *= 1 + 0.05 * random.nextDouble() * random.nextDouble() + 0.001;
      chance += (1 - chance) * random.nextDouble() / 4;
      plans.add(plan(bytes, chance));
    }
    List<Rung> ladder = Ladder.of(plans, most);
    assertThat(ladder).hasSizeBetween(1, most).doesNotHaveDuplicates();
    for (int i = 1; i < ladder.size(); i++) {
      assertThat(ratio(ladder.get(i), ladder.get(i - 1))).isLessThan(1);
    }
    assertThat(ladder.stream().skip(1)).noneMatch(rung -> rung.chance() >= Ladder.SURE);
  }

  @Test
  void theBestUniformCandidateLeadsWhereNoPlanHasABetterChance() {
    Rung uniform = plan(2000, 0.8);
    assertThat(Ladder.isLed(Optional.of(uniform), List.of())).isTrue();
    assertThat(Ladder.isLed(Optional.of(uniform), List.of(plan(1000, 0.8), plan(900, 0.2))))
        .isTrue();
    assertThat(Ladder.isLed(Optional.of(uniform), List.of(plan(1000, 0.81), plan(900, 0.2))))
        .isFalse();
    assertThat(Ladder.isLed(Optional.empty(), List.of())).isFalse();
  }

  @Test
  void withoutASearchOwnCountsTellWhoLeads() {
    CandidateEvaluation uniform =
        accepted(new Candidate.Uniform(Scheme.parse("half"), new ByteSize(2000)), 249);
    CandidateEvaluation plan = accepted(plan(1000, 0).candidate(), 240);
    assertThat(finalists(5, uniform, plan)).containsExactly(uniform.candidate(), plan.candidate());
    assertThat(finalists(1, uniform, plan)).containsExactly(uniform.candidate());
    CandidateEvaluation weak = accepted(uniform.candidate(), 238);
    assertThat(finalists(5, weak, plan)).containsExactly(plan.candidate());
    assertThat(
            new Finalists(5, 250, Optional.of(weak), Optional.empty()).withoutSearch(T, own -> 1))
        .extracting(Rung::candidate)
        .containsExactly(weak.candidate());
  }

  private static List<Candidate> finalists(
      int most, CandidateEvaluation uniform, CandidateEvaluation plan) {
    return new Finalists(most, 250, Optional.of(uniform), Optional.of(plan))
        .withoutSearch(T, own -> 1).stream().map(Rung::candidate).toList();
  }

  private static CandidateEvaluation accepted(Candidate candidate, long agreeing) {
    return new CandidateEvaluation(candidate, Verdict.ACCEPTED, new AgreementCounts(agreeing, 250));
  }

  @Test
  void theChanceIsThatOfTheNormalDistributionOfArcsines() {
    // Of scipy.stats.norm.cdf(2 * (arcsin(sqrt(s)) - arcsin(sqrt(t - 0.5 / m)))
    //   / sqrt(1 / n + 1 / m))
    assertThat(Ladder.chance(0.96, T, 250, 250)).isCloseTo(0.739491, within(1e-6));
    assertThat(Ladder.chance(0.985, T, 250, 250)).isCloseTo(0.991775, within(1e-6));
    assertThat(Ladder.chance(0.9, T, 100, 400)).isCloseTo(0.047406, within(1e-6));
    assertThat(Ladder.chance(0.95 - 0.5 / 250, T, 250, 250)).isCloseTo(0.5, within(1e-12));
    assertThat(Ladder.chance(1, T, 250, 250)).isGreaterThan(0.999);
    assertThat(Ladder.chance(0, T, 250, 250)).isLessThan(0.001);
  }

  private static double ratio(Rung one, Rung other) {
    return (double) one.candidate().encodedSize().bytes() / other.candidate().encodedSize().bytes();
  }

  private static Rung plan(double bytes, double chance) {
    long size = Math.round(bytes);
    return new Rung(
        new Candidate.Plan(Sha256Digest.ofText("plan " + size), new ByteSize(size)), 0.9, chance);
  }
}
