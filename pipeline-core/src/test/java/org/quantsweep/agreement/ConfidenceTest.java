package org.quantsweep.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfidenceTest {
  @ParameterizedTest
  @CsvSource({
    "0.95, 95",
    "0.9, 90",
    "0.995, 99.5",
    "0.9833, 98.33",
    "0.98333333333, 98.3333",
    // Rounded it would be what nothing reaches.
    "0.99999999, 99.9999",
    "0.29, 29",
    "1e-7, 0",
  })
  void isWrittenInPercentWithTheDecimalsThatItHas(double confidence, String percent) {
    assertThat(Confidence.percent(confidence)).isEqualTo(percent);
  }
}
