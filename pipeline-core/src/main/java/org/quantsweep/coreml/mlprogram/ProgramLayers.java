package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The operations of a program as layers, and the constants that they compute with as weight
 * tensors. A constant belongs to the first operation that takes it; a compressed one is the whole
 * chain that decodes it.
 */
final class ProgramLayers {
  private final List<Layer> layers = new ArrayList<>();
  private final Map<String, WeightTensor> weights = new LinkedHashMap<>();
  private final Map<String, Integer> seen = new HashMap<>();
  private final Map<String, ProgramWeights.Origin> origins = new HashMap<>();
  private final Map<String, List<ProgramWeights.Taking>> takings = new HashMap<>();

  private final String model;

  private ProgramLayers(String model) {
    this.model = model;
  }

  /**
   * Those of a program that was checked.
   *
   * @param model what messages call it
   */
  static ProgramLayers of(Program program, String model) {
    ProgramLayers found = new ProgramLayers(model);
    program
        .functions()
        .forEach(
            (name, function) -> {
              String prefix = program.functions().size() == 1 ? "" : name + "/";
              found.block(function.body(), new Scope(prefix, null, ConstantScope.ofFunction()));
            });
    return found;
  }

  /** Every operation that is no constant, in order; each before those inside it. */
  List<Layer> layers() {
    return layers;
  }

  /** In the order in which they are taken. */
  List<WeightTensor> weightTensors() {
    return List.copyOf(weights.values());
  }

  /** Which operations make and take them. */
  ProgramWeights weights() {
    return new ProgramWeights(weightTensors(), origins, takings);
  }

  /** What a block sees: constants, and which operations made them. */
  private static final class Scope {
    private final String prefix;
    private final Scope around;
    private final ConstantScope constants;
    private final Map<String, Operation> makers = new HashMap<>();

    private Scope(String prefix, Scope around, ConstantScope constants) {
      this.prefix = prefix;
      this.around = around;
      this.constants = constants;
    }

    /** Names a constant within the model, by the block that makes it, whoever takes it. */
    private String identity(String name) {
      return makers.containsKey(name) || around == null ? prefix + name : around.identity(name);
    }

    private Optional<Operation> maker(String name) {
      Operation own = makers.get(name);
      if (own != null) {
        return Optional.of(own);
      }
      return around == null ? Optional.empty() : around.maker(name);
    }
  }

  private void block(ProgramBlock block, Scope scope) {
    for (Operation operation : block.operations()) {
      if (operation.isConstant() || operation.isCompressed()) {
        scope.constants.add(operation);
        operation.outputs().forEach(output -> scope.makers.put(output.name(), operation));
        continue;
      }
      String path = unique(scope.prefix + operation.name());
      Layer layer =
          new Layer(
              path,
              operation.type(),
              List.copyOf(computed(operation, scope)),
              operation.outputs().stream().map(NamedType::name).toList(),
              false);
      layers.add(layer);
      operation
          .inputs()
          .forEach(
              (parameter, bindings) -> {
                for (Binding binding : bindings) {
                  if (binding instanceof Binding.Name name) {
                    weight(parameter, name.name(), new Use(operation, layer), scope);
                  }
                }
              });
      int index = 0;
      for (ProgramBlock inner : operation.blocks()) {
        String prefix = path + "[" + index + "]/";
        block(inner, new Scope(prefix, scope, scope.constants.within()));
        index++;
      }
    }
  }

  private String unique(String path) {
    int count = seen.merge(path, 1, Integer::sum);
    return count == 1 ? path : path + "#" + count;
  }

  /** An operation that takes a constant. */
  private record Use(Operation operation, Layer layer) {}

  /** The values that an operation reads and that are no constants, those inside its blocks too. */
  private static Set<String> computed(Operation operation, Scope scope) {
    Set<String> names = new LinkedHashSet<>();
    collect(operation, names);
    names.removeIf(name -> scope.maker(name).isPresent());
    return names;
  }

  private static void collect(Operation operation, Set<String> names) {
    operation
        .inputs()
        .values()
        .forEach(
            bindings ->
                bindings.forEach(
                    binding -> {
                      if (binding instanceof Binding.Name name) {
                        names.add(name.name());
                      }
                    }));
    for (ProgramBlock block : operation.blocks()) {
      Set<String> inside = new LinkedHashSet<>(block.outputs());
      block.operations().forEach(inner -> collect(inner, inside));
      block.inputs().forEach(input -> inside.remove(input.name()));
      block
          .operations()
          .forEach(inner -> inner.outputs().forEach(output -> inside.remove(output.name())));
      names.addAll(inside);
    }
  }

