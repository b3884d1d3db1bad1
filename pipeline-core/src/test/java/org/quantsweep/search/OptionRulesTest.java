package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.neuralnetwork.NetworkWeights;
import org.quantsweep.quantize.Scheme;

class OptionRulesTest {
  private static final List<String> TENSORS = List.of("a/weights", "b/weights");

  @Test
  void whatIsAskedOfOptionsIsAskedOfOneSchemeForAllToo() {
    OptionRules linear = new OptionRules(Set.of(4, 8), true, false, false, new TreeMap<>());
    assertThat(allowed(linear))
        .containsExactly(
            "full",
            "half",
            "linear:4",
            "linear:4@tensor",
            "linear:8",
            "linear:8@tensor",
            "linear-symmetric:8");
    OptionRules tables = new OptionRules(Set.of(3), false, true, true, new TreeMap<>());
    assertThat(allowed(tables)).containsExactly("full", "half", "lut-linear:3", "lut-kmeans:3");
    assertThat(allowed(OptionRules.ALL)).hasSameSizeAs(NetworkWeights.uniformSchemes());
  }

  @Test
  void aWeightTensorThatIsKeptAllowsNoOtherSchemeForAll() {
    OptionRules rules =
        new OptionRules(
            Set.of(4),
            true,
            true,
            true,
            new TreeMap<>(Map.of("a/weights", Scheme.parse("linear:8"))));
    assertThat(allowed(rules)).isEmpty();
    assertThat(rules.allowForAll(Scheme.parse("linear:8"), List.of("a/weights"))).isTrue();
    assertThat(rules.allow("a/weights", Scheme.parse("linear:4"))).isFalse();
    assertThat(rules.allow("b/weights", Scheme.parse("linear:8"))).isFalse();
    assertThat(rules.allow("b/weights", Scheme.parse("linear:4+calibrated"))).isTrue();
  }

  private static List<String> allowed(OptionRules rules) {
    return NetworkWeights.uniformSchemes().stream()
        .filter(scheme -> rules.allowForAll(scheme, TENSORS))
        .map(Scheme::toString)
        .toList();
  }
}
