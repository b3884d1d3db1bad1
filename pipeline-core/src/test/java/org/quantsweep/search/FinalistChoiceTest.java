package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.search.FinalistChoice.Contender;

class FinalistChoiceTest {
  private static final Contender UNIFORM = contender("uniform", 1000, 0.8);
  private static final long GIVEN = 4000;

  @Property(tries = 200)
  void noOtherSetIsSmallerOnAverage(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 8) int count,
      @ForAll @IntRange(min = 1, max = 3) int places) {
    Random random = new Random(seed);
    List<Contender> contenders = new ArrayList<>();
    long bytes = 300;
    for (int i = 0; i < count; i++) {
      bytes += 1 + random.nextInt(90);
      contenders.add(contender("plan " + i, bytes, random.nextDouble()));
    }
    List<Candidate> chosen = FinalistChoice.choose(contenders, places, UNIFORM, GIVEN);
    assertThat(chosen).isSorted().hasSizeLessThanOrEqualTo(places);
    double least = Double.POSITIVE_INFINITY;
    for (int set = 0; set < 1 << count; set++) {
      if (Integer.bitCount(set) <= places) {
        List<Contender> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          if ((set >> i & 1) == 1) {
            some.add(contenders.get(i));
          }
        }
        least = Math.min(least, expected(some));
      }
    }
    double own = expected(contenders.stream().filter(c -> chosen.contains(c.candidate())).toList());
    assertThat(own).isCloseTo(least, within(1e-9));
  }

  @Test
  void aPlanThatIsLikelyToPassIsConfirmedBesideOneThatMay() {
    List<Contender> contenders =
        List.of(
            contender("lucky", 780, 0.05),
            contender("small", 800, 0.4),
            contender("larger", 820, 0.42),
            contender("safe", 900, 0.9),
            contender("safest", 990, 0.91));
    assertThat(FinalistChoice.choose(contenders, 2, UNIFORM, GIVEN))
        .containsExactly(contenders.get(1).candidate(), contenders.get(3).candidate());
  }

  @Test
  void theChanceIsThatOfTheNormalDistribution() {
    AgreementThreshold t = AgreementThreshold.parse("0.95");
    // R: pnorm((0.96 - 0.95 + 0.5 / 250) / sqrt(0.96 * 0.04 * 2 / 250))
    assertThat(FinalistChoice.chance(0.96, t, 250, 250)).isCloseTo(0.7532, within(1e-4));
    assertThat(FinalistChoice.chance(0.95 - 0.5 / 250, t, 250, 250)).isCloseTo(0.5, within(1e-12));
    assertThat(FinalistChoice.chance(1, t, 250, 250)).isGreaterThan(0.999);
    assertThat(FinalistChoice.chance(0, t, 250, 250)).isLessThan(0.001);
  }

  /** As it would come out if the chances of a row of plans always went together. */
  private static double expected(List<Contender> some) {
    double passed = 0;
    double bytes = 0;
    List<Contender> all = new ArrayList<>(some);
    all.add(UNIFORM);
    for (Contender contender : all) {
      double more = Math.max(0, contender.chance() - passed);
      bytes += more * contender.candidate().encodedSize().bytes();
      passed += more;
    }
    return bytes + (1 - passed) * GIVEN;
  }

  private static Contender contender(String name, long bytes, double chance) {
    return new Contender(
        new Candidate.Plan(Sha256Digest.ofText(name), new ByteSize(bytes)), chance);
  }
}
