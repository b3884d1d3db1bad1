package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.NamedType;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramBlock;
import org.quantsweep.coreml.mlprogram.ProgramFormat;
import org.quantsweep.coreml.mlprogram.ProgramFunction;
import org.quantsweep.coreml.mlprogram.ProgramType;
import org.quantsweep.coreml.mlprogram.ProgramWeights;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.ConstantEvaluator;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The front end of ML Programs, for one function of a model. */
public final class ProgramFrontEnd implements ModelLowering {
  /** Changes whenever an answer of an ML Program may change. */
  public static final int VERSION = 2;

  private final CoreMLModel model;
  private final ProgramFunction function;
  private final FloatPrecision precision;
  private final ConstantEvaluator evaluator;

  /** The function that the model is seen as. */
  public ProgramFrontEnd(CoreMLModel model, FloatPrecision precision, ConstantEvaluator evaluator) {
    this.model = model;
    this.function = ProgramFormat.function(model);
    this.precision = precision;
    this.evaluator = evaluator;
  }

  @Override
  public LoweredModel lower(Map<String, Shape> inputs, Collection<String> taps) {
    return lower(inputs, taps, false);
  }

  @Override
  public LoweredModel lowerWatched(Map<String, Shape> inputs) {
    return lower(inputs, List.of(), true);
  }

  private LoweredModel lower(Map<String, Shape> inputs, Collection<String> taps, boolean watched) {
    requireKnownLayers();
    Map<String, String> answers = new LinkedHashMap<>();
    answered().forEach(name -> answers.put(name, name));
    int end = function.body().operations().size();
    Set<String> known = taps.isEmpty() ? Set.of() : types(end).keySet();
    Set<String> inside = new HashSet<>();
    for (String tap : taps) {
      if (known.contains(tap) || answers.containsKey(tap)) {
        answers.put(tap, tap);
      } else {
        inside.add(tap);
      }
    }
    LoweringSetting setting = setting(new LoweringSetting.Extent(answers, watched, inside, end));
    ProgramGraph graph = setting.newGraph();
    Frame frame = new Frame(Frame.Kind.FUNCTION, function.body(), null);
    Map<String, Shape> fed = new TreeMap<>();
    Map<String, Value> states = fedStates(graph, frame, fed);
    for (NamedType input : function.inputs()) {
      String name = input.name();
      if (states.containsKey(name)) {
        continue;
      }
      if (inputs.containsKey(name)) {
        Shape shape = asProgramsInput(name, inputs.get(name));
        frame.scope().put(name, graph.fed(LoweredModel.graphInput(name), shape, element(input)));
        fed.put(name, shape);
      } else {
        frame.scope().put(name, filled(input));
      }
    }
    return new ProgramLowering(setting, graph, frame, states).lower(fed);
  }

  private LoweringSetting setting(LoweringSetting.Extent extent) {
    return new LoweringSetting(model.name(), function, precision, evaluator, extent);
  }

  /** What each state holds, once its name is bound to it and its shape is noted. */
  private Map<String, Value> fedStates(ProgramGraph graph, Frame frame, Map<String, Shape> fed) {
    Map<String, Value> states = new LinkedHashMap<>();
    for (NamedType input : function.inputs()) {
      if (input.type() instanceof ProgramType.State state) {
        String name = input.name();
        Shape shape = shape(state.wrapped(), name);
        states.put(
            name, graph.fed(LoweredModel.graphInput(name), shape, state.wrapped().element()));
        frame.scope().put(name, new Value.State(name));
        fed.put(name, shape);
      }
    }
    return states;
  }

  /** A picture is a batch of one in a program. */
  private Shape asProgramsInput(String name, Shape given) {
    for (InputDescription input : model.inputs()) {
      if (input.name().equals(name) && input instanceof InputDescription.Picture) {
        return Shape.of(1, given.length(0), given.length(1), given.length(2));
      }
    }
    return given;
  }

  private DataType element(NamedType input) {
    if (input.type() instanceof ProgramType.Array array && array.element() != DataType.STRING) {
      return array.element();
    }
    throw new BadInputException(
        model.name()
            + ": input '"
            + input.name()
            + "' is declared as "
            + input.type()
            + ", but only arrays of numbers and states can be fed.\n"
            + "Maybe convert the model again.");
  }

  private Shape shape(ProgramType.Array type, String name) {
    return type.shape()
        .filter(shape -> type.element() != DataType.STRING)
        .orElseThrow(
            () ->
                new BadInputException(
                    model.name()
                        + ": state '"
                        + name
                        + "' is declared as "
                        + type
                        + ", but a state holds numbers, and its shape is fixed.\n"
                        + "Maybe convert the model again."));
  }

  /** Stands in for an optional array that is not given: its default everywhere. */
  private Value filled(NamedType input) {
    for (InputDescription described : model.inputs()) {
      if (described.name().equals(input.name())
          && described.optional()
          && described instanceof InputDescription.Array array) {
        float value = ProgramFormat.defaultValue(model, input.name());
        float[] numbers = new float[Math.toIntExact(array.shape().elementCount())];
        java.util.Arrays.fill(numbers, value);
        DataType type = element(input);
        if (type.isFloat()) {
          return new Value.Constant(TensorValue.floats(type, array.shape(), () -> numbers));
        }
        long[] whole = new long[numbers.length];
        java.util.Arrays.fill(whole, (long) value);
        return new Value.Constant(TensorValue.integers(type, array.shape(), whole));
      }
    }
    throw new BadInputException(
        model.name()
            + ": input '"
            + input.name()
            + "' is missing.\nMaybe look at the inputs with quantsweep inspect.");
  }