  private void weight(String parameter, String name, Use use, Scope scope) {
    Optional<Operation> maker = scope.maker(name);
    if (maker.isEmpty()
        || !(scope.constants.find(name).orElse(null) instanceof TensorValue value)
        || !value.type().isFloat()
        || value.shape().rank() == 0) {
      return;
    }
    String identity = scope.identity(name);
    takings
        .computeIfAbsent(identity, tensor -> new ArrayList<>())
        .add(new ProgramWeights.Taking(use.operation(), parameter, scope.constants));
    if (weights.containsKey(identity)) {
      return;
    }
    Shape shape = value.shape();
    WeightTensor.Place place =
        new WeightTensor.Place(
            parameter, shape, channelAxis(use.operation(), parameter, shape, scope), role(shape));
    Chain chain = new Chain(scope);
    chain.add(maker.get());
    WeightTensor tensor =
        new WeightTensor(
            identity,
            use.layer(),
            place,
            new WeightTensor.Stored(
                chain.storage(),
                new ByteSize(chain.bytes),
                () -> Tensor.wrap(shape, decoded(identity, value))));
    weights.put(identity, tensor);
    origins.put(identity, new ProgramWeights.Origin(maker.get(), name, shape));
  }

  private float[] decoded(String identity, TensorValue value) {
    try {
      return value.floats();
    } catch (UndecodableException e) {
      throw new BadInputException(
          model
              + ": weight tensor '"
              + identity
              + "' cannot be decoded: "
              + e.getMessage()
              + ".\nMaybe make the file again with the tool that wrote it, or copy it again.",
          e);
    }
  }

  /** Numbers along one axis are vectors, whatever axes of length 1 lie around it. */
  private static WeightTensor.Role role(Shape shape) {
    long longest = 0;
    for (int length : shape.lengths()) {
      longest = Math.max(longest, length);
    }
    return shape.elementCount() <= longest ? WeightTensor.Role.VECTOR : WeightTensor.Role.MATRIX;
  }

  /** The axis of the outputs: where coremltools looks for it ({@code optimize/coreml}). */
  private static int channelAxis(Operation operation, String parameter, Shape shape, Scope scope) {
    int rank = shape.rank();
    if (operation.type().equals("conv_transpose") && rank > 1) {
      return 1;
    }
    if (operation.type().equals("matmul") && rank > 1) {
      boolean first = parameter.equals("x");
      boolean transposed = isTrue(operation, first ? "transpose_x" : "transpose_y", scope);
      return first == transposed ? rank - 1 : rank - (transposed ? 2 : 1);
    }
    return 0;
  }

  /** Whether a parameter is known to be true; what else it may be, whoever runs it says. */
  private static boolean isTrue(Operation operation, String parameter, Scope scope) {
    List<Binding> bindings = operation.inputs().getOrDefault(parameter, List.of());
    if (bindings.isEmpty()) {
      return false;
    }
    ProgramValue bound =
        bindings.get(0) instanceof Binding.Literal literal
            ? literal.value()
            : scope.constants.find(((Binding.Name) bindings.get(0)).name()).orElse(null);
    return bound instanceof TensorValue value
        && value.type() == DataType.BOOL
        && value.count() == 1
        && value.integers()[0] != 0;
  }

  /** What a constant is decoded from. */
  private static final class Chain {
    private final Scope scope;
    private final Set<Operation> operations = Collections.newSetFromMap(new IdentityHashMap<>());
    private Operation last;
    private long bytes;

    private Chain(Scope scope) {
      this.scope = scope;
    }

    private void add(Operation operation) {
      operations.add(operation);
      last = last == null ? operation : last;
      operation.attributes().values().forEach(this::count);
      operation
          .inputs()
          .values()
          .forEach(
              bindings ->
                  bindings.forEach(
                      binding -> {
                        if (binding instanceof Binding.Literal literal) {
                          count(literal.value());
                        } else if (binding instanceof Binding.Name name) {
                          scope.maker(name.name()).filter(this::isNew).ifPresent(this::add);
                        }
                      }));
    }

    private boolean isNew(Operation operation) {
      return !operations.contains(operation);
    }

    private void count(ProgramValue value) {
      if (value instanceof TensorValue tensor && tensor.type() != DataType.STRING) {
        bytes += (long) tensor.count() * tensor.type().bits() / 8;
      }
    }

    private WeightStorage storage() {
      return StorageForms.of(last, scope.constants, scope::maker);
    }
  }
}
