package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;

/** Which options with an added bias are worth a look. */
class AddedBiasOptionsTest {
  private static SearchSpace.SizedOption option(String scheme, long bytes, double error) {
    return new SearchSpace.SizedOption(Scheme.parse(scheme), bytes, error);
  }

  private static List<String> kept(SearchSpace.SizedOption... options) {
    return new SearchSpace(new TreeMap<>(Map.of("t", List.of(options))))
        .withoutDominated().narrowed(640).tensors().get("t").stream()
            .map(own -> own.scheme().toString())
            .toList();
  }

  /** From 3 to 4 bits the error falls by 75 in 100 bytes: a bias of 10 has to save 7.5. */
  @Test
  void aBiasPaysWhereItSavesMoreThanWiderCodesWould() {
    assertThat(
            kept(
                option("linear:3+calibrated", 300, 100),
                option("linear:3+bias+calibrated", 310, 93),
                option("linear:4+calibrated", 400, 25),
                option("linear:4+bias+calibrated", 410, 20)))
        .containsExactly("linear:3+calibrated", "linear:4+calibrated", "linear:4+bias+calibrated");
    assertThat(
            kept(
                option("linear:3+calibrated", 300, 100),
                option("linear:3+bias+calibrated", 310, 92),
                option("linear:4+calibrated", 400, 25)))
        .containsExactly("linear:3+calibrated", "linear:3+bias+calibrated", "linear:4+calibrated");
  }

  /** Others stay above the hull: a knapsack may need one to fill a size. */
  @Test
  void optionsWithoutABiasStayWhereTheyAre() {
    assertThat(
            kept(
                option("linear:3+calibrated", 300, 100),
                option("lut-kmeans:3+calibrated", 310, 99),
                option("linear:3+bias+calibrated", 320, 98),
                option("linear:4+calibrated", 400, 25)))
        .containsExactly("linear:3+calibrated", "lut-kmeans:3+calibrated", "linear:4+calibrated");
  }

  @Test
  void whoAllowsNoAddedBiasesIsOfferedNone() {
    List<Scheme> offered = new ArrayList<>();
    for (String scheme :
        List.of("full", "linear:4", "linear:4+calibrated", "linear:4+bias+calibrated")) {
      offered.add(Scheme.parse(scheme));
    }
    OptionRules none = OptionRules.ALL.withoutAddedBiases();
    assertThat(OptionRules.ALL.schemes("t", offered, true)).isEqualTo(offered);
    assertThat(none.schemes("t", offered, true)).isEqualTo(offered.subList(0, 3));
    assertThat(none.fittedCount("t", offered)).isEqualTo(1);
    assertThat(OptionRules.ALL.schemes("t", offered, false)).isEqualTo(offered.subList(0, 2));
    assertThat(none.allow("t", offered.get(3))).isFalse();
    OptionRules kept =
        new OptionRules(
            none.bits(), true, true, true, false, new TreeMap<>(Map.of("t", offered.get(3))));
    assertThat(kept.schemes("t", offered, true)).containsExactly(offered.get(3));
  }

  /** One scheme for all: a layer with a bias of its own takes the form without. */
  @Test
  void aUniformPlanAddsBiasesWhereLayersHaveNone() {
    SearchSpace space =
        new SearchSpace(
            new TreeMap<>(
                Map.of(
                    "a",
                    List.of(
                        option("linear:4", 10, 5),
                        option("linear:4+calibrated", 10, 3),
                        option("linear:4+bias+calibrated", 12, 2)),
                    "b",
                    List.of(option("linear:4", 20, 5), option("linear:4+calibrated", 20, 3)),
                    "c",
                    List.of(option("linear:4", 30, 5), option("full", 99, 0)))));
    assertThat(space.uniform())
        .extracting(plan -> plan.schemes().values().toString())
        .contains(
            "[linear:4+bias+calibrated, linear:4+calibrated, linear:4]",
            "[linear:4+calibrated, linear:4+calibrated, linear:4]",
            "[linear:4, linear:4, linear:4]")
        .hasSize(3);
    assertThat(space.uniform())
        .doesNotHaveDuplicates()
        .hasOnlyElementsOfType(QuantizationPlan.class);
  }
}
