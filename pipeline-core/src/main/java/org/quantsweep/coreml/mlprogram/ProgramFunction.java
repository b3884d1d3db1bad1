package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A function of a program.
 *
 * @param opset what its operations mean
 * @param inputs what it is called with, states among them
 * @param body of the opset's specialization
 */
public record ProgramFunction(String name, Opset opset, List<NamedType> inputs, ProgramBlock body) {
  /** Copies the list. */
  public ProgramFunction {
    inputs = List.copyOf(inputs);
  }

  /** The operation that answers a class; empty where the function is no classifier. */
  public Optional<Operation> classifier() {
    return body.operations().stream()
        .filter(operation -> operation.type().equals("classify"))
        .findFirst();
  }

  /** A classifier's classes in the order of its probabilities, whole numbers in decimal. */
  public List<String> classLabels() {
    List<String> labels = new ArrayList<>();
    ConstantScope constants = ConstantScope.ofFunction();
    for (Operation operation : body.operations()) {
      if (operation.isConstant()) {
        constants.add(operation);
      }
    }
    classifier()
        .map(operation -> operation.inputs().get("classes"))
        .ifPresent(bindings -> bindings.forEach(binding -> add(binding, constants, labels)));
    return labels;
  }

  private static void add(Binding binding, ConstantScope constants, List<String> labels) {
    if (binding instanceof Binding.Literal literal) {
      add(literal.value(), labels);
    } else if (binding instanceof Binding.Name name) {
      constants.find(name.name()).ifPresent(value -> add(value, labels));
    }
  }

  private static void add(ProgramValue value, List<String> labels) {
    if (value instanceof ProgramValue.Several several) {
      several.values().forEach(each -> add(each, labels));
    } else if (value instanceof TensorValue tensor && tensor.type() == DataType.STRING) {
      labels.addAll(tensor.texts());
    } else if (value instanceof TensorValue tensor) {
      for (long label : tensor.integers()) {
        labels.add(Long.toString(label));
      }
    }
  }
}
