package org.quantsweep.inference.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quantsweep.proto.onnx.ModelProto;
import org.quantsweep.proto.onnx.TensorProto;
import org.quantsweep.proto.onnx.TensorShapeProto;
import org.quantsweep.tensor.Shape;

/** Values know their types, and a node that its operator does not allow is refused. */
class OnnxGraphTest {
  private static final Shape SHAPE = Shape.of(2, 3);

  private final OnnxGraph graph = new OnnxGraph(List.of("x"));

  @BeforeEach
  void addInput() {
    graph.input("x", SHAPE);
  }

  @Test
  void aNodeGivesItsOutputsTheirTypes() {
    assertThat(graph.type("x")).isEqualTo(type(ElementType.FLOAT32, 2, 3));
    String place = Extreme.LARGEST.place(graph, "x", 1, Reduction.Reduced.KEPT);
    assertThat(graph.type(place)).isEqualTo(type(ElementType.INT64, 2, 1));
    assertThat(graph.type(graph.toFloats(place))).isEqualTo(type(ElementType.FLOAT32, 2, 1));
    String above = graph.binary("Greater", "x", graph.scalar(0));
    assertThat(graph.type(above)).isEqualTo(type(ElementType.BOOL, 2, 3));
    assertThat(graph.type(graph.cast("x", ElementType.FLOAT16)))
        .isEqualTo(type(ElementType.FLOAT16, 2, 3));
    assertThat(graph.type(graph.integers(1, 2, 3))).isEqualTo(type(ElementType.INT64, 3));
  }

  @Test
  void anInputOfAnyTypeMayLeaveLengthsOpen() throws InvalidProtocolBufferException {
    ValueType type =
        new ValueType(ElementType.INT32, List.of(new Dimension.Known(1), new Dimension.Unknown()));
    graph.input("tokens", type);

    assertThat(graph.type("tokens")).hasToString("int32 [1, ?]");
    assertThat(type.shape()).isEmpty();
    assertThatThrownBy(() -> graph.shape("tokens"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("value 'tokens' (int32 [1, ?]) has no shape.");
    var written =
        ModelProto.parseFrom(graph.toBytes()).getGraph().getInput(1).getType().getTensorType();
    assertThat(written.getElemType()).isEqualTo(TensorProto.DataType.INT32_VALUE);
    assertThat(written.getShape())
        .isEqualTo(
            TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1))
                .addDim(TensorShapeProto.Dimension.getDefaultInstance())
                .build());
  }

  @Test
  void refusesAnOperatorThatIsNotInTheTable() {
    refuses(
        () -> graph.node("Unique", SHAPE, List.of("x")), "operator Unique is not in the table.");
  }

  @Test
  void refusesAWrongNumberOfInputs() {
    refuses(() -> graph.node("Add", SHAPE, List.of("x")), "operator Add: it has 1 inputs, not 2.");
    refuses(
        () -> graph.node("Clip", SHAPE, List.of("x", "x", "x", "x")),
        "operator Clip: it has 4 inputs, not 1 to 3.");
    refuses(
        () -> graph.node("Concat", SHAPE, List.of(), Attribute.of("axis", 0)),
        "operator Concat: it has 0 inputs, not at least 1.");
  }

  @Test
  void refusesAWrongNumberOfOutputs() {
    refuses(
        () -> graph.nodes("Relu", List.of("a", "b"), List.of(SHAPE, SHAPE), List.of("x")),
        "operator Relu: it has 2 outputs, not 1.");
  }

  @Test
  void refusesToLeaveOutAnInputThatIsNeeded() {
    refuses(
        () -> graph.node("Gemm", SHAPE, List.of("x", "")),
        "operator Gemm: its input 1 must not be left out.");
  }

  @Test
  void refusesAnInputOfAWrongElementType() {
    refuses(
        () -> graph.node("Add", SHAPE, List.of("x", graph.integers(1, 2, 3))),
        "operator Add: its input 1 is INT64, not FLOAT32.");
    refuses(
        () -> graph.node("Not", SHAPE, List.of("x")),
        "operator Not: its input 0 is FLOAT32, not BOOL.");
    refuses(
        () -> graph.node("Reshape", SHAPE, List.of("x", graph.scalar(6))),
        "operator Reshape: its input 1 is FLOAT32, not INT64.");
  }

  @Test
  void refusesAnAttributeThatTheOperatorDoesNotHave() {
    refuses(
        () -> graph.node("Softmax", SHAPE, List.of("x"), Attribute.of("axes", 1)),
        "operator Softmax: it has no attribute 'axes'.");
  }

  @Test
  void refusesAnAttributeOfAWrongKind() {
    refuses(
        () -> graph.node("Softmax", SHAPE, List.of("x"), Attribute.of("axis", 1f)),
        "operator Softmax: its attribute 'axis' holds FLOAT, not INT.");
  }

  @Test
  void refusesToLeaveOutAnAttributeThatIsNeeded() {
    refuses(
        () -> graph.node("Concat", SHAPE, List.of("x")),
        "operator Concat: its attribute 'axis' is missing.");
  }

  @Test
  void refusesAnAttributeThatIsThereTwice() {
    Attribute axis = Attribute.of("axis", 1);
    refuses(
        () -> graph.node("Softmax", SHAPE, List.of("x"), axis, axis),
        "operator Softmax: its attribute 'axis' is there twice.");
  }

  @Test
  void refusesAValueThatNoNodeHasMade() {
    refuses(() -> graph.node("Relu", SHAPE, List.of("y")), "value 'y' is used before it is made.");
  }

  private static void refuses(ThrowingCallable node, String message) {
    assertThatThrownBy(node).isInstanceOf(IllegalStateException.class).hasMessage(message);
  }

  private static ValueType type(ElementType element, int... lengths) {
    return ValueType.of(element, Shape.of(lengths));
  }
}
