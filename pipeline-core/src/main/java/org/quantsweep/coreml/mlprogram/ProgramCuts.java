package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.WeightTensor;

/**
 * Cuts between the operations of a function's body, constants among them. What blocks inside an
 * operation read, the operation reads. Constants are known on both sides of a cut.
 */
final class ProgramCuts implements ModelCuts {
  /** Of what a function is given. */
  private static final int GIVEN = -1;

  private final ProgramWeights weights;
  private final List<Operation> body;

  /** What each operation of the body reads: values and constants of the body. */
  private final List<Set<String>> read = new ArrayList<>();

  private final Map<String, Span> values = new HashMap<>();

  /** The operation of the body that first reads a constant of the body. */
  private final Map<String, Integer> constants = new HashMap<>();

  /** The operation of the body that an operation is, or lies in. */
  private final IdentityHashMap<Operation, Integer> places = new IdentityHashMap<>();

  /**
   * The operation of the body in which a value lies that a weight tensor is multiplied with: in a
   * block, or between the steps of a recurrent cell.
   */
  private final Map<String, Integer> inside = new HashMap<>();

  /** From where a run cannot go on alone. */
  private final boolean[] blocked;

  /**
   * From where to where a value is there.
   *
   * @param made the operation that makes it
   * @param lastRead the last operation that reads it
   * @param isArray whether it holds numbers
   */
  private record Span(int made, int lastRead, boolean isArray) {
    Span readAt(int operation) {
      return new Span(made, operation, isArray);
    }

    boolean isThere(int boundary) {
      return made < boundary;
    }

    boolean isLive(int boundary) {
      return isThere(boundary) && boundary <= lastRead;
    }
  }

  ProgramCuts(ProgramFunction function, ProgramWeights weights) {
    this.weights = weights;
    this.body = function.body().operations();
    for (NamedType input : function.inputs()) {
      make(input, GIVEN);
    }
    for (int i = 0; i < body.size(); i++) {
      Operation operation = body.get(i);
      Set<String> names = new HashSet<>();
      boolean isConstant = operation.isConstant() || operation.isCompressed();
      if (!isConstant) {
        collect(operation, names);
      }
      read.add(names);
      place(operation, i);
      for (String name : names) {
        values.computeIfPresent(name, (own, span) -> span.readAt(read.size() - 1));
        constants.putIfAbsent(name, i);
      }
      for (NamedType output : operation.outputs()) {
        if (!isConstant) {
          make(output, i);
        }
      }
    }
    this.blocked = blocked(function.body().outputs());
    ProgramLinearUse uses = new ProgramLinearUse(weights, new ValueClipping(List.of(function)));
    for (WeightTensor tensor : weights.tensors()) {
      int place = before(tensor);
      if (place < end()) {
        uses.of(tensor).ifPresent(use -> noteInside(use.inputs(), place));
      }
    }
  }

  private void noteInside(List<String> inputs, int place) {
    for (String input : inputs) {
      if (!values.containsKey(input)) {
        inside.put(input, place);
      }
    }
  }

  private void make(NamedType value, int operation) {
    boolean isArray =
        value.type() instanceof ProgramType.Array array && array.element() != DataType.STRING;
    values.put(value.name(), new Span(operation, GIVEN, isArray));
  }

  private void place(Operation operation, int place) {
    places.put(operation, place);
    for (ProgramBlock block : operation.blocks()) {
      block.operations().forEach(inner -> place(inner, place));
    }
  }

  private static void collect(Operation operation, Set<String> names) {
    for (List<Binding> bindings : operation.inputs().values()) {
      for (Binding binding : bindings) {
        if (binding instanceof Binding.Name name) {
          names.add(name.name());
        }
      }
    }
    for (ProgramBlock block : operation.blocks()) {
      names.addAll(block.outputs());
      block.operations().forEach(inner -> collect(inner, names));
    }
  }

  /** Lists, labels and states cannot be fed to what follows them; all states begin at zeros. */
  private boolean[] blocked(List<String> outputs) {
    boolean[] found = new boolean[end() + 1];
    values.forEach(
        (name, span) -> {
          if (!span.isArray()) {
            int last = outputs.contains(name) ? end() : span.lastRead();
            for (int boundary = Math.max(1, span.made() + 1); boundary <= last; boundary++) {
              found[boundary] = true;
            }
          }
        });
    return found;
  }

  @Override
  public int end() {
    return read.size();
  }

  /** What makes a weight tensor in this function. */
  private Optional<ProgramWeights.Origin> own(WeightTensor tensor) {
    return weights.origins(tensor.identity()).stream()
        .filter(origin -> places.containsKey(origin.maker()))
        .findFirst();
  }

  /** Whether an operation of this function takes both: others may have a value of that name. */
  private boolean isTaken(WeightTensor tensor, String value) {
    Binding name = new Binding.Name(value);
    return weights.takings(tensor.identity()).stream()
        .map(ProgramWeights.Taking::operation)
        .filter(places::containsKey)
        .anyMatch(
            operation ->
                HiddenStates.isOf(operation, value)
                    || operation.inputs().values().stream()
                        .anyMatch(bound -> bound.contains(name)));
  }

  @Override
  public int before(WeightTensor tensor) {
    ProgramWeights.Origin origin = own(tensor).orElse(null);
    if (origin == null) {
      return end();
    }
    int place = places.get(origin.maker());
    // A constant of the body is first read behind its place; one of a block, within the operation.
    return body.get(place).blocks().isEmpty()
        ? constants.getOrDefault(origin.output(), end())
        : place;
  }

  @Override
  public int start(int boundary) {
    requireBoundary(boundary);
    int start = boundary;
    while (blocked[start]) {
      start--;
    }
    return start;
  }

  @Override
  public OptionalInt reading(WeightTensor tensor, String value) {
    Span span = values.get(value);
    if (!isTaken(tensor, value) || (span == null && !inside.containsKey(value))) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(span == null ? inside.get(value) : span.made() + 1);
  }

  @Override
  public SortedSet<String> inside(int boundary) {
    SortedSet<String> names = new TreeSet<>();
    inside.forEach(
        (name, place) -> {
          if (place == boundary) {
            names.add(name);
          }
        });
    return names;
  }

  @Override
  public SortedSet<String> live(Set<String> answered, int boundary) {
    requireBoundary(boundary);
    SortedSet<String> live = new TreeSet<>();
    values.forEach(
        (name, span) -> {
          boolean isAnswered = span.isThere(boundary) && answered.contains(name);
          if (span.isArray() && (span.isLive(boundary) || isAnswered)) {
            live.add(name);
          }
        });
    if (boundary == end()) {
      // Constants and what a classifier answers too, which no boundary before has to hold.
      live.addAll(answered);
    }
    return live;
  }

  @Override
  public SortedSet<String> read(int from, int to) {
    requireBoundary(from);
    requireBoundary(to);
    SortedSet<String> names = new TreeSet<>();
    read.subList(from, to).forEach(names::addAll);
    names.removeIf(
        name -> {
          Span span = values.get(name);
          return span == null || !span.isArray() || !span.isThere(from);
        });
    return names;
  }

  private void requireBoundary(int boundary) {
    if (boundary < 0 || boundary > end()) {
      throw new IllegalArgumentException(
          "boundary (" + boundary + ") must be in [0, " + end() + "].");
    }
  }
}
