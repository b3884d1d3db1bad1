package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.UnfitWindowException;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.UndecodableException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/**
 * Lowers a function, operation by operation, with the shape of every value known. Conditions and
 * loops are followed as they are met: a constant condition chooses its branch, and a loop whose
 * condition is constant is unrolled. Where only a run can tell how it goes on, the graph ends, and
 * another one is lowered behind it ({@link StageCut}).
 */
final class ProgramLowering {
  /** A loop that has made so many nodes goes on in graphs of one turn each. */
  private static final int UNROLLED_NODES = 20_000;

  /** Operations that are followed before a loop is taken for one without end. */
  private static final int MOST_STEPS = 5_000_000;

  private final LoweringSetting setting;
  private final ProgramGraph graph;
  private final Map<String, Value> states;
  private Frame frame;

  /**
   * At a place of a function.
   *
   * @param frame the innermost block; what is around it stands in it
   * @param states what each state holds
   */
  ProgramLowering(
      LoweringSetting setting, ProgramGraph graph, Frame frame, Map<String, Value> states) {
    this.setting = setting;
    this.graph = graph;
    this.frame = frame;
    this.states = new LinkedHashMap<>(states);
  }

  LoweringSetting setting() {
    return setting;
  }

  ProgramGraph graph() {
    return graph;
  }

  Frame frame() {
    return frame;
  }

  Map<String, Value> states() {
    return states;
  }

  /**
   * Lowers to the end, or to where a run has to tell more.
   *
   * @param fed the shapes of what the graph is fed with
   */
  LoweredModel lower(Map<String, Shape> fed) {
    try {
      return lowered(fed);
    } catch (UndecodableException e) {
      throw new BadInputException(
          setting.model()
              + ": "
              + e.getMessage()
              + ".\nMaybe make the file again with the tool that wrote it, or copy it again.",
          e);
    } catch (UnsupportedLayerException
        | ArithmeticException
        | IllegalArgumentException
        | IllegalStateException
        | IndexOutOfBoundsException e) {
      // Not of one operation: of what a block or the function answers.
      throw new BadInputException(
          setting.model()
              + ": function '"
              + setting.function().name()
              + "' cannot run here: "
              + clause(e)
              + ".\nMaybe convert the model again.",
          e);
    }
  }

  private LoweredModel lowered(Map<String, Shape> fed) {
    try {
      for (int steps = 0; !isFinished(); steps++) {
        if (steps > MOST_STEPS) {
          throw new BadInputException(
              setting.model() + ": a loop does not end.\nMaybe convert the model again.");
        }
        step();
      }
    } catch (NeedsValueException e) {
      return new StageCut(this, e).lowered(fed);
    }
    Map<String, Shape> shapes = new LinkedHashMap<>();
    setting
        .answers()
        .forEach(
            (value, answer) -> {
              Value found = find(value);
              shapes.put(answer, graph.shape(found));
              graph.answer(answer, found);
            });
    states.forEach(
        (state, value) -> {
          String answer = ModelLowering.nextState(state);
          shapes.put(answer, graph.shape(value));
          graph.answer(answer, value);
        });
    graph.answerBeside(shapes);
    return new LoweredModel(
        new LoweredModel.OnnxBytes(graph.onnx().toBytes()),
        fed,
        new ArrayList<>(shapes.keySet()),
        shapes);
  }

  private boolean isFinished() {
    return frame.kind() == Frame.Kind.FUNCTION && frame.next() == setting.end();
  }

  private void step() {
    if (frame.next() < frame.block().operations().size()) {
      operation(frame.block().operations().get(frame.next()));
    } else {
      end();
    }
  }

  private void operation(Operation operation) {
    if (operation.isConstant() || operation.isCompressed()) {
      setting.addConstants(operation, frame.constants());
      frame.advance();
      return;
    }
    OperationNode node =
        new OperationNode(setting.tried(operation), setting.function().opset(), graph, this::find);
    try {
      switch (operation.type()) {
        case "cond" -> frame = new Frame(Frame.Kind.BRANCH, branch(operation, node), frame);
        case "while_loop" -> turn(operation, frame, node.severalValues("loop_vars"));
        case "read_state" -> bind(operation, List.of(states.get(state(node, "input"))));
        case "write_state" -> writeState(operation, node, "input", "data");
        case "coreml_update_state" -> writeState(operation, node, "state", "value");
        default -> {
          lowering(operation).lower(node);
          bind(operation, node.answers());
        }
      }
    } catch (UnsupportedLayerException | UnfitWindowException e) {
      throw refused(operation, e.getMessage(), e);
    } catch (UndecodableException e) {
      // Its constants are at fault, not their use.
      throw e;
    } catch (ArithmeticException
        | IllegalArgumentException
        | IllegalStateException
        | IndexOutOfBoundsException e) {
      throw refused(operation, "its parameters do not fit its inputs, " + clause(e), e);
    }
  }