  @Override
  public LoweredModel lowerPart(
      int from,
      int to,
      Map<String, Shape> fed,
      Collection<String> answered,
      Map<String, Tensor> weights) {
    Map<String, String> answers = new LinkedHashMap<>();
    answered.forEach(name -> answers.put(name, name));
    LoweringSetting setting = setting(new LoweringSetting.Extent(answers, false, Set.of(), to));
    weights.forEach(
        (identity, values) ->
            ProgramFormat.takerOfAddedBias(model, identity)
                .ifPresentOrElse(
                    operation -> setting.addBias(operation, values),
                    () ->
                        constants(identity, values)
                            .forEach(origin -> setting.replace(origin, values))));
    ProgramGraph graph = setting.newGraph();
    Frame frame = setting.frame(Frame.Kind.FUNCTION, function.body(), from, null);
    Map<String, Shape> inputs = new TreeMap<>(fed);
    Map<String, Value> states = from == 0 ? fedStates(graph, frame, inputs) : Map.of();
    Map<String, DataType> types = types(from);
    fed.forEach(
        (name, shape) ->
            frame
                .scope()
                .put(name, graph.told(LoweredModel.graphInput(name), shape, types.get(name))));
    return new ProgramLowering(setting, graph, frame, states).lower(inputs);
  }

  /** The constants that values are meant for, in every function that shares them. */
  private List<ProgramWeights.Origin> constants(String identity, Tensor values) {
    List<ProgramWeights.Origin> origins = ProgramFormat.weights(model).origins(identity);
    if (origins.isEmpty()) {
      throw new IllegalArgumentException(
          model.name() + ": it has no weight tensor '" + identity + "'.");
    }
    ProgramWeights.Origin origin = origins.get(0);
    if (!origin.shape().equals(values.shape())) {
      throw new IllegalArgumentException(
          model.name()
              + ": weight tensor '"
              + identity
              + "' "
              + origin.shape()
              + " cannot take values of shape "
              + values.shape()
              + ".");
    }
    return origins;
  }

  /** What the elements of the arrays before an operation of the body are. */
  private Map<String, DataType> types(int operation) {
    Map<String, DataType> types = new HashMap<>();
    List<NamedType> values = new ArrayList<>(function.inputs());
    function
        .body()
        .operations()
        .subList(0, operation)
        .forEach(before -> values.addAll(before.outputs()));
    for (NamedType value : values) {
      if (value.type() instanceof ProgramType.Array array) {
        types.put(value.name(), array.element());
      }
    }
    return types;
  }

  @Override
  public void requireKnownLayers() {
    List<String> problems = new ArrayList<>();
    collect(function.body(), problems);
    if (function.inputs().stream().allMatch(input -> input.type() instanceof ProgramType.State)) {
      throw new BadInputException(
          model.name()
              + ": it has no inputs"
              + (function.inputs().isEmpty() ? "" : " but states")
              + ", so samples make no difference to it.\nMaybe name another function.");
    }
    if (!problems.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": "
              + problems.size()
              + (problems.size() == 1 ? " operation" : " operations")
              + " cannot run here: "
              + String.join(", ", problems)
              + ". A model is judged by running all of it.\n"
              + "Maybe convert the model again without "
              + (problems.size() == 1 ? "it." : "them."));
    }
  }

  private static void collect(ProgramBlock block, List<String> problems) {
    for (Operation operation : block.operations()) {
      if (!OperationLowerings.isKnown(operation.type())) {
        problems.add(
            "'"
                + operation.name()
                + "' ("
                + operation.type()
                + ": "
                + OperationLowerings.refusal(operation.type())
                + ")");
      }
      operation.blocks().forEach(inner -> collect(inner, problems));
    }
  }

  /** Every output but a class label, which follows from its probabilities. */
  @Override
  public Set<String> answered() {
    Set<String> names = new LinkedHashSet<>();
    for (OutputDescription output : model.outputs()) {
      if (!(output instanceof OutputDescription.ClassLabel)) {
        names.add(output.name());
      }
    }
    if (model.outputs().stream().anyMatch(OutputDescription.ClassLabel.class::isInstance)) {
      names.add(probabilities());
    }
    return names;
  }

  @Override
  public String probabilities() {
    Optional<Operation> classifier = function.classifier();
    return classifier
        .filter(operation -> operation.outputs().size() > 1)
        .map(operation -> operation.outputs().get(1).name())
        .orElse("");
  }

  @Override
  public List<String> classLabels() {
    return function.classLabels();
  }

  @Override
  public Map<String, Shape> states() {
    Map<String, Shape> states = new TreeMap<>();
    for (NamedType input : function.inputs()) {
      if (input.type() instanceof ProgramType.State state) {
        states.put(input.name(), shape(state.wrapped(), input.name()));
      }
    }
    return states;
  }

  @Override
  public boolean keepsRanks() {
    return true;
  }
}
