package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Arrays;
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
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The operations of a program as layers, and the constants that they compute with as weight
 * tensors. A constant belongs to the first operation that takes it; a compressed one is the whole
 * chain that decodes it.
 */
final class ProgramLayers {
  /** Stands for whoever takes what a block answers. */
  private static final Operation ANSWER =
      new Operation("", Map.of(), Map.of(), List.of(), List.of());

  private final List<Layer> layers = new ArrayList<>();
  private final Map<String, Found> weights = new LinkedHashMap<>();
  private final Map<String, Integer> seen = new HashMap<>();
  private final Map<String, List<ProgramWeights.Origin>> origins = new HashMap<>();
  private final Map<String, List<ProgramWeights.Taking>> takings = new HashMap<>();

  /** The weight tensor that constants of one place in a file are, by that place. */
  private final Map<String, Found> stored = new HashMap<>();

  /** Which operations take what an operation makes. */
  private final IdentityHashMap<Operation, Set<Operation>> takers = new IdentityHashMap<>();

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
              Scope scope = new Scope(name, prefix, null, ConstantScope.ofFunction());
              found.block(function.body(), scope);
            });
    return found;
  }

  /** Every operation that is no constant, in order; each before those inside it. */
  List<Layer> layers() {
    return layers;
  }

  /** In the order in which they are taken. */
  List<ProgramWeight> weights() {
    Set<Found> all = new LinkedHashSet<>(weights.values());
    return all.stream().map(this::weight).toList();
  }

  private ProgramWeight weight(Found found) {
    List<ProgramWeight.Maker> makers = new ArrayList<>();
    found.chains.forEach(
        chain ->
            makers.add(new ProgramWeight.Maker(chain.scope.function, chain.last, alone(chain))));
    return new ProgramWeight(found.tensor, found.type, found.axes, makers);
  }

  /** What nothing but the chain itself takes. */
  private Set<Operation> alone(Chain chain) {
    Set<Operation> alone = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Operation operation : chain.operations) {
      if (chain.operations.containsAll(takers.getOrDefault(operation, Set.of()))) {
        alone.add(operation);
      }
    }
    alone.remove(chain.last);
    return alone;
  }

  /** A weight tensor, and what makes it in each function. */
  private static final class Found {
    private final WeightTensor tensor;
    private final FloatType type;
    private final WeightAxes axes;
    private final List<Chain> chains = new ArrayList<>();

    private Found(WeightTensor tensor, FloatType type, WeightAxes axes) {
      this.tensor = tensor;
      this.type = type;
      this.axes = axes;
    }

    private boolean isIn(String function) {
      return chains.stream().anyMatch(chain -> chain.scope.function.equals(function));
    }
  }

  /** Which operations make and take them. */
  ProgramWeights uses() {
    return new ProgramWeights(
        weights().stream().map(ProgramWeight::tensor).toList(), origins, takings);
  }

  /** What a block sees: constants, and which operations made them. */
  private static final class Scope {
    private final String function;
    private final String prefix;
    private final Scope around;
    private final ConstantScope constants;
    private final Map<String, Operation> makers = new HashMap<>();

    private Scope(String function, String prefix, Scope around, ConstantScope constants) {
      this.function = function;
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
      for (String name : named(operation)) {
        scope.maker(name).ifPresent(maker -> take(maker, operation));
      }
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
        block(inner, new Scope(scope.function, prefix, scope, scope.constants.within()));
        index++;
      }
    }
    // What a block answers is taken by whoever runs it.
    block.outputs().forEach(name -> scope.maker(name).ifPresent(maker -> take(maker, ANSWER)));
  }

  private void take(Operation maker, Operation taker) {
    takers
        .computeIfAbsent(maker, key -> Collections.newSetFromMap(new IdentityHashMap<>()))
        .add(taker);
  }

  private static Set<String> named(Operation operation) {
    Set<String> names = new LinkedHashSet<>();
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
    return names;
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
    names.addAll(named(operation));
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
    ProgramWeights.Taking taking =
        new ProgramWeights.Taking(use.operation(), parameter, scope.constants);
    Found known = weights.get(identity);
    if (known != null) {
      takings.get(known.tensor.identity()).add(taking);
      return;
    }
    Chain chain = new Chain(scope);
    chain.add(maker.get());
    ProgramWeights.Origin origin = new ProgramWeights.Origin(maker.get(), name, value.shape());
    String made = chain.place(value);
    Found shared = stored.get(made);
    if (shared != null && !shared.isIn(scope.function)) {
      // Another function's, stored once for both.
      shared.chains.add(chain);
      weights.put(identity, shared);
      origins.get(shared.tensor.identity()).add(origin);
      takings.get(shared.tensor.identity()).add(taking);
      return;
    }
    origins.put(identity, new ArrayList<>(List.of(origin)));
    takings.put(identity, new ArrayList<>(List.of(taking)));
    Shape shape = value.shape();
    WeightAxes axes = new ChannelAxes(use.operation(), scope.constants).of(parameter, shape);
    WeightTensor.Place place = new WeightTensor.Place(parameter, shape, axes.output(), role(shape));
    WeightTensor tensor =
        new WeightTensor(
            identity,
            use.layer(),
            place,
            new WeightTensor.Stored(
                chain.storage(),
                new ByteSize(chain.bytes),
                () -> Tensor.wrap(shape, decoded(identity, value))));
    Found found =
        new Found(
            tensor, value.type() == DataType.FLOAT16 ? FloatType.HALF : FloatType.SINGLE, axes);
    found.chains.add(chain);
    weights.put(identity, found);
    if (!made.isEmpty()) {
      stored.putIfAbsent(made, found);
    }
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

  /** What a constant is decoded from. */
  private static final class Chain {
    /** Elements in the program itself up to which they are compared with others. */
    private static final int MOST_INSIDE = 1 << 16;

    private final Scope scope;
    private final Set<Operation> operations = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<TensorValue> arrays = new ArrayList<>();
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
        arrays.add(tensor);
      }
    }

    /**
     * What a constant is made of: where in the files its arrays lie, and what small ones beside
     * them hold; empty where all of it, or much of it, lies in the program itself.
     */
    private String place(TensorValue value) {
      boolean inside = arrays.stream().allMatch(array -> array.origin().isEmpty());
      boolean large =
          arrays.stream()
              .anyMatch(array -> array.origin().isEmpty() && array.count() > MOST_INSIDE);
      if (inside || large) {
        return "";
      }
      return last.type()
          + value.type()
          + value.shape()
          + arrays.stream().map(array -> content(array) + array.type() + array.shape()).toList();
    }

    private static String content(TensorValue array) {
      if (!array.origin().isEmpty()) {
        return array.origin();
      }
      return array.type().isFloat()
          ? Arrays.toString(array.floats())
          : Arrays.toString(array.integers());
    }

    private WeightStorage storage() {
      return StorageForms.of(last, scope.constants, scope::maker);
    }
  }
}
