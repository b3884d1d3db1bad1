package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.ConvolutionPadding;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.HeavySide;
import org.quantsweep.tensor.Shape;

/** What the parameters of {@code conv} and {@code conv_transpose} mean. */
public final class ConvolutionParameters {
  private static final String VALID = "valid";

  private final Function<String, Optional<TensorValue>> parameters;

  /**
   * Of an operation.
   *
   * @param parameters its constants by the parameter's name; empty where one is not bound
   */
  public ConvolutionParameters(Function<String, Optional<TensorValue>> parameters) {
    this.parameters = parameters;
  }

  /** What stands in {@code pad_type}, or its default. */
  public String padType() {
    return parameters.apply("pad_type").map(value -> value.texts().get(0)).orElse(VALID);
  }

  /** Whether {@link #padType} is one that there is. */
  public boolean isPadTypeKnown() {
    return List.of(VALID, "custom", "same", "same_lower").contains(padType());
  }

  /**
   * Where the kernel lies on the input.
   *
   * @param weight the shape of the weights, {@code [.., .., axes...]}
   * @throws IllegalArgumentException where the type of padding is not known
   */
  public ConvolutionGeometry geometry(ConvolutionGeometry.Direction direction, Shape weight) {
    int axes = weight.rank() - 2;
    List<Integer> strides = integers("strides");
    List<Integer> dilations = integers("dilations");
    List<ConvolutionGeometry.Axis> kernel = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      kernel.add(
          new ConvolutionGeometry.Axis(
              weight.length(2 + axis),
              strides.isEmpty() ? 1 : strides.get(axis),
              dilations.isEmpty() ? 1 : dilations.get(axis)));
    }
    List<Integer> groups = integers("groups");
    return new ConvolutionGeometry(
        direction, groups.isEmpty() ? 1 : groups.get(0), kernel, padding(axes, direction));
  }

  private ConvolutionPadding padding(int axes, ConvolutionGeometry.Direction direction) {
    String type = padType();
    HeavySide heavy = type.equals("same_lower") ? HeavySide.START : HeavySide.END;
    if (direction == ConvolutionGeometry.Direction.SPREADS
        && parameters.apply("output_shape").isPresent()) {
      List<Integer> shape = integers("output_shape");
      return new ConvolutionPadding.OutputShape(
          shape.subList(shape.size() - axes, shape.size()), heavy);
    }
    return switch (type) {
      case "same", "same_lower" -> new ConvolutionPadding.Same(heavy);
      case VALID -> new ConvolutionPadding.Explicit(edges(List.of(), axes));
      case "custom" -> new ConvolutionPadding.Explicit(edges(integers("pad"), axes));
      default -> throw new IllegalArgumentException("its pad_type '" + type + "' is not known");
    };
  }

  /** Amounts before and after each axis; none where none are given. */
  public static List<EdgeAmounts> edges(List<Integer> pad, int axes) {
    List<EdgeAmounts> edges = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      edges.add(
          pad.isEmpty()
              ? new EdgeAmounts(0, 0)
              : new EdgeAmounts(pad.get(2 * axis), pad.get(2 * axis + 1)));
    }
    return edges;
  }

  /** Whole numbers in order; none where the parameter is not bound. */
  private List<Integer> integers(String parameter) {
    List<Integer> numbers = new ArrayList<>();
    parameters
        .apply(parameter)
        .ifPresent(
            value -> {
              for (long number : value.integers()) {
                numbers.add((int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number)));
              }
            });
    return numbers;
  }
}
