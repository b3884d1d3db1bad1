package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.UsageException;

/** What of {@code docs/schemes.md} is grammar. */
class SchemeGrammarTest {
  @Property(tries = 1000)
  void everySchemeIsReadAsItIsWritten(@ForAll("schemes") Scheme scheme) {
    String text = scheme.toString();
    assertThat(Scheme.parse(text)).isEqualTo(scheme).hasSameHashCodeAs(scheme);
    assertThat(Scheme.parse(" " + text + " ")).isEqualTo(scheme);
    if (scheme instanceof Scheme.Compression compression) {
      assertThat(compression.plain().fitted()).isEqualTo(compression.fitted());
      assertThat(compression.fitted()).hasToString(compression.plain() + "+calibrated");
      assertThat(compression.fittedWithBias())
          .hasToString(compression.plain() + "+bias+calibrated");
      assertThat(compression.fittedWithBias().fitted()).isEqualTo(compression.fitted());
      assertThat(compression.fittedWithBias().plain()).isEqualTo(compression.plain());
      assertThat(compression.plain().calibrated()).isFalse();
    }
  }

  /** Both spellings are one scheme, wherever they stand. */
  @Property(tries = 500)
  void shortSpellingsAreTheSameSchemes(@ForAll("schemes") Scheme scheme) {
    String shorter =
        scheme
            .toString()
            .replaceFirst("(^|\\+)linear-symmetric:", "$1int")
            .replaceFirst("(^|\\+)linear:", "$1uint")
            .replaceFirst("(^|\\+)lut-kmeans:", "$1lut:");
    assertThat(Scheme.parse(shorter)).isEqualTo(scheme);
  }

