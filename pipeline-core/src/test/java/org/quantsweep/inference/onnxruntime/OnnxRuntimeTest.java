package org.quantsweep.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException.OrtErrorCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
import org.quantsweep.proto.onnx.AttributeProto;
import org.quantsweep.proto.onnx.GraphProto;
import org.quantsweep.proto.onnx.ModelProto;
import org.quantsweep.proto.onnx.NodeProto;
import org.quantsweep.proto.onnx.TensorProto;
import org.quantsweep.proto.onnx.TypeProto;
import org.quantsweep.proto.onnx.ValueInfoProto;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Graphs that no model was lowered to. */
class OnnxRuntimeTest {
  private final GraphEngine engine = new OnnxRuntime(Duration.ofMinutes(1));

  @ParameterizedTest
  @EnumSource(GraphEngine.Use.class)
  void aConvolutionOfOneAxis(GraphEngine.Use use) throws GraphEngineException {
    ConvolutionGeometry geometry =
        new ConvolutionGeometry(
            ConvolutionGeometry.Direction.GATHERS,
            1,
            List.of(new ConvolutionGeometry.Axis(2, 1, 1)),
            new ConvolutionPadding.Same(HeavySide.END));
    Tensor x = Tensor.wrap(Shape.of(1, 1, 4), new float[] {1, 2, 3, 4});
    Tensor weights = Tensor.wrap(Shape.of(1, 1, 2), new float[] {1, 10});

    // Each element and ten times the next; behind the last lies a zero.
    assertThat(convolved(geometry, x, weights, use))
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

    assertThat(convolved(geometry, x, weights, GraphEngine.Use.WHOLE))
        .isEqualTo(Tensor.wrap(Shape.of(1, 1, 1, 1, 4), new float[] {1, 10, 2, 20}));
  }

  @Test
  void aGraphThatIsNoneIsRefused() {
    LoweredModel broken =
        new LoweredModel(
            new LoweredModel.OnnxBytes(new byte[] {1, 2, 3}), Map.of(), List.of(), Map.of());
    assertThatThrownBy(() -> engine.open(broken, GraphEngine.Use.WHOLE))
        .isInstanceOf(GraphEngineException.class)
        .hasMessage(
            "Error code - ORT_INVALID_PROTOBUF - message: Failed to load model because protobuf "
                + "parsing failed.");
  }

  /** A reply of 4 TiB, which no machine has: the same at every try, but no fault of the graph. */
  @ParameterizedTest
  @EnumSource(GraphEngine.Use.class)
  void memoryThatIsOutIsTheEnginesFault(GraphEngine.Use use) throws GraphEngineException {
    GraphProto.Builder graph = graph(1);
    graph.addInitializer(numbers("shape", 1 << 20, 1 << 20));
    graph.addNode(node("Expand", "y", "x\u00a7", "shape"));
    try (OpenGraph open = engine.open(lowered(graph, 1), use)) {
      assertThatThrownBy(() -> open.run(Map.of("x", constant(1))))
          .isInstanceOf(GraphEngineException.class)
          .hasMessageMatching("(?s).*(bad_alloc|allocate memory).*")
          .extracting("fault")
          .isEqualTo(GraphEngineException.Fault.ENGINE);
    }
  }

  @Test
  void anInputThatAnOperatorRefusesIsTheDatasFault() throws GraphEngineException {
    GraphProto.Builder graph = graph(1);
    graph.addNode(
        node("Cast", "place", "x\u00a7")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("to")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(TensorProto.DataType.INT64_VALUE)));
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName("table")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(2)
            .addFloatData(1)
            .addFloatData(2));
    graph.addNode(node("Gather", "y", "table", "place"));
    try (OpenGraph open = engine.open(lowered(graph, 1), GraphEngine.Use.WHOLE)) {
      assertThatThrownBy(() -> open.run(Map.of("x", constant(1, 7))))
          .isInstanceOf(GraphEngineException.class)
          .hasMessageContaining("out of data bounds")
          .extracting("fault")
          .isEqualTo(GraphEngineException.Fault.DATA);
    }
  }

  @Test
  void aRunThatTakesTooLongIsEnded() throws GraphEngineException {
    int order = 256;
    GraphProto.Builder graph = graph(order, order);
    String last = "x\u00a7";
    for (int i = 0; i < 20_000; i++) {
      String next = i == 19_999 ? "y" : "step " + i;
      graph.addNode(node("MatMul", next, last, "x\u00a7"));
      last = next;
    }
    GraphEngine hurried = new OnnxRuntime(Duration.ofMillis(200));
    long started = System.nanoTime();
    try (OpenGraph open = hurried.open(lowered(graph, order, order), GraphEngine.Use.PART)) {
      started = System.nanoTime();
      assertThatThrownBy(() -> open.run(Map.of("x", constant(order * order))))
          .isInstanceOf(GraphEngineException.class)
          .hasMessage("a run was ended after 0.2 s")
          .extracting("fault")
          .isEqualTo(GraphEngineException.Fault.OVERDUE);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @CsvSource({
    "ORT_EP_FAIL, the provider is gone, ENGINE",
    "ORT_ENGINE_ERROR, anything, ENGINE",
    "ORT_JAVA_UNKNOWN, anything, ENGINE",
    "ORT_FAIL, std::bad_alloc, ENGINE",
    "ORT_RUNTIME_EXCEPTION, Failed to allocate memory for requested buffer of size 9, ENGINE",
    "ORT_FAIL, pthread_create failed, ENGINE",
    "ORT_RUNTIME_EXCEPTION, The input tensor cannot be reshaped to the requested shape, DATA",
    "ORT_INVALID_ARGUMENT, indices element out of data bounds, DATA",
    "ORT_FAIL, Load model failed, DATA",
    "ORT_INVALID_GRAPH, This is an invalid model, DATA"
  })
  void codesAndWordsTellWhoseFaultItIs(
      OrtErrorCode code, String message, GraphEngineException.Fault fault) {
    assertThat(OnnxRuntimeFailures.fault(code, message)).isEqualTo(fault);
  }

  private static GraphProto.Builder graph(int... lengths) {
    return GraphProto.newBuilder()
        .setName("made")
        .addInput(value("x\u00a7", lengths))
        .addOutput(ValueInfoProto.newBuilder(value("y")));
  }

  private static ValueInfoProto value(String name, int... lengths) {
    ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
    TypeProto.Tensor.Builder type =
        value.getTypeBuilder().getTensorTypeBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
    for (int length : lengths) {
      type.getShapeBuilder().addDimBuilder().setDimValue(length);
    }
    return value.build();
  }

  private static NodeProto.Builder node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addOutput(output)
        .addAllInput(List.of(inputs));
  }

  private static TensorProto numbers(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return tensor.build();
  }

  private static Tensor constant(int size, float... value) {
    float[] values = new float[size];
    Arrays.fill(values, value.length == 0 ? 0 : value[0]);
    return Tensor.wrap(Shape.of(size), values);
  }

  private static LoweredModel lowered(GraphProto.Builder graph, int... lengths) {
    ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8).setGraph(graph);
    model.addOpsetImportBuilder().setVersion(17);
    return new LoweredModel(
        new LoweredModel.OnnxBytes(model.build().toByteArray()),
        Map.of("x", Shape.of(lengths)),
        List.of("y"),
        Map.of("y", Shape.of(1)));
  }

  private Tensor convolved(
      ConvolutionGeometry geometry, Tensor x, Tensor weights, GraphEngine.Use use)
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
    try (OpenGraph open = engine.open(lowered, use)) {
      return open.run(Map.of("x", x)).get("y");
    }
  }
}
