package org.quantsweep.coreml.mlprogram;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.Argument.Binding;
import org.quantsweep.proto.mil.Operation;

/**
 * Equal constants within a program's text, as strides and paddings are: converters write one for
 * each operation that takes it. The first of a block stands for later ones there and in blocks
 * inside. Arrays in files are none of these.
 */
final class SharedConstants {
  private final Map<ByteString, String> firsts = new HashMap<>();
  private final Map<String, String> standIns = new HashMap<>();

  /** What blocks hand out, and what has its name in two places, is left alone. */
  private final Set<String> untouched;

  private SharedConstants(Set<String> untouched) {
    this.untouched = untouched;
  }

  /** None yet, of a function. */
  static SharedConstants of(ProgramBlock body) {
    Set<String> untouched = new HashSet<>();
    visit(body, new HashSet<>(), untouched);
    return new SharedConstants(untouched);
  }

  private static void visit(ProgramBlock block, Set<String> named, Set<String> untouched) {
    List<NamedType> made = new ArrayList<>(block.inputs());
    block.operations().forEach(own -> made.addAll(own.outputs()));
    for (NamedType own : made) {
      if (!named.add(own.name())) {
        untouched.add(own.name());
      }
    }
    untouched.addAll(block.outputs());
    block.operations().forEach(own -> own.blocks().forEach(in -> visit(in, named, untouched)));
  }

  /** What is known in a block inside; what comes there is not known outside. */
  SharedConstants within() {
    SharedConstants known = new SharedConstants(untouched);
    known.firsts.putAll(firsts);
    known.standIns.putAll(standIns);
    return known;
  }

  /**
   * Whether an earlier constant stands for this one, so that it need not be written.
   *
   * @param operation a constant that is no weight tensor's
   */
  boolean isKnown(Operation operation) {
    if (operation.getOutputsCount() != 1
        || operation.getBlocksCount() > 0
        || !operation.getAttributesMap().containsKey("val")
        || !operation.getAttributesOrThrow("val").hasImmediateValue()) {
      return false;
    }
    String name = operation.getOutputs(0).getName();
    if (untouched.contains(name)) {
      return false;
    }
    ByteString constant =
        operation.toBuilder()
            .removeAttributes("name")
            .setOutputs(0, operation.getOutputs(0).toBuilder().clearName())
            .build()
            .toByteString();
    String first = firsts.putIfAbsent(constant, name);
    if (first != null) {
      standIns.put(name, first);
    }
    return first != null;
  }

  /** The operation with the constants that stand for those that it takes. */
  Operation taking(Operation operation) {
    Operation.Builder changed = null;
    for (Map.Entry<String, Argument> input : operation.getInputsMap().entrySet()) {
      List<Binding> bindings = input.getValue().getArgumentsList();
      if (bindings.stream()
          .noneMatch(own -> own.hasName() && standIns.containsKey(own.getName()))) {
        continue;
      }
      Argument.Builder argument = input.getValue().toBuilder();
      for (int place = 0; place < bindings.size(); place++) {
        Binding own = bindings.get(place);
        if (own.hasName() && standIns.containsKey(own.getName())) {
          argument.setArguments(place, own.toBuilder().setName(standIns.get(own.getName())));
        }
      }
      changed = changed == null ? operation.toBuilder() : changed;
      changed.putInputs(input.getKey(), argument.build());
    }
    return changed == null ? operation : changed.build();
  }
}
