package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.UsageException;
import org.quantsweep.digest.ByteSize;

class LargestSizeTest {
  @ParameterizedTest
  @CsvSource({
    "5MB, 5000000, 5MB",
    "5 MB, 5000000, 5MB",
    "1.25kB, 1250, 1.25KB",
    "1.25KB, 1250, 1.25KB",
    "999B, 999, 999B",
    "0.5GB, 500000000, 500MB",
    "1.234567MB, 1234567, 1.234567MB",
    "12345678901B, 12345678901, 12.345678901GB",
    "005.500MB, 5500000, 5.5MB",
    "0.001KB, 1, 1B",
    "1000000GB, 1000000000000000, 1000000GB"
  })
  void unitsArePowersOfAThousand(String text, long bytes, String canonical) {
    LargestSize size = LargestSize.parse(text);
    assertThat(size.bytes()).isEqualTo(new ByteSize(bytes));
    assertThat(size).hasToString(canonical);
  }

  @Property
  void whatIsWrittenIsReadAgainAsTheSameBytes(
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long bytes) {
    LargestSize size = new LargestSize(new ByteSize(bytes));
    assertThat(LargestSize.parse(size.toString())).isEqualTo(size);
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5MB",
    "1107000, 1.107MB",
    "5mb, 5MB",
    "5M, 5MB",
    "5MiB, 5MB",
    "800k, 800KB",
    "7b, 7B",
    "2TB, 5MB",
    "MB, 5MB",
    "'', 5MB",
    "-5MB, 5MB",
    "1e6B, 5MB",
    "0x5MB, 5MB",
    ".5MB, 5MB",
    "'5,000KB', 5MB",
    "1.0000000001MB, 5MB",
    "1234567890123456B, 5MB",
    "99999999999999gb, 1000000GB"
  })
  void whatIsNoSizeIsRefusedWithOneThatIs(String text, String cure) {
    assertThatThrownBy(() -> LargestSize.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "largest size ("
                + text
                + ") must be a decimal of at most 15 digits before and 9 behind the point, and one"
                + " of the units B, KB, MB and GB, which are powers of 1000.\nMaybe write "
                + cure
                + ".");
    assertThat(LargestSize.parse(cure)).hasToString(cure);
  }

  @ParameterizedTest
  @CsvSource({"1.5B, 1B", "0.5B, 1B", "1.2345678KB, 1.234KB"})
  void aPartOfAByteIsRefused(String text, String cure) {
    assertThatThrownBy(() -> LargestSize.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "largest size ("
                + text
                + ") must be a whole number of bytes.\nMaybe write "
                + cure
                + ".");
  }

  @ParameterizedTest
  @CsvSource({"0MB", "0.0B", "1000001GB", "999999999999999GB"})
  void noFileIsThatSmallOrThatLarge(String text) {
    assertThatThrownBy(() -> LargestSize.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage("largest size (" + text + ") must be in [1B, 1000000GB].\nMaybe write 5MB.");
  }

  @Test
  void theRangeHoldsHoweverItIsMade() {
    assertThatThrownBy(() -> new LargestSize(new ByteSize(0)))
        .isInstanceOf(UsageException.class)
        .hasMessage("largest size (0B) must be in [1B, 1000000GB].\nMaybe write 5MB.");
  }
}
