package org.quantsweep.sample;

import static org.assertj.core.api.Assertions.assertThat;
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

  @Test
  void theCureNamesStepsWhereEverySampleIsOneOfCalls() {
    String ofCalls = "a.npz: it prefers [3], and " + Quarantine.AS_CALLS + ".";
    Quarantine calls = new Quarantine(2, 2, List.of(ofCalls, ofCalls));
    String steps = "Maybe give --steps, where the first axis of the samples' arrays counts calls.";
    assertThat(calls.cure()).isEqualTo(steps);
    assertThatThrownBy(() -> calls.requireWithin(0.01, "a.npz", "samples"))
        .hasMessageEndingWith(":\n  " + ofCalls + "\n  " + ofCalls + "\n" + steps);
    assertThat(calls.plus(Quarantine.unreadable(List.of("b.npz: empty."))).cure())
        .isEqualTo("Maybe try one of them with quantsweep predict.");
    assertThat(new Quarantine(2, 0, List.of()).cure())
        .isEqualTo("Maybe try one of them with quantsweep predict.");
  }

  /** As somebody has it whose .npz is one sample, of the shape [16, 16]. */
  @Test
  void theCureNamesAFolderWhereThePlacesOfAnNpzAreNoSamples() {
    String place =
        "mask.npz[4]: the array for input 'x' has the shape [16], "
            + Quarantine.WRONG_SHAPE
            + "; it prefers [16, 16].";
    String folder =
        "Maybe put the .npz into a folder, where it is one sample: given alone, it is a sample for"
            + " each place of its first axis.";
    assertThat(new Quarantine(2, 2, List.of(place, place)).cure()).isEqualTo(folder);
    assertThat(new Quarantine(2, 1, List.of("set/" + place.replace("[4]", ""))).cure())
        .isEqualTo("Maybe try one of them with quantsweep predict.");
    assertThat(new Quarantine(2, 1, List.of("mask.npz[4]: it holds text.")).cure())
        .isEqualTo("Maybe try one of them with quantsweep predict.");
  }
}
