package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;

/**
 * What the axes of a constant W are to a sum of products of it and an input, by Einstein's
 * convention: equal letters are one index, and what the output does not name is summed.
 *
 * @param weight a letter for each axis of W
 * @param input a letter for each axis of the input
 * @param output a letter for each axis of the output
 */
record ProductAxes(String weight, String input, String output) {
  /** The parameter of {@code einsum} that both operands are bound to. */
  static final String OPERANDS = "values";

  private static final String LETTERS = "[a-zA-Z]*";

  /**
   * Of an operation {@code einsum} of a constant and a value that is computed; empty as {@link
   * #ofEquation}.
   */
  static Optional<ProductAxes> of(Operation operation, ConstantScope constants) {
    List<Binding> operands = operation.inputs().getOrDefault(OPERANDS, List.of());
    ProgramValue equation =
        operation.inputs().getOrDefault("equation", List.of()).stream()
            .findFirst()
            .flatMap(
                binding ->
                    binding instanceof Binding.Literal literal
                        ? Optional.of(literal.value())
                        : constants.find(((Binding.Name) binding).name()))
            .orElse(null);
    if (operands.size() != 2
        || !(equation instanceof TensorValue text)
        || text.type() != DataType.STRING
        || text.texts().size() != 1) {
      return Optional.empty();
    }
    boolean isFirst = isConstant(operands.get(0), constants);
    return isFirst == isConstant(operands.get(1), constants)
        ? Optional.empty()
        : ofEquation(text.texts().get(0), isFirst ? 0 : 1);
  }

  private static boolean isConstant(Binding binding, ConstantScope constants) {
    return !(binding instanceof Binding.Name name) || constants.find(name.name()).isPresent();
  }

  /**
   * Of an equation such as {@code nchw,nwhu->nchu}; empty where it is not of two operands, or no
   * matrix tells what it does: a letter twice in an operand, or in one operand alone.
   *
   * @param own which operand W is, 0 or 1
   */
  static Optional<ProductAxes> ofEquation(String equation, int own) {
    String[] sides = equation.replace(" ", "").split("->", -1);
    String[] operands = sides[0].split(",", -1);
    if (sides.length != 2 || operands.length != 2) {
      return Optional.empty();
    }
    ProductAxes axes = new ProductAxes(operands[own], operands[1 - own], sides[1]);
    return axes.isMatrix() ? Optional.of(axes) : Optional.empty();
  }

  /**
   * Of a product of matrices, the last two axes of each operand; those before them are one index.
   *
   * @param rank of W, at least 2
   * @param isLeft whether W is the left operand
   * @param left whether the left operand is transposed
   * @param right whether the right one is
   */
  static ProductAxes ofMatrices(int rank, boolean isLeft, boolean left, boolean right) {
    StringBuilder batch = new StringBuilder();
    for (int axis = 0; axis < rank - 2; axis++) {
      batch.append((char) ('d' + axis));
    }
    String x = batch + (left ? "ba" : "ab");
    String y = batch + (right ? "cb" : "bc");
    return new ProductAxes(isLeft ? x : y, isLeft ? y : x, batch + "ac");
  }

  private boolean isMatrix() {
    for (String letters : List.of(weight, input, output)) {
      if (!letters.matches(LETTERS) || letters.chars().distinct().count() != letters.length()) {
        return false;
      }
    }
    return weight.chars().allMatch(letter -> isIn(input, letter) || isIn(output, letter))
        && input.chars().allMatch(letter -> isIn(weight, letter) || isIn(output, letter))
        && output.chars().allMatch(letter -> isIn(weight, letter) || isIn(input, letter));
  }

  private static boolean isIn(String letters, int letter) {
    return letters.indexOf(letter) >= 0;
  }

  /** Axes of W that the input has, or has not, and the output has, or has not. */
  private List<Integer> axes(boolean ofInput, boolean ofOutput) {
    return IntStream.range(0, weight.length())
        .filter(axis -> isIn(input, weight.charAt(axis)) == ofInput)
        .filter(axis -> isIn(output, weight.charAt(axis)) == ofOutput)
        .boxed()
        .toList();
  }

  /**
   * Output channels lie along the last axis of W that the input lacks, input channels along the
   * last one that is summed; where there is none, along the first and the one beside it.
   */
  WeightAxes channels() {
    int output = last(axes(false, true), 0);
    int input = last(axes(true, false), output == 0 ? 1 : 0);
    return new WeightAxes(output, weight.length() < 2 ? -1 : input, 1);
  }

  private static int last(List<Integer> axes, int none) {
    return axes.isEmpty() ? none : axes.get(axes.size() - 1);
  }

  /**
   * The use of a W; empty where it has no output channels of its own, or a summed axis of length 1,
   * along which the input may be longer.
   */
  Optional<LinearUse.Form.Contraction> form(Shape shape) {
    List<Integer> rows = axes(false, true);
    List<Integer> columns = axes(true, false);
    if (shape.rank() != weight.length()
        || rows.isEmpty()
        || columns.stream().anyMatch(axis -> shape.length(axis) == 1)) {
      return Optional.empty();
    }
    // An axis of length 1 serves all that the input has there.
    List<Integer> groups =
        axes(true, true).stream().filter(axis -> shape.length(axis) != 1).toList();
    List<Integer> places = new ArrayList<>();
    for (int axis = 0; axis < input.length(); axis++) {
      int own = weight.indexOf(input.charAt(axis));
      boolean isShared = groups.contains(own) || columns.contains(own);
      places.add(isShared ? own : LinearUse.Form.Contraction.PLACES);
    }
    return Optional.of(new LinearUse.Form.Contraction(groups, rows, columns, places));
  }
}
