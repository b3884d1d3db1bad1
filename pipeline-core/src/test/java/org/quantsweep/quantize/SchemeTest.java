package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.UsageException;

class SchemeTest {
  private static final String KNOWN =
      " is not known. Known are full, half, linear:B, linear:B@tensor, linear-symmetric:8,"
          + " lut-linear:B, lut-kmeans:B, lut-custom:NAME:B with B in 1 to 8.\nMaybe write ";

  static List<Scheme> all() {
    return Scheme.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void everySchemeIsReadBackFromItsText(Scheme scheme) {
    assertThat(Scheme.parse(scheme.toString())).isEqualTo(scheme);
    assertThat(Scheme.parse("  " + scheme + "\n")).isEqualTo(scheme);
  }

  @Test
  void allAreFullHalfFourFormsOfEightWidthsAndTheSymmetricOne() {
    assertThat(Scheme.all()).doesNotHaveDuplicates().hasSize(2 + 4 * 8 + 1);
    assertThat(Scheme.all().stream().map(Scheme::toString))
        .startsWith("full", "half", "linear:1", "linear:1@tensor", "lut-linear:1", "lut-kmeans:1")
        .endsWith("lut-kmeans:8", "linear-symmetric:8");
  }

  @Test
  void aUsersTableIsNamedInTheScheme() {
    Scheme scheme = Scheme.parse("lut-custom:my-table_2.0:4");

    assertThat(scheme)
        .isEqualTo(
            new Scheme.Quantization(
                new Method.CustomTable("my-table_2.0"),
                new NumberOfBits(4),
                Granularity.PER_TENSOR));
    assertThat(scheme).hasToString("lut-custom:my-table_2.0:4");
  }

  @ParameterizedTest
  @CsvSource({
    "linar:4, linear:4",
    "lut-kmean:3, lut-kmeans:3",
    "Half, half",
    "linear-symetric:8, linear-symmetric:8",
    "lut-linear:4@tensor, linear:4@tensor",
    "linear:four, linear:1",
    "linear, linear:1",
  })
  void anUnknownSchemeIsAnsweredWithTheNearestForm(String written, String nearest) {
    assertRefused(written, "scheme (" + written + ")" + KNOWN + nearest + ".");
  }

  @Test
  void aWidthThatCoreMLDoesNotStoreIsRefused() {
    assertRefused(
        "linear:9",
        "number of bits (9) must be in [1, 8]: Core ML stores no other codes.\n"
            + "Maybe write half for 16 bits.");
  }

  @Test
  void theSymmetricFormHasEightBitsOnly() {
    assertRefused(
        "linear-symmetric:4",
        "scheme (linear-symmetric:4) must have 8 bits: Core ML's symmetric form has no other.\n"
            + "Maybe write linear:4.");
  }

  @Test
  void aTableCannotBePerChannel() {
    assertThatThrownBy(
            () ->
                new Scheme.Quantization(
                    Method.Plain.LUT_KMEANS, new NumberOfBits(4), Granularity.PER_CHANNEL))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (lut-kmeans:4) cannot be per channel: a weight tensor has one look-up table.\n"
                + "Maybe leave the granularity out.");
  }

  @Test
  void calibratedSchemesAreNotKnownYet() {
    assertRefused(
        "linear:4+calibrated",
        "scheme (linear:4+calibrated) is calibrated: this version knows plain schemes only.\n"
            + "Maybe write linear:4.");
  }

  @Test
  void theNameOfAUsersTableIsPlain() {
    assertRefused(
        "lut-custom:my table:4",
        "look-up table fitter (my table) must be named by letters, digits, '_', '.' and '-'.\n"
            + "Maybe write lut-custom:my-table:4.");
  }

  private static void assertRefused(String written, String message) {
    assertThatThrownBy(() -> Scheme.parse(written))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }
}
