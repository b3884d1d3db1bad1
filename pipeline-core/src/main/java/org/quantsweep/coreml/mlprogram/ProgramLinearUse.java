package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.coreml.Clipping;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.tensor.Shape;

/**
 * Which weight tensors of a program are the matrix of y = W x + b, and where x is. Of a weight
 * tensor that several operations take, all have to use it in the same way; where one is a product
 * and another looks rows up, as a tied embedding has it, the product tells more and stands for
 * both.
 */
final class ProgramLinearUse {
  private static final String WEIGHT = "weight";
  private static final String BIAS = AddableBias.PARAMETER;
  private static final String DATA = "x";

  /** Operations that answer y alone. */
  private static final Set<String> PLAIN = Set.of("conv", "conv_transpose", "linear");

  private final ProgramWeights weights;
  private final ValueClipping clippings;

  ProgramLinearUse(ProgramWeights weights, ValueClipping clippings) {
    this.weights = weights;
    this.clippings = clippings;
  }

  /** How one operation uses a weight tensor. */
  private record Use(
      Operation operation, LinearUse.Form form, String input, Optional<WeightTensor> bias) {
    boolean isRows() {
      return form instanceof LinearUse.Form.Rows;
    }
  }

  /** The use of a weight tensor; empty where it is no matrix of this kind. */
  Optional<LinearUse> of(WeightTensor tensor) {
    if (tensor.isVector()) {
      return Optional.empty();
    }
    List<Use> uses = new ArrayList<>();
    for (ProgramWeights.Taking taking : weights.takings(tensor.identity())) {
      Optional<Use> use = use(taking, tensor.shape());
      if (use.isEmpty()) {
        return Optional.empty();
      }
      uses.add(use.get());
    }
    if (!uses.stream().allMatch(Use::isRows)) {
      uses.removeIf(Use::isRows);
    }
    LinearUse.Form form = uses.get(0).form();
    if (uses.stream().map(Use::form).distinct().count() != 1
        || outputAxis(form) != tensor.channelAxis()) {
      return Optional.empty();
    }
    return Optional.of(
        new LinearUse(
            form,
            uses.stream().map(Use::input).toList(),
            uses.get(0).bias().filter(bias -> isShared(bias, uses)),
            clipping(weights.takings(tensor.identity()))));
  }

  /**
   * The bias that the operation of a weight tensor does not have and could have; empty where
   * several operations take the weight tensor, in other functions too, and where the operation's
   * type has none.
   */
  Optional<AddableBias> addableBias(ProgramWeight weight) {
    WeightTensor tensor = weight.tensor();
    List<ProgramWeights.Taking> takings = weights.takings(tensor.identity());
    if (tensor.isVector() || takings.size() != 1) {
      return Optional.empty();
    }
    Operation operation = takings.get(0).operation();
    boolean alike =
        operation.outputs().size() == 1
            && operation.outputs().get(0).type() instanceof ProgramType.Array array
            && array.element() == ConstantWriter.dataType(weight.type());
    if (!PLAIN.contains(operation.type()) || operation.inputs().containsKey(BIAS) || !alike) {
      return Optional.empty();
    }
    return use(takings.get(0), tensor.shape())
        .filter(use -> outputAxis(use.form()) == tensor.channelAxis())
        .map(use -> AddableBias.of(tensor, weight.type(), channels(use.form(), tensor), operation));
  }

  /** Of the output. */
  private static int channels(LinearUse.Form form, WeightTensor tensor) {
    int own = tensor.shape().length(tensor.channelAxis());
    return form instanceof LinearUse.Form.Convolution convolution
            && convolution.geometry().isDeconvolution()
        ? own * convolution.geometry().groups()
        : own;
  }

  /** Tables and vectors lie along the channels of the first operation, and rows have to as well. */
  private static int outputAxis(LinearUse.Form form) {
    if (form instanceof LinearUse.Form.Product product) {
      return product.stored() == LinearUse.Stored.ROWS ? 0 : 1;
    }
    if (form instanceof LinearUse.Form.Contraction contraction) {
      return contraction.rows().get(contraction.rows().size() - 1);
    }
    return form instanceof LinearUse.Form.Convolution convolution
            && convolution.geometry().isDeconvolution()
        ? 1
        : 0;
  }

  /** What several operations answer may become different things. */
  private Clipping clipping(List<ProgramWeights.Taking> takings) {
    ProgramWeights.Taking first = takings.get(0);
    return takings.size() == 1 && PLAIN.contains(first.operation().type())
        ? clippings.of(first.operation(), first.constants())
        : Clipping.NONE;
  }

  /** Whether a bias is taken by the operations that take the weights, and by no other. */
  private boolean isShared(WeightTensor bias, List<Use> uses) {
    List<Operation> own =
        weights.takings(bias.identity()).stream().map(ProgramWeights.Taking::operation).toList();
    List<Operation> operations = uses.stream().map(Use::operation).toList();
    return own.size() == operations.size() && distinct(own).equals(distinct(operations));
  }

  private static Set<Operation> distinct(List<Operation> operations) {
    Set<Operation> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    distinct.addAll(operations);
    return distinct;
  }

  private Optional<Use> use(ProgramWeights.Taking taking, Shape shape) {
    try {
      return known(taking, shape);
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      // It has parameters that only a run tells, or that whoever runs it refuses.
      return Optional.empty();
    }
  }

