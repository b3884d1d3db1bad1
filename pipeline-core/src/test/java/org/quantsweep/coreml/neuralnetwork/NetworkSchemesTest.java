package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.quantize.Scheme;

class NetworkSchemesTest {
  @Test
  void everyUniformSchemeIsLegalAndReadBackFromItsText() {
    assertThat(NetworkSchemes.uniform()).hasSize(35).doesNotHaveDuplicates();
    for (Scheme scheme : NetworkSchemes.uniform()) {
      assertThat(Scheme.parse(scheme.toString())).isEqualTo(scheme);
      assertThat(NetworkSchemes.refusal(scheme)).as(scheme.toString()).isEmpty();
    }
  }

  @Test
  void everyOptionIsLegalAndHasItsPlainFormBeforeIt() {
    Set<String> seen = new TreeSet<>();
    for (Scheme scheme : NetworkSchemes.options()) {
      assertThat(NetworkSchemes.refusal(scheme)).as(scheme.toString()).isEmpty();
      if (scheme instanceof Scheme.Quantization codes && codes.calibrated()) {
        assertThat(seen).contains(codes.plain().toString());
      }
      assertThat(seen.add(scheme.toString())).isTrue();
    }
    assertThat(seen).hasSize(2 + 8 * 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "linear-symmetric:4|scheme (linear-symmetric:4) must have 8 bits: Core ML's symmetric form"
            + " has no other.|linear:4.",
        "linear-symmetric:8@tensor|scheme (linear-symmetric:8) must be per channel: it has no other"
            + " form.|linear:8@tensor.",
        "lut-linear:4+calibrated|scheme (lut-linear:4+calibrated) has no calibrated form: linear"
            + " and lut-kmeans have one.|lut-kmeans:4+calibrated.",
        "lut-kmeans:4@group16|scheme (lut-kmeans:4@group16) cannot be stored in a neural network:"
            + " there a weight tensor has one look-up table.|lut-kmeans:4.",
        "lut-kmeans:4@channel|scheme (lut-kmeans:4@channel) cannot be stored in a neural network:"
            + " there a look-up table has no scales beside it.|lut-kmeans:4, or convert the model"
            + " to an ML Program.",
        "lut-kmeans:6@block32+calibrated|scheme (lut-kmeans:6@block32+calibrated) cannot be stored"
            + " in a neural network: there a look-up table has no scales beside it.|lut-kmeans:6,"
            + " or convert the model to an ML Program.",
        "linear:4@block32|scheme (linear:4@block32) cannot be stored in a neural network: there a"
            + " scale is an output channel's or the whole weight tensor's.|linear:4."
      })
  void saysWhyASchemeIsRefused(String text, String reason, String cure) {
    assertThat(NetworkSchemes.refusal(Scheme.parse(text)))
        .hasValue(reason + "\nMaybe write " + cure);
  }
}
