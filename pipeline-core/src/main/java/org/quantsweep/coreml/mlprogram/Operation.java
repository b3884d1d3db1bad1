package org.quantsweep.coreml.mlprogram;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operation of a block.
 *
 * @param type for example {@code conv}
 * @param inputs the bindings of each parameter, by the parameter's name; several where the
 *     parameter takes several
 * @param attributes constants that belong to the operation itself
 * @param outputs in order
 * @param blocks inside it, in order
 */
public record Operation(
    String type,
    Map<String, List<Binding>> inputs,
    Map<String, ProgramValue> attributes,
    List<NamedType> outputs,
    List<ProgramBlock> blocks) {
  /** Copies the collections. */
  public Operation {
    Map<String, List<Binding>> copied = new LinkedHashMap<>();
    inputs.forEach((name, bindings) -> copied.put(name, List.copyOf(bindings)));
    inputs = copied;
    attributes = new LinkedHashMap<>(attributes);
    outputs = List.copyOf(outputs);
    blocks = List.copyOf(blocks);
  }

  /** What messages call it: its own name, or that of its first output. */
  public String name() {
    Optional<String> own =
        Optional.ofNullable(attributes.get("name"))
            .filter(TensorValue.class::isInstance)
            .map(TensorValue.class::cast)
            .filter(value -> value.type() == DataType.STRING && value.count() == 1)
            .map(value -> value.texts().get(0));
    return own.orElseGet(() -> outputs.isEmpty() ? "" : outputs.get(0).name());
  }

  /** Whether it is a constant. */
  public boolean isConstant() {
    return type.equals("const");
  }

  /** Whether it makes a constant of compressed ones. */
  public boolean isCompressed() {
    return type.startsWith("constexpr_");
  }
}
