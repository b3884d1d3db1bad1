package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NearestEntriesTest {
  @Test
  void aTieGoesToTheLowerEntry() {
    float[] weights = {-9, 0.5f, 1, 1.5f, 1.75f, 9};
    assertThat(new NearestEntries(new float[] {0, 1, 2}).codesOf(weights))
        .containsExactly(0, 0, 1, 1, 2, 2);
  }

  @Test
  void ofEqualEntriesTheFirstIsTaken() {
    float[] weights = {-1, 0, 1, 2, 3, 4};
    assertThat(new NearestEntries(new float[] {0, 0, 3, 3}).codesOf(weights))
        .containsExactly(0, 0, 0, 2, 2, 2);
    assertThat(new NearestEntries(new float[] {5, 5}).codesOf(weights)).containsOnly(0);
  }

  @Property
  void noEntryIsNearer(
      @ForAll float[] raw, @ForAll @IntRange(min = 1, max = 256) int count, @ForAll long seed) {
    float[] table = new float[count];
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      table[i] = Math.round(random.nextGaussian() * 50) / 16f;
    }
    Arrays.sort(table);
    float[] weights = new float[raw.length];
    for (int i = 0; i < raw.length; i++) {
      weights[i] = Float.isFinite(raw[i]) ? raw[i] % 16 : 0;
    }
    byte[] codes = new NearestEntries(table).codesOf(weights);
    for (int i = 0; i < weights.length; i++) {
      int best = 0;
      for (int k = 1; k < count; k++) {
        if (Math.abs((double) table[k] - weights[i])
            < Math.abs((double) table[best] - weights[i])) {
          best = k;
        }
      }
      assertThat(codes[i] & 255).isEqualTo(best);
    }
  }
}
