package org.quantsweep.coreml.mlprogram;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The constants that are known at a place of a program, by name: those of its block so far, and of
 * the blocks around it. Compressed ones are decoded when they are asked for.
 */
public final class ConstantScope {
  /** Constants that are decoded from others, which are decoded themselves; real ones are 2 deep. */
  private static final int DEEPEST = 8;

  private final ConstantScope around;
  private final Map<String, ProgramValue> values = new HashMap<>();
  private final Map<String, Integer> depths = new HashMap<>();

  private ConstantScope(ConstantScope around) {
    this.around = around;
  }

  /** Of a function, before its first operation. */
  public static ConstantScope ofFunction() {
    return new ConstantScope(null);
  }

  /** Of a block within this one. */
  public ConstantScope within() {
    return new ConstantScope(this);
  }

  /** A constant by its name; empty where the name is none's, or that of a computed value. */
  public Optional<ProgramValue> find(String name) {
    ProgramValue value = values.get(name);
    if (value != null) {
      return Optional.of(value);
    }
    return around == null ? Optional.empty() : around.find(name);
  }

  /** A constant of this block itself. */
  public Optional<ProgramValue> findOwn(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Notes constants by their names. */
  public void add(Map<String, ProgramValue> made) {
    values.putAll(made);
  }

  /**
   * Notes the constants that an operation makes: of {@code const} and {@code constexpr_*}.
   *
   * @throws IllegalArgumentException as {@link #made}, and when too many are decoded from one
   *     another: each is decoded at every use
   */
  void add(Operation operation) {
    int depth = operation.isConstant() ? 0 : 1 + deepest(operation);
    if (depth > DEEPEST) {
      throw new IllegalArgumentException(
          "it is decoded from constants that are decoded from others, more than "
              + DEEPEST
              + " deep");
    }
    Map<String, ProgramValue> made = made(operation);
    made.keySet().forEach(name -> depths.put(name, depth));
    add(made);
  }

  private int deepest(Operation operation) {
    int deepest = 0;
    for (List<Binding> bindings : operation.inputs().values()) {
      for (Binding binding : bindings) {
        if (binding instanceof Binding.Name name) {
          deepest = Math.max(deepest, depth(name.name()));
        }
      }
    }
    return deepest;
  }

  private int depth(String name) {
    Integer depth = depths.get(name);
    if (depth != null) {
      return depth;
    }
    return around == null ? 0 : around.depth(name);
  }

  /**
   * The constants that an operation makes, by name.
   *
   * @throws IllegalArgumentException with what does not fit, without subject or full stop
   */
  public Map<String, ProgramValue> made(Operation operation) {
    if (operation.isConstant()) {
      return Map.of(operation.outputs().get(0).name(), attribute(operation, "val"));
    }
    List<TensorValue> decoded = new ConstantDecoding(operation, this).outputs();
    if (operation.outputs().size() != decoded.size()) {
      throw new IllegalArgumentException(
          "it names " + operation.outputs().size() + " outputs, not " + decoded.size());
    }
    Map<String, ProgramValue> made = new HashMap<>();
    for (int i = 0; i < decoded.size(); i++) {
      made.put(operation.outputs().get(i).name(), decoded.get(i));
    }
    return made;
  }

  private static ProgramValue attribute(Operation operation, String name) {
    ProgramValue value = operation.attributes().get(name);
    if (value == null) {
      throw new IllegalArgumentException("its attribute '" + name + "' is missing");
    }
    return value;
  }

  /**
   * The array that a parameter is bound to, as an attribute or as an input.
   *
   * @throws IllegalArgumentException when it is something else, or not known
   */
  Optional<TensorValue> parameter(Operation operation, String name) {
    ProgramValue attribute = operation.attributes().get(name);
    if (attribute instanceof TensorValue value) {
      return Optional.of(value);
    }
    List<Binding> bindings = operation.inputs().get(name);
    if (bindings == null || bindings.isEmpty()) {
      return Optional.empty();
    }
    ProgramValue bound =
        bindings.get(0) instanceof Binding.Literal literal
            ? literal.value()
            : find(((Binding.Name) bindings.get(0)).name()).orElse(null);
    if (bound instanceof TensorValue value) {
      return Optional.of(value);
    }
    throw new IllegalArgumentException("its parameter '" + name + "' is no constant array");
  }
}
