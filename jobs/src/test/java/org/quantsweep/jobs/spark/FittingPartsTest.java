package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

class FittingPartsTest {
  private static final Map<String, Long> WEIGHTS =
      Map.of("a", 10L, "dense", 600L, "m", 80L, "z", 10L);

  private static List<TensorOption> options(String tensor, String... schemes) {
    return Stream.of(schemes).map(own -> new TensorOption(tensor, Scheme.parse(own))).toList();
  }

  private static long work(Collection<TensorOption> options) {
    return options.stream().mapToLong(option -> WEIGHTS.get(option.tensor())).sum();
  }

  private static Map<String, List<TensorOption>> four() {
    Map<String, List<TensorOption>> options = new TreeMap<>();
    for (String tensor : WEIGHTS.keySet()) {
      options.put(
          tensor,
          options(
              tensor,
              "linear:2+calibrated",
              "linear:3+calibrated",
              "linear:4+calibrated",
              "linear:5+calibrated"));
    }
    return options;
  }

  @Test
  void aWeightTensorThatWouldKeepOneSlotBusyAloneIsCutAndTheLongestPartComesFirst() {
    // 2,800 in all, so a part takes 350 at most; dense has 2,400 but four options only.
    FittingParts parts = new FittingParts(four(), 2, FittingPartsTest::work);

    assertThat(parts.tensors()).containsExactly("dense", "m", "a", "z");
    assertThat(parts.areWhole()).isFalse();
    assertThat(parts.options().keySet())
        .containsExactly(
            "dense\0000", "dense\0001", "dense\0002", "dense\0003", "m\0000", "a\0000", "z\0000");
    assertThat(parts.names().get("dense"))
        .containsExactly("dense\0000", "dense\0001", "dense\0002", "dense\0003");
    assertThat(parts.names().get("m")).containsExactly("m\0000");
    assertThat(parts.options().get("dense\0002"))
        .isEqualTo(options("dense", "linear:4+calibrated"));
    assertThat(parts.options().get("z\0000")).isEqualTo(four().get("z"));
  }

  @Test
  void weightTensorsOfOneSizeStayWhole() {
    Map<String, List<TensorOption>> options = new TreeMap<>();
    for (int tensor = 0; tensor < 8; tensor++) {
      options.put(
          "t" + tensor, options("t" + tensor, "linear:4+calibrated", "linear:5+calibrated"));
    }
    FittingParts parts = new FittingParts(options, 2, own -> own.size());

    assertThat(parts.areWhole()).isTrue();
    assertThat(parts.tensors()).containsExactlyElementsOf(options.keySet());
    assertThat(parts.options().values()).containsExactlyElementsOf(options.values());
  }

  @Test
  void formsThatDifferInABiasAloneStayTogether() {
    Map<String, List<TensorOption>> options =
        Map.of(
            "dense",
            options(
                "dense",
                "linear:4+calibrated",
                "linear:5+calibrated",
                "linear:4+bias+calibrated",
                "linear:5+bias+calibrated"));
    FittingParts parts = new FittingParts(options, 16, FittingPartsTest::work);

    assertThat(parts.options().values())
        .containsExactlyInAnyOrder(
            options("dense", "linear:4+calibrated", "linear:4+bias+calibrated"),
            options("dense", "linear:5+calibrated", "linear:5+bias+calibrated"));
  }

  @Test
  void whereThereIsNoWorkNothingIsCut() {
    FittingParts parts = new FittingParts(four(), 2, own -> 0);

    assertThat(parts.areWhole()).isTrue();
    assertThat(parts.tensors()).containsExactly("a", "dense", "m", "z");
  }

  @Test
  void fewerWeightTensorsThanSlotsAreCutForAllSlots() {
    Map<String, List<TensorOption>> one = Map.of("a", four().get("a"));

    assertThat(new FittingParts(one, 3, own -> 0).options()).hasSize(3);
  }
}
