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
  @ParameterizedTest
  @ValueSource(
      strings = {
        "full",
        "half",
        "linear:1",
        "linear:4@tensor",
        "linear-symmetric:8",
        "linear-symmetric:4",
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
    "linear:4@chanel, linear:4@tensor",
    "linear:x, linear:1",
    "fulll, full",
    "linear, linear:1"
  })
  void namesTheNearestScheme(String text, String nearest) {
    assertThatThrownBy(() -> Scheme.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (%s) is not known. Known are full, half, linear:B (uintB), linear-symmetric:B"
                + " (intB), lut-kmeans:B (lut:B), lut-linear:B, lut-unique:B, lut-custom:NAME:B"
                + " with B in 1 to 8, then @tensor, @channel, @blockN, @groupN or @vectorN, then"
                + " +bytewise; sparse:SHARE alone or before these; +calibrated last, or"
                + " +bias+calibrated.\n"
                + "Maybe write %s.",
            text, nearest);
  }

  @ParameterizedTest
  @CsvSource({
    "lut-kmeans:4@tensor, lut-kmeans:4",
    "linear:4@block32, linear:4@block32",
    "lut-kmeans:4@group16, lut-kmeans:4@group16",
    "linear-symmetric:4@block32, linear-symmetric:4@block32",
    "linear:4@block32+calibrated, linear:4@block32+calibrated"
  })
  void namesAGroupingUnlessItGoesWithoutSaying(String text, String canonical) {
    Scheme scheme = Scheme.parse(text);
    assertThat(scheme).hasToString(canonical);
    assertThat(Scheme.parse(canonical)).isEqualTo(scheme);
  }

  @ParameterizedTest
  @CsvSource({"block, 32", "group, 16"})
  void aGroupingHoldsSomething(String form, String usual) {
    assertThatThrownBy(() -> Scheme.parse("linear:4@" + form + "0"))
        .isInstanceOf(UsageException.class)
        .hasMessage("grouping (@%s0) must hold at least 1.\nMaybe write @%s%s.", form, form, usual);
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
  void aFitterNeedsAName() {
    assertThatThrownBy(() -> Scheme.parse("lut-custom::4"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "look-up table fitter () must be named by letters, digits, '_', '.' and '-'.\n"
                + "Maybe write lut-custom:my-table:4.");
  }
}
