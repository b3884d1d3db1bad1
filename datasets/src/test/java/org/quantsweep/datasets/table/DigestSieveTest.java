package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;

class DigestSieveTest {
  @Test
  void everyDigestOfTheSetPassesAndFewOthers() {
    List<Sha256Digest> own = drawn(0, 5000);
    DigestSieve sieve = DigestSieve.of(SampleIndex.of(own));
    assertThat(own).allMatch(sieve::passes);
    // 5,000 of 65,536 bits are set.
    assertThat(drawn(5000, 20_000).stream().filter(sieve::passes).count()).isBetween(900L, 1350L);
    DigestSieve nothing = DigestSieve.of(SampleIndex.of(List.of()));
    assertThat(own).noneMatch(nothing::passes);
  }

  private static List<Sha256Digest> drawn(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(number -> Sha256Digest.ofText("sample " + number))
        .toList();
  }
}
