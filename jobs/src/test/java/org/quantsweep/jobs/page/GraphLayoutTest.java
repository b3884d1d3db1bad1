package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.report.bundle.NetworkEvidence;

class GraphLayoutTest {
  private static NetworkEvidence.Node node(String name) {
    return new NetworkEvidence.Node(name, "convolution", List.of(), List.of());
  }

  private static NetworkEvidence chain(int length) {
    return new NetworkEvidence(
        "a chain",
        IntStream.range(0, length).mapToObj(i -> node("layer " + i)).toList(),
        IntStream.range(1, length).mapToObj(i -> new NetworkEvidence.Edge(i - 1, i, "v")).toList(),
        0);
  }

  @Test
  void nodesDoNotOverlapAndEdgesEndAtThem() {
    NetworkEvidence network = chain(40);
    GraphLayout layout = GraphLayout.of(network);
    for (int i = 0; i < 40; i++) {
      List<Long> box = layout.nodes().get(i);
      assertThat(box.get(0) + box.get(2)).isLessThanOrEqualTo(layout.width());
      assertThat(box.get(1) + box.get(3)).isLessThanOrEqualTo(layout.height());
      for (int k = 0; k < i; k++) {
        List<Long> other = layout.nodes().get(k);
        boolean apart =
            box.get(0) >= other.get(0) + other.get(2)
                || other.get(0) >= box.get(0) + box.get(2)
                || box.get(1) >= other.get(1) + other.get(3)
                || other.get(1) >= box.get(1) + box.get(3);
        assertThat(apart).as("%s beside %s", i, k).isTrue();
      }
    }
    for (int i = 0; i < 39; i++) {
      List<Long> line = layout.edges().get(i);
      List<Long> from = layout.nodes().get(i);
      List<Long> to = layout.nodes().get(i + 1);
      assertThat(line.get(1)).isEqualTo(from.get(1) + from.get(3));
      assertThat(line.get(line.size() - 1)).isEqualTo(to.get(1));
    }
  }

  /** In one column nobody would see it: 40 layers would be 2,600 px high. */
  @Test
  void aLongChainIsWrapped() {
    GraphLayout layout = GraphLayout.of(chain(40));
    assertThat((double) layout.width() / layout.height()).isBetween(0.7, 3.0);
  }

  @Test
  void theSameNetworkIsLaidOutTheSame() {
    assertThat(GraphLayout.of(chain(60))).isEqualTo(GraphLayout.of(chain(60)));
  }

  @Test
  void edgesThatLeadNowhereAreNotDrawn() {
    NetworkEvidence network =
        new NetworkEvidence(
            "",
            List.of(node("a"), node("b")),
            List.of(
                new NetworkEvidence.Edge(0, 1, "v"),
                new NetworkEvidence.Edge(0, 2, "v"),
                new NetworkEvidence.Edge(-1, 1, "v"),
                new NetworkEvidence.Edge(1, 1, "v")),
            0);
    assertThat(GraphLayout.of(network).edges())
        .satisfiesExactly(
            line -> assertThat(line).hasSize(4),
            line -> assertThat(line).isEmpty(),
            line -> assertThat(line).isEmpty(),
            line -> assertThat(line).isEmpty());
  }

  @Test
  void whatNobodyCouldReadIsNotLaidOut() {
    List<NetworkEvidence.Node> many = new ArrayList<>();
    for (int i = 0; i <= GraphLayout.MOST_NODES; i++) {
      many.add(node("n" + i));
    }
    assertThat(GraphLayout.of(new NetworkEvidence("", many, List.of(), 0)))
        .isEqualTo(GraphLayout.NONE);
    assertThat(GraphLayout.of(new NetworkEvidence("", List.of(), List.of(), 0)))
        .isEqualTo(GraphLayout.NONE);
  }
}
