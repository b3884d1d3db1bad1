package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.TensorEvidence;

class TensorCausesTest {
  private static final NetworkEvidence NETWORK =
      new NetworkEvidence(
          "neuralNetwork",
          List.of(
              new NetworkEvidence.Node("x", "input", List.of(), List.of()),
              new NetworkEvidence.Node("a", "convolution", List.of(), List.of("a/weights")),
              new NetworkEvidence.Node("relu", "activation", List.of(), List.of()),
              new NetworkEvidence.Node("b", "convolution", List.of(), List.of("b/weights")),
              new NetworkEvidence.Node("c", "innerProduct", List.of(), List.of("c/weights")),
              new NetworkEvidence.Node("y", "output", List.of(), List.of())),
          List.of(
              new NetworkEvidence.Edge(0, 1, "x"),
              new NetworkEvidence.Edge(1, 2, "h"),
              new NetworkEvidence.Edge(2, 3, "r"),
              new NetworkEvidence.Edge(3, 4, "s"),
              new NetworkEvidence.Edge(4, 5, "y")),
          0);

  private static TensorEvidence tensor(
      String name,
      String type,
      List<Long> shape,
      String scheme,
      long bytes,
      double loss,
      TensorEvidence.Values values) {
    return new TensorEvidence(
        name + "/weights",
        name,
        type,
        shape,
        4 * bytes,
        scheme,
        bytes,
        List.of(new TensorEvidence.Option(scheme, bytes, 0.1, loss, 1L, 128L, "measured")),
        values);
  }

  private static List<String> kinds(TensorEvidence tensor, TensorEvidence... others) {
    List<TensorEvidence> all = new ArrayList<>(List.of(others));
    all.add(tensor);
    return new TensorCauses(NETWORK, all)
        .of(tensor).stream().map(Explanations.Cause::kind).toList();
  }

  /** 8,192 weights at 4 bits. */
  private static final TensorEvidence CHEAP =
      tensor(
          "c",
          "innerProduct",
          List.of(64L, 128L),
          "lut-kmeans:4",
          4096,
          1,
          new TensorEvidence.Values(4, 128, 1.5));

  @Test
  void whatIsNotDearHasNoCause() {
    assertThat(kinds(CHEAP, CHEAP)).isEmpty();
  }

  @Test
  void theStrongestCauseComesFirst() {
    TensorEvidence first =
        tensor(
            "a",
            "convolution",
            List.of(8L, 3L, 3L, 3L),
            "lut-kmeans:8",
            472,
            0.5,
            new TensorEvidence.Values(30, 27, 16.4));
    assertThat(kinds(first, CHEAP))
        .containsExactly("outliers", "channel-spread", "first-layer", "few-weights");
    Explanations.Cause cause = new TensorCauses(NETWORK, List.of(first, CHEAP)).of(first).get(0);
    assertThat(cause.sentence())
        .isEqualTo(
            "Its largest weight is 30 times the root of the mean square, so most steps of an even"
                + " scale lie where no weights are.");
    assertThat(cause.help()).endsWith(".");
  }

  @Test
  void oneInputForEachOutputIsDepthwise() {
    TensorEvidence depthwise =
        tensor(
            "b",
            "convolution",
            List.of(32L, 1L, 3L, 3L),
            "linear:8",
            544,
            0.5,
            new TensorEvidence.Values(4, 9, 40));
    // Each channel has a scale of its own, so that their spread is no cause.
    TensorEvidence before =
        tensor(
            "a",
            "convolution",
            List.of(64L, 128L),
            "lut-kmeans:4",
            4096,
            1,
            new TensorEvidence.Values(4, 128, 1.5));
    assertThat(kinds(depthwise, before, CHEAP)).containsExactly("depthwise");
  }

  @Test
  void aTensorIsDearByItsLossToo() {
    TensorEvidence last =
        tensor(
            "c",
            "innerProduct",
            List.of(64L, 128L),
            "lut-kmeans:4",
            4096,
            40,
            new TensorEvidence.Values(4, 128, 1.5));
    TensorEvidence other =
        tensor(
            "b",
            "convolution",
            List.of(64L, 128L),
            "lut-kmeans:4",
            4096,
            1,
            new TensorEvidence.Values(4, 128, 1.5));
    assertThat(kinds(last, other, other, other)).containsExactly("last-layer");
  }
}
