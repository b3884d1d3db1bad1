package org.quantsweep.report.bundle;

import java.util.List;

/**
 * The network's graph.
 *
 * @param kind of the model, in words
 * @param nodes layers or operations, in the order in which they run; constants are none
 * @param edges between them
 * @param omitted how many nodes are missing, because there are too many to show
 */
public record NetworkEvidence(String kind, List<Node> nodes, List<Edge> edges, int omitted) {
  /** Copies the lists. */
  public NetworkEvidence {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
  }

  /**
   * A layer or an operation; also an input or an output of the whole model.
   *
   * @param name its path
   * @param type as the format calls it; {@code input} or {@code output} for those of the model
   * @param shapes of its outputs, where they are known; -1 is any length
   * @param tensors the identities of its weight tensors
   */
  public record Node(String name, String type, List<List<Long>> shapes, List<String> tensors) {
    /** Copies the lists. */
    public Node {
      shapes = shapes.stream().map(List::copyOf).toList();
      tensors = List.copyOf(tensors);
    }
  }

  /**
   * A value that goes from one node to another, by their places in the list.
   *
   * @param value its name
   */
  public record Edge(int from, int to, String value) {}
}