  private static OperationLowering lowering(Operation operation) {
    Optional<OperationLowering> lowering = OperationLowerings.of(operation.type());
    return lowering.orElseThrow(
        () -> new UnsupportedLayerException(OperationLowerings.refusal(operation.type())));
  }

  private static org.quantsweep.coreml.mlprogram.ProgramBlock branch(
      Operation operation, OperationNode node) {
    return operation.blocks().get(node.integer("pred") != 0 ? 0 : 1);
  }

  /** Begins a turn of a loop: its condition comes first. */
  private void turn(Operation loop, Frame around, List<Value> values) {
    frame = new Frame(Frame.Kind.LOOP_CONDITION, loop.blocks().get(0), around);
    frame.enterTurn(values);
    if (graph.onnx().nodeCount() > UNROLLED_NODES) {
      throw NeedsValueException.ofConstants(List.of());
    }
  }

  private String state(OperationNode node, String parameter) {
    if (node.value(parameter) instanceof Value.State state) {
      return state.name();
    }
    throw new UnsupportedLayerException("its parameter '" + parameter + "' is no state");
  }

  private void writeState(Operation operation, OperationNode node, String parameter, String data) {
    Value.Computed written = graph.computed(node.input(data), ProgramGraph.type(node.value(data)));
    // What is stored is stored in the state's own precision.
    Value stored =
        setting.isHalf(state(node, parameter))
            ? new Value.Computed(graph.rounded(written.name()), written.type())
            : written;
    states.put(state(node, parameter), stored);
    bind(operation, operation.outputs().isEmpty() ? List.of() : List.of(stored));
  }

  /** Binds an operation's outputs, and goes on behind it. */
  private void bind(Operation operation, List<Value> values) {
    bind(frame, operation, values);
  }

  private void bind(Frame owner, Operation operation, List<Value> values) {
    if (values.size() < operation.outputs().size()) {
      throw new UnsupportedLayerException(
          "it has " + operation.outputs().size() + " outputs, but makes " + values.size());
    }
    for (int i = 0; i < operation.outputs().size(); i++) {
      String name = operation.outputs().get(i).name();
      owner.scope().put(name, values.get(i));
      see(owner, name, values.get(i));
    }
    owner.advance();
  }

  private void see(Frame owner, String name, Value value) {
    if (owner.kind() != Frame.Kind.FUNCTION && graph.isSeen(name)) {
      graph.see(name, value);
    }
  }

  /** A block has ended: what is around it goes on. */
  private void end() {
    Frame ended = frame;
    Frame around = ended.around();
    Operation operation = around.block().operations().get(around.next());
    List<Value> answered = new ArrayList<>();
    for (String output : ended.block().outputs()) {
      answered.add(find(output));
    }
    switch (ended.kind()) {
      case BRANCH -> leave(around, operation, answered);
      case LOOP_BODY -> turn(operation, around, answered);
      case LOOP_CONDITION -> {
        if (graph.constant(answered.get(0)).integers()[0] == 0) {
          leave(around, operation, ended.loopValues());
        } else {
          frame = new Frame(Frame.Kind.LOOP_BODY, operation.blocks().get(1), around);
          frame.enterTurn(ended.loopValues());
          // Not where the condition begins: it may turn out to end the loop.
          frame.block().inputs().forEach(input -> see(frame, input.name(), find(input.name())));
        }
      }
      case FUNCTION -> throw new IllegalStateException("a function's body has nothing around it.");
    }
  }

  private void leave(Frame around, Operation operation, List<Value> values) {
    frame = around;
    bind(around, operation, values);
  }

  private Value find(String name) {
    return frame
        .find(name)
        .orElseThrow(
            () -> new UnsupportedLayerException("nothing before it defines '" + name + "'"));
  }

  private static String clause(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }

  private BadInputException refused(Operation operation, String reason, Exception cause) {
    return new BadInputException(
        setting.model()
            + ": 1 operation cannot run here: '"
            + operation.name()
            + "' ("
            + operation.type()
            + ": "
            + reason
            + "). A model is judged by running all of it.\n"
            + "Maybe convert the model again without it.",
        cause);
  }
}