  private Optional<Use> known(ProgramWeights.Taking taking, Shape shape) {
    boolean isWeight = taking.parameter().equals(WEIGHT);
    return switch (taking.operation().type()) {
      case "conv" -> convolution(taking, shape, ConvolutionGeometry.Direction.GATHERS);
      case "conv_transpose" -> convolution(taking, shape, ConvolutionGeometry.Direction.SPREADS);
      case "linear" ->
          isWeight && shape.rank() == 2
              ? use(taking, new LinearUse.Form.Product(), DATA, BIAS)
              : Optional.empty();
      case "matmul" -> product(taking, shape);
      case "einsum" -> sums(taking, shape);
      case "lstm", "gru", "rnn" -> recurrent(taking, shape);
      case "gather" -> rows(taking, shape);
      default -> Optional.empty();
    };
  }

  private Optional<Use> use(
      ProgramWeights.Taking taking, LinearUse.Form form, String input, String bias) {
    return value(taking, input)
        .map(
            name ->
                new Use(taking.operation(), form, name, weights.taken(taking.operation(), bias)));
  }

  /** The value that a parameter is bound to; empty where that is a constant. */
  private static Optional<String> value(ProgramWeights.Taking taking, String parameter) {
    List<Binding> bindings = taking.operation().inputs().getOrDefault(parameter, List.of());
    return bindings.size() == 1 ? computed(taking, bindings.get(0)) : Optional.empty();
  }

  private static Optional<String> computed(ProgramWeights.Taking taking, Binding binding) {
    return binding instanceof Binding.Name name && taking.constants().find(name.name()).isEmpty()
        ? Optional.of(name.name())
        : Optional.empty();
  }

  /** A parameter's numbers or texts; empty where it is not bound. */
  private static Optional<TensorValue> constant(ProgramWeights.Taking taking, String parameter) {
    return taking.constants().parameter(taking.operation(), parameter);
  }

  private static boolean isTrue(ProgramWeights.Taking taking, String parameter) {
    return constant(taking, parameter).map(value -> value.integers()[0] != 0).orElse(false);
  }

  private Optional<Use> convolution(
      ProgramWeights.Taking taking, Shape shape, ConvolutionGeometry.Direction direction) {
    if (!taking.parameter().equals(WEIGHT) || shape.rank() < 3 || shape.rank() > 5) {
      return Optional.empty();
    }
    ConvolutionGeometry geometry =
        new ConvolutionParameters(name -> constant(taking, name)).geometry(direction, shape);
    return use(taking, new LinearUse.Form.Convolution(geometry), DATA, BIAS);
  }

  /** Constants of more axes are several matrices. */
  private Optional<Use> product(ProgramWeights.Taking taking, Shape shape) {
    boolean left = isTrue(taking, "transpose_x");
    boolean right = isTrue(taking, "transpose_y");
    boolean isLeft = taking.parameter().equals(DATA);
    if (shape.rank() > 2) {
      return ProductAxes.ofMatrices(shape.rank(), isLeft, left, right)
          .form(shape)
          .flatMap(form -> use(taking, form, isLeft ? "y" : DATA, BIAS));
    }
    if (isLeft) {
      return use(
          taking,
          new LinearUse.Form.Product(
              left ? LinearUse.Stored.COLUMNS : LinearUse.Stored.ROWS,
              right ? LinearUse.Along.LAST : LinearUse.Along.SECOND_TO_LAST),
          "y",
          BIAS);
    }
    return use(
        taking,
        new LinearUse.Form.Product(
            right ? LinearUse.Stored.ROWS : LinearUse.Stored.COLUMNS,
            left ? LinearUse.Along.SECOND_TO_LAST : LinearUse.Along.LAST),
        DATA,
        BIAS);
  }

  private Optional<Use> sums(ProgramWeights.Taking taking, Shape shape) {
    Operation operation = taking.operation();
    return ProductAxes.of(operation, taking.constants())
        .flatMap(axes -> axes.form(shape))
        .map(
            form -> {
              String input =
                  operation.inputs().get(ProductAxes.OPERANDS).stream()
                      .flatMap(operand -> computed(taking, operand).stream())
                      .findFirst()
                      .orElseThrow();
              return new Use(operation, form, input, Optional.empty());
            });
  }

  /**
   * The weights of what a cell reads, and of what it hands itself from step to step. A bias is
   * corrected with the first of them. A gated unit that resets its state before the product is
   * taken for one whose product is with the whole state.
   */
  private Optional<Use> recurrent(ProgramWeights.Taking taking, Shape shape) {
    String parameter = taking.parameter();
    if (parameter.startsWith(HiddenStates.WEIGHTS) && shape.rank() == 2) {
      return Optional.of(
          new Use(
              taking.operation(),
              new LinearUse.Form.Product(),
              HiddenStates.before(taking.operation(), parameter),
              Optional.empty()));
    }
    if (!parameter.startsWith("weight_ih") || shape.rank() != 2) {
      return Optional.empty();
    }
    String bias = BIAS + parameter.substring("weight_ih".length());
    if (taking.operation().type().equals("gru")) {
      // The other bias of a cell that resets afterwards is reset too.
      boolean own = taking.operation().inputs().containsKey("input_bias");
      bias = own ? "input_bias" : isTrue(taking, "reset_after") ? "" : bias;
    }
    return use(taking, new LinearUse.Form.Product(), DATA, bias);
  }

  /** Words and the like: the first axis counts them. */
  private Optional<Use> rows(ProgramWeights.Taking taking, Shape shape) {
    long axis = constant(taking, "axis").map(value -> value.integers()[0]).orElse(0L);
    long batch = constant(taking, "batch_dims").map(value -> value.integers()[0]).orElse(0L);
    boolean isFirst = axis == 0 || axis == -shape.rank();
    return taking.parameter().equals(DATA) && shape.rank() >= 2 && isFirst && batch == 0
        ? use(taking, new LinearUse.Form.Rows(), "indices", "")
        : Optional.empty();
  }
}
