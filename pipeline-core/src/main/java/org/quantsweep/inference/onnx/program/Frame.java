package org.quantsweep.inference.onnx.program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.mlprogram.ConstantScope;
import org.quantsweep.coreml.mlprogram.ProgramBlock;

/** A block that is being lowered: which operation is next, and what its names stand for. */
final class Frame {
  /** Why a block is lowered. */
  enum Kind {
    /** It is a function's body. */
    FUNCTION,
    /** A condition has chosen it. */
    BRANCH,
    /** It decides whether a loop goes on. */
    LOOP_CONDITION,
    /** It is a turn of a loop. */
    LOOP_BODY
  }

  private final Kind kind;
  private final ProgramBlock block;
  private final Frame around;
  private final ConstantScope constants;
  private final Map<String, Value> scope = new HashMap<>();
  private List<Value> loopValues = List.of();
  private int next;

  /**
   * A block within another, which goes on when it has ended.
   *
   * @param around null for a function's body
   */
  Frame(Kind kind, ProgramBlock block, Frame around) {
    this.kind = kind;
    this.block = block;
    this.around = around;
    this.constants = around == null ? ConstantScope.ofFunction() : around.constants.within();
  }

  Kind kind() {
    return kind;
  }

  ProgramBlock block() {
    return block;
  }

  Frame around() {
    return around;
  }

  ConstantScope constants() {
    return constants;
  }

  Map<String, Value> scope() {
    return scope;
  }

  int next() {
    return next;
  }

  void advance() {
    next++;
  }

  void goTo(int operation) {
    next = operation;
  }

  /** The values of a loop's variables in this turn. */
  List<Value> loopValues() {
    return loopValues;
  }

  /** Binds a loop's variables to the block's inputs. */
  void enterTurn(List<Value> values) {
    loopValues = List.copyOf(values);
    for (int i = 0; i < Math.min(values.size(), block.inputs().size()); i++) {
      scope.put(block.inputs().get(i).name(), values.get(i));
    }
  }

  /** Replaces the values of a loop's variables by others of the same meaning. */
  void setLoopValues(List<Value> values) {
    loopValues = List.copyOf(values);
  }

  /** What a name stands for, here or in the blocks around. */
  Optional<Value> find(String name) {
    Value own = scope.get(name);
    if (own != null) {
      return Optional.of(own);
    }
    Optional<Value> constant = constants.findOwn(name).map(Frame::constant);
    if (constant.isPresent() || around == null) {
      return constant;
    }
    return around.find(name);
  }

  private static Value constant(org.quantsweep.coreml.mlprogram.ProgramValue value) {
    return value instanceof org.quantsweep.coreml.mlprogram.TensorValue tensor
        ? new Value.Constant(tensor)
        : new Value.Label();
  }
}
