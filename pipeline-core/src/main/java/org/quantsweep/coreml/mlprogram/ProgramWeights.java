package org.quantsweep.coreml.mlprogram;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.tensor.Shape;

/** Which operations of a program make its weight tensors, and which take them. */
public final class ProgramWeights {
  private final Map<String, WeightTensor> tensors = new LinkedHashMap<>();
  private final Map<String, List<Origin>> origins = new HashMap<>();
  private final Map<String, List<Taking>> takings = new HashMap<>();

  /** The weight tensor that an operation takes as a parameter. */
  private final IdentityHashMap<Operation, Map<String, WeightTensor>> taken =
      new IdentityHashMap<>();

  /**
   * What makes a weight tensor: a constant, or the last operation of a chain that decodes it.
   *
   * @param output its name there
   * @param shape of its values
   */
  public record Origin(Operation maker, String output, Shape shape) {}

  /**
   * A use of a weight tensor.
   *
   * @param parameter of the operation
   * @param constants that the operation sees
   */
  record Taking(Operation operation, String parameter, ConstantScope constants) {}

  ProgramWeights(
      List<WeightTensor> tensors,
      Map<String, List<Origin>> origins,
      Map<String, List<Taking>> takings) {
    tensors.forEach(tensor -> this.tensors.put(tensor.identity(), tensor));
    origins.forEach((identity, own) -> this.origins.put(identity, List.copyOf(own)));
    takings.forEach(
        (identity, own) -> {
          if (this.tensors.containsKey(identity)) {
            this.takings.put(identity, List.copyOf(own));
            own.forEach(taking -> note(taking, this.tensors.get(identity)));
          }
        });
  }

  private void note(Taking taking, WeightTensor tensor) {
    taken
        .computeIfAbsent(taking.operation(), operation -> new HashMap<>())
        .put(taking.parameter(), tensor);
  }

  /**
   * What makes a weight tensor, in each function that shares it; empty where the program has none
   * of this identity.
   */
  public List<Origin> origins(String identity) {
    return origins.getOrDefault(identity, List.of());
  }

  /** All of them, in the order of the program. */
  Collection<WeightTensor> tensors() {
    return Collections.unmodifiableCollection(tensors.values());
  }

  /** Every use of a weight tensor, in the order of the program. */
  List<Taking> takings(String identity) {
    return takings.getOrDefault(identity, List.of());
  }

  /** The weight tensor that an operation takes as a parameter. */
  Optional<WeightTensor> taken(Operation operation, String parameter) {
    return Optional.ofNullable(taken.getOrDefault(operation, Map.of()).get(parameter));
  }
}