  @Provide
  static Arbitrary<Scheme> schemes() {
    Arbitrary<Scheme> floats =
        Arbitraries.of(new Scheme.FullPrecision(), new Scheme.HalfPrecision());
    Arbitrary<Scheme> pruned =
        Combinators.combine(sparsities(), Arbitraries.of(Fitting.values())).as(Scheme.Pruning::new);
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(1, floats),
        net.jqwik.api.Tuple.of(3, pruned),
        net.jqwik.api.Tuple.of(12, codes()));
  }

  private static Arbitrary<Scheme> codes() {
    Arbitrary<Method> methods =
        Arbitraries.oneOf(
            Arbitraries.of(Method.Plain.values()).map(Method.class::cast),
            Arbitraries.of("my_table.v2", "t", "int8-like", "4").map(Method.CustomTable::new));
    Arbitrary<Grouping> groupings =
        Arbitraries.oneOf(
            Arbitraries.of(Grouping.WHOLE, Grouping.PER_CHANNEL),
            Arbitraries.integers().between(1, 999_999).map(Grouping.PerBlock::new),
            Arbitraries.integers().between(1, 999_999).map(Grouping.PerChannelGroup::new),
            Arbitraries.integers().between(2, 999_999).map(Grouping.PerVector::new));
    Arbitrary<Sparsity> left = Arbitraries.oneOf(Arbitraries.just(Sparsity.NONE), sparsities());
    return Combinators.combine(
            methods,
            Arbitraries.integers().between(1, 8),
            groupings,
            left,
            Arbitraries.of(true, false),
            Arbitraries.of(true, false),
            Arbitraries.of(Fitting.values()))
        .as(
            (method, bits, grouping, sparsity, compact, bytewise, fitting) ->
                new Scheme.Quantization(
                    method,
                    new NumberOfBits(bits),
                    grouping,
                    sparsity,
                    compact && method.isLookUpTable() ? TableEntries.INT8 : TableEntries.FLOATS,
                    bytewise && bits < 8 && sparsity.equals(Sparsity.NONE),
                    fitting));
  }

  private static Arbitrary<Sparsity> sparsities() {
    Arbitrary<BigDecimal> shares =
        Arbitraries.bigDecimals()
            .between(new BigDecimal("0.0001"), new BigDecimal("0.9999"))
            .ofScale(4);
    return Arbitraries.oneOf(
        shares.map(Sparsity.Share::new),
        Combinators.combine(shares, Arbitraries.integers().between(2, 99_999))
            .as(Sparsity.Blocks::new),
        Arbitraries.integers()
            .between(2, 9_999)
            .flatMap(
                of ->
                    Arbitraries.integers()
                        .between(1, of - 1)
                        .map(zeros -> new Sparsity.Groups(zeros, of))),
        Arbitraries.bigDecimals()
            .between(new BigDecimal("0.00001"), new BigDecimal("99999"))
            .ofScale(5)
            .map(Sparsity.Below::new));
  }

  @ParameterizedTest
  @CsvSource({
    "int8, linear-symmetric:8",
    "uint4@tensor, linear:4@tensor",
    "int4@channel, linear-symmetric:4",
    "lut:6, lut-kmeans:6",
    "lut:4@tensor, lut-kmeans:4",
    "sparse:0.50+lut:4, sparse:0.5+lut-kmeans:4",
    "sparse:.5+int8+calibrated, sparse:0.5+linear-symmetric:8+calibrated",
    "sparse:0.5@block4, sparse:0.5@block4",
    "sparse:2of4+lut:4+int8, sparse:2of4+lut-kmeans:4+int8",
    "lut:6+bytewise, lut-kmeans:6+bytewise",
    "lut:3@group16+int8+bytewise+calibrated, lut-kmeans:3@group16+int8+bytewise+calibrated",
    "uint5@tensor+bytewise, linear:5@tensor+bytewise",
    "sparse:below0.0100, sparse:below0.01",
    "lut:4+bias+calibrated, lut-kmeans:4+bias+calibrated",
    "uint5@tensor+bytewise+bias+calibrated, linear:5@tensor+bytewise+bias+calibrated",
    "sparse:0.5+bias+calibrated, sparse:0.5+bias+calibrated",
    "lut-custom:int8:8, lut-custom:int8:8",
  })
  void hasOneCanonicalText(String text, String canonical) {
    assertThat(Scheme.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "int",
        "int8int8",
        "int8@",
        "int8@block",
        "int8@block-1",
        "int8@block1.5",
        "int8@row",
        "int4+int8",
        "uint8+int8",
        "lut:4+int4",
        "lut:4+uint8",
        "lut:4+int8+int8",
        "lut:4+calibrated+int8",
        "lut:4+calibrated+calibrated",
        "full+calibrated",
        "half@tensor",
        "sparse",
        "sparse:",
        "sparse:half",
        "sparse:50%",
        "sparse:0.5@group4",
        "sparse:0.5+",
        "sparse:0.5+full",
        "sparse:0.5+half",
        "sparse:0.5+sparse:0.5",
        "lut:4+sparse:0.5",
        "sparse:1of",
        "sparse:below",
        "sparse:below-1",
        "calibrated",
        "+calibrated",
        "+bias",
        "full+bias",
        "half+bias+calibrated",
        "lut:4+bias+bytewise+calibrated",
        "lut:4+bias+bias+calibrated",
        "lut:4+bias+calibrated+calibrated",
      })
  void nothingElseIsAScheme(String text) {
    assertThatThrownBy(() -> Scheme.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("scheme (" + text + ") is not known. Known are full, half, ")
        .hasMessageMatching("(?s).*\nMaybe write [^ ]+\\.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int9|scheme (int9) has 9 bits, which must be in [1, 8].|linear-symmetric:8, or half for 16"
            + " bits.",
        "sparse:0.5+lut:0|scheme (sparse:0.5+lut:0) has 0 bits, which must be in [1,"
            + " 8].|lut-kmeans:1.",
        "lut:4@vector1|vectors (@vector1) must hold at least 2.|@vector2.",
        "lut:4@group0|grouping (@group0) must hold at least 1.|@group16.",
        "sparse:0|sparse share (0) must be between 0 and 1, without these.|sparse:0.5.",
        "sparse:1.0|sparse share (1) must be between 0 and 1, without these.|sparse:0.5.",
        "sparse:1.5|sparse share (1.5) must be between 0 and 1, without these.|sparse:0.5.",
        "sparse:0.5@block1|sparse blocks (@block1) must hold at least 2 channels.|"
            + "sparse:0.5@block4.",
        "sparse:4of4|sparse pattern (4of4) must leave at least one weight of each group, and zero"
            + " at least one.|sparse:2of4.",
        "sparse:0of4|sparse pattern (0of4) must leave at least one weight of each group, and zero"
            + " at least one.|sparse:2of4.",
        "sparse:below0|sparse threshold (below0) must be above 0.|sparse:below0.01.",
        "sparse:below0.00|sparse threshold (below0) must be above 0.|sparse:below0.01.",
        "lut:4+bias|scheme (lut:4+bias) has +bias without +calibrated behind it: a bias is added"
            + " where it is fitted.|lut-kmeans:4+bias+calibrated, or lut-kmeans:4.",
        "int8+calibrated+bias|scheme (int8+calibrated+bias) has +bias without +calibrated behind"
            + " it: a bias is added where it is fitted.|linear-symmetric:8+bias+calibrated, or"
            + " linear-symmetric:8.",
        "lut-custom:a b:4|look-up table fitter (a b) must be named by letters, digits, '_', '.' and"
            + " '-'.|lut-custom:my-table:4.",
      })
  void saysWhichPartIsWrong(String text, String problem, String cure) {
    assertThatThrownBy(() -> Scheme.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(problem + "\nMaybe write " + cure);
  }

  /** Widths of one form differ in nothing but the width. */
  @ParameterizedTest
  @ValueSource(strings = {"int8@block32", "sparse:0.5+lut:4+int8", "uint4", "lut-linear:4@group8"})
  void theFormIsTheTextWithoutTheWidth(String text) {
    List<Scheme.Quantization> widths =
        List.of(4, 8).stream()
            .map(bits -> (Scheme.Quantization) Scheme.parse(text.replaceFirst("[48]", "" + bits)))
            .toList();
    assertThat(widths.get(0).form()).isEqualTo(widths.get(1).form()).doesNotContain(":4", ":8");
  }
}
