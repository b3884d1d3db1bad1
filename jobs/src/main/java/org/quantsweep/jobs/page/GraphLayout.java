package org.quantsweep.jobs.page;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.elk.alg.layered.LayeredLayoutProvider;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.alg.layered.options.WrappingStrategy;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.NullElkProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;
import org.quantsweep.report.bundle.NetworkEvidence;

/**
 * Where the nodes and edges of a network are drawn, in CSS pixels.
 *
 * @param width of the whole drawing
 * @param height of it
 * @param nodes by the network's order: left, top, width and height
 * @param edges by the network's order: x and y of each point of the line; empty where an edge is
 *     not drawn
 */
record GraphLayout(long width, long height, List<List<Long>> nodes, List<List<Long>> edges) {
  /** Beyond it a drawing helps nobody, and takes minutes to lay out. */
  static final int MOST_NODES = 2_000;

  private static final int MOST_EDGES = 4 * MOST_NODES;
  private static final int HEIGHT = 40;
  private static final double LEAST_WIDTH = 96;
  private static final double MOST_WIDTH = 208;

  /** Of the page's small font; a name that is longer than a node is cut there. */
  private static final double CHARACTER = 6.4;

  private static final int CHAIN = 12;
  private static final double ASPECT = 1.6;

  /** Copies the lists. */
  GraphLayout {
    nodes = nodes.stream().map(List::copyOf).toList();
    edges = edges.stream().map(List::copyOf).toList();
  }

  /** Nothing is drawn. */
  static final GraphLayout NONE = new GraphLayout(0, 0, List.of(), List.of());

  /** The same network is laid out the same. */
  static GraphLayout of(NetworkEvidence network) {
    int count = network.nodes().size();
    if (count == 0 || count > MOST_NODES || network.edges().size() > MOST_EDGES) {
      return NONE;
    }
    // Which types the library's properties may have: it asks a registry of its own.
    LayoutMetaDataService.getInstance()
        .registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
    ElkNode graph = ElkGraphUtil.createGraph();
    graph.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
    graph.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
    graph.setProperty(CoreOptions.RANDOM_SEED, 1);
    graph.setProperty(CoreOptions.PADDING, new ElkPadding(12));
    graph.setProperty(CoreOptions.SPACING_NODE_NODE, 24.0);
    graph.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 26.0);
    graph.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 10.0);
    if (count > CHAIN) {
      // A network is mostly a chain: in one column nobody would see it.
      graph.setProperty(LayeredOptions.WRAPPING_STRATEGY, WrappingStrategy.MULTI_EDGE);
      graph.setProperty(CoreOptions.ASPECT_RATIO, ASPECT);
    }
    List<ElkNode> nodes = new ArrayList<>();
    for (NetworkEvidence.Node node : network.nodes()) {
      ElkNode drawn = ElkGraphUtil.createNode(graph);
      int longest = Math.max(node.name().length(), node.type().length());
      drawn.setDimensions(
          Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.rint(CHARACTER * longest + 20))), HEIGHT);
      nodes.add(drawn);
    }
    List<ElkEdge> edges = new ArrayList<>();
    for (NetworkEvidence.Edge edge : network.edges()) {
      boolean known =
          edge.from() >= 0
              && edge.to() >= 0
              && edge.from() < count
              && edge.to() < count
              && edge.from() != edge.to();
      edges.add(
          known
              ? ElkGraphUtil.createSimpleEdge(nodes.get(edge.from()), nodes.get(edge.to()))
              : null);
    }
    new LayeredLayoutProvider().layout(graph, new NullElkProgressMonitor());
    return new GraphLayout(
        Math.round(graph.getWidth()),
        Math.round(graph.getHeight()),
        nodes.stream().map(GraphLayout::box).toList(),
        edges.stream().map(GraphLayout::line).toList());
  }

  private static List<Long> box(ElkNode node) {
    return List.of(
        Math.round(node.getX()),
        Math.round(node.getY()),
        Math.round(node.getWidth()),
        Math.round(node.getHeight()));
  }

  private static List<Long> line(ElkEdge edge) {
    List<Long> points = new ArrayList<>();
    if (edge == null) {
      return points;
    }
    for (ElkEdgeSection section : edge.getSections()) {
      points.add(Math.round(section.getStartX()));
      points.add(Math.round(section.getStartY()));
      for (ElkBendPoint bend : section.getBendPoints()) {
        points.add(Math.round(bend.getX()));
        points.add(Math.round(bend.getY()));
      }
      points.add(Math.round(section.getEndX()));
      points.add(Math.round(section.getEndY()));
    }
    return points;
  }
}
