package org.quantsweep.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.ConvolutionPadding;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.HeavySide;
import org.quantsweep.inference.onnx.Convolutions;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.OpenGraph;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Graphs that no model was lowered to. */
class OnnxRuntimeTest {
  private final GraphEngine engine = new OnnxRuntime();

  @ParameterizedTest
  @EnumSource(GraphEngine.Memory.class)
  void aConvolutionOfOneAxis(GraphEngine.Memory memory) throws GraphEngineException {
    ConvolutionGeometry geometry =
        new ConvolutionGeometry(
            ConvolutionGeometry.Direction.GATHERS,
            1,
            List.of(new ConvolutionGeometry.Axis(2, 1, 1)),
            new ConvolutionPadding.Same(HeavySide.END));
    Tensor x = Tensor.wrap(Shape.of(1, 1, 4), new float[] {1, 2, 3, 4});
    Tensor weights = Tensor.wrap(Shape.of(1, 1, 2), new float[] {1, 10});

    // Each element and ten times the next; behind the last lies a zero.
    assertThat(convolved(geometry, x, weights, memory))
        .isEqualTo(Tensor.wrap(Shape.of(1, 1, 4), new float[] {21, 32, 43, 4}));
  }

  @Test
  void aDeconvolutionOfThreeAxes() throws GraphEngineException {
    EdgeAmounts none = new EdgeAmounts(0, 0);
    ConvolutionGeometry geometry =
        new ConvolutionGeometry(
            ConvolutionGeometry.Direction.SPREADS,
            1,
            List.of(
                new ConvolutionGeometry.Axis(1, 1, 1),
                new ConvolutionGeometry.Axis(1, 1, 1),
                new ConvolutionGeometry.Axis(2, 2, 1)),
            new ConvolutionPadding.Explicit(List.of(none, none, none)));
    Tensor x = Tensor.wrap(Shape.of(1, 1, 1, 1, 2), new float[] {1, 2});
    Tensor weights = Tensor.wrap(Shape.of(1, 1, 1, 1, 2), new float[] {1, 10});

    assertThat(convolved(geometry, x, weights, GraphEngine.Memory.KEPT))
        .isEqualTo(Tensor.wrap(Shape.of(1, 1, 1, 1, 4), new float[] {1, 10, 2, 20}));
  }

  @Test
  void aGraphThatIsNoneIsRefused() {
    LoweredModel broken =
        new LoweredModel(
            new LoweredModel.OnnxBytes(new byte[] {1, 2, 3}), Map.of(), List.of(), Map.of());
    assertThatThrownBy(() -> engine.open(broken, GraphEngine.Memory.KEPT))
        .isInstanceOf(GraphEngineException.class)
        .hasMessage(
            "Error code - ORT_INVALID_PROTOBUF - message: Failed to load model because protobuf "
                + "parsing failed.");
  }

  private Tensor convolved(
      ConvolutionGeometry geometry, Tensor x, Tensor weights, GraphEngine.Memory memory)
      throws GraphEngineException {
    OnnxGraph graph = new OnnxGraph(List.of("y"));
    String input = LoweredModel.graphInput("x");
    graph.input(input, x.shape());
    String constant = graph.constant(weights.shape(), weights.sharedArray());
    Convolutions.emit(graph, geometry, List.of(input, constant), "y");
    graph.output("y");
    LoweredModel lowered =
        new LoweredModel(
            new LoweredModel.OnnxBytes(graph.toBytes()),
            Map.of("x", x.shape()),
            List.of("y"),
            Map.of("y", graph.shape("y")));
    try (OpenGraph open = engine.open(lowered, memory)) {
      return open.run(Map.of("x", x)).get("y");
    }
  }
}
