package org.quantsweep.sample;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;

class QuarantineTest {
  @Test
  void theLimitIsTheDecimalThatWasWritten() {
    Quarantine quarantine = new Quarantine(100, 29, Collections.nCopies(29, "a.png: damaged"));
    // In doubles 0.29 x 100 is 28.999999999999996.
    assertThatCode(() -> quarantine.requireWithin(0.29, "photos", "samples"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> quarantine.requireWithin(0.28, "photos", "confirmation samples"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "photos: 29 of 100 confirmation samples cannot be used, more than the limit of 28.0 %:"
                + "\n  a.png: damaged".repeat(5)
                + "\n  ...\nMaybe mend or remove them, or raise --quarantine-limit.");
  }

  @Test
  void nothingAtAllMayBeLostWhereTheLimitIsZero() {
    Quarantine one =
        Quarantine.readable(SampleIndex.of(List.of()))
            .plus(Quarantine.unreadable(List.of("b.npy: empty")));
    assertThatThrownBy(() -> one.requireWithin(0, "arrays", "samples"))
        .hasMessage(
            "arrays: 1 of 1 samples cannot be used, more than the limit of 0.0 %:"
                + "\n  b.npy: empty\nMaybe mend or remove them, or raise --quarantine-limit.");
    assertThatCode(() -> one.requireWithin(1, "arrays", "samples")).doesNotThrowAnyException();
  }
}
