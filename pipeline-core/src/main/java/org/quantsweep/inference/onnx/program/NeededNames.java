package org.quantsweep.inference.onnx.program;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quantsweep.coreml.mlprogram.Binding;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramBlock;

/** Which names the rest of a block reads. */
final class NeededNames {
  private NeededNames() {}

  /** Names that the operations from one on read, in blocks inside them too, and the answers. */
  static Set<String> of(ProgramBlock block, int from) {
    Set<String> names = new HashSet<>(block.outputs());
    for (Operation operation : block.operations().subList(from, block.operations().size())) {
      add(operation, names);
    }
    return names;
  }

  private static void add(Operation operation, Set<String> names) {
    for (List<Binding> bindings : operation.inputs().values()) {
      for (Binding binding : bindings) {
        if (binding instanceof Binding.Name name) {
          names.add(name.name());
        }
      }
    }
    for (ProgramBlock block : operation.blocks()) {
      names.addAll(of(block, 0));
    }
  }
}
