package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.UsageException;

class SchemeTest {
  @Test
  void everySchemeIsReadBackFromItsText() {
    assertThat(Scheme.all()).hasSize(35).doesNotHaveDuplicates();
    for (Scheme scheme : Scheme.all()) {
      assertThat(Scheme.parse(scheme.toString())).isEqualTo(scheme);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "full",
        "half",
        "linear:1",
        "linear:4@tensor",
        "linear-symmetric:8",
        "lut-linear:3",
        "lut-kmeans:8",
        "lut-custom:my_table.v2:5"
      })
  void writesTheCanonicalText(String text) {
    assertThat(Scheme.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "linear:9|linear:8, or half for 16 bits.",
        "linear:0|linear:1.",
        "lut-kmeans:16|lut-kmeans:8, or half for 16 bits."
      })
  void saysWhichWidthsThereAre(String text, String cure) {
    String bits = text.substring(text.indexOf(':') + 1);
    assertThatThrownBy(() -> Scheme.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (%s) has %s bits, which must be in [1, 8].\nMaybe write %s", text, bits, cure);
  }

  @ParameterizedTest
  @CsvSource({
    "lineer:4, linear:4",
    "Linear:4, linear:4",
    "lut-kmean:6, lut-kmeans:6",
    "linear:4@channel, linear:4@tensor",
    "linear:x, linear:1",
    "fulll, full",
    "linear, linear:1"
  })
  void namesTheNearestScheme(String text, String nearest) {
    assertThatThrownBy(() -> Scheme.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (%s) is not known. Known are full, half, linear:B, linear:B@tensor,"
                + " linear-symmetric:8, lut-linear:B, lut-kmeans:B, lut-custom:NAME:B with B in 1"
                + " to 8; linear and lut-kmeans also with +calibrated.\nMaybe write %s.",
            text, nearest);
  }

  @Test
  void aTableHasOneGranularity() {
    assertThatThrownBy(() -> Scheme.parse("lut-kmeans:4@tensor"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (lut-kmeans:4@tensor) names a granularity: lut-kmeans has one only, which goes"
                + " without saying.\nMaybe write lut-kmeans:4.");
  }

  @Test
  void symmetricHasEightBits() {
    assertThatThrownBy(() -> Scheme.parse("linear-symmetric:4"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (linear-symmetric:4) must have 8 bits: Core ML's symmetric form has no"
                + " other.\nMaybe write linear:4.");
  }

  @Test
  void symmetricIsPerChannel() {
    assertThatThrownBy(
            () ->
                new Scheme.Quantization(
                    Method.Plain.LINEAR_SYMMETRIC, new NumberOfBits(8), Granularity.PER_TENSOR))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (linear-symmetric:8) must be per channel: it has no other form.\n"
                + "Maybe write linear:8@tensor.");
  }

  @Test
  void calibratedFormsAreReadAndWritten() {
    for (String text :
        List.of("linear:4+calibrated", "linear:4@tensor+calibrated", "lut-kmeans:3+calibrated")) {
      Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
      assertThat(scheme.calibrated()).isTrue();
      assertThat(scheme).hasToString(text);
      assertThat(scheme.plain() + "+calibrated").isEqualTo(text);
    }
  }

  @Test
  void evenlySpacedTablesHaveNoCalibratedForm() {
    assertThatThrownBy(() -> Scheme.parse("lut-linear:4+calibrated"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (lut-linear:4+calibrated) has no calibrated form: linear and lut-kmeans have"
                + " one.\nMaybe write lut-kmeans:4+calibrated.");
  }

  @Test
  void aFitterNeedsAName() {
    assertThatThrownBy(() -> Scheme.parse("lut-custom::4"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "look-up table fitter () must be named by letters, digits, '_', '.' and '-'.\n"
                + "Maybe write lut-custom:my-table:4.");
  }
}
