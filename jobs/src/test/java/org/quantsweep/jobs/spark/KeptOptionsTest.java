package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.TensorOption;

class KeptOptionsTest {
  @Test
  void whatWasNotAskedForLongestGoes() {
    // An option without codes counts 1024 bytes.
    KeptOptions kept = new KeptOptions(3 * 1024);
    for (String tensor : List.of("a", "b", "c")) {
      kept.put(option(tensor), new FittedOption(Optional.empty(), 1));
    }
    assertThat(kept.of(List.of(option("a"))).keySet()).containsExactly(option("a"));
    // Put again it counts once.
    kept.put(option("c"), new FittedOption(Optional.empty(), 2));
    kept.put(option("d"), new FittedOption(Optional.empty(), 3));
    assertThat(kept.of(List.of(option("a"), option("b"), option("c"), option("d"))).keySet())
        .containsExactlyInAnyOrder(option("a"), option("c"), option("d"));
    assertThat(kept.of(List.of(option("c"))).get(option("c")).error()).isEqualTo(2);
    kept.clear();
    assertThat(kept.of(List.of(option("d")))).isEmpty();
  }

  private static TensorOption option(String tensor) {
    return new TensorOption(tensor, Scheme.parse("linear:4"));
  }
}
