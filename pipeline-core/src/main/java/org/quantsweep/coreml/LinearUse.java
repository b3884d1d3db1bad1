package org.quantsweep.coreml;

import java.util.List;
import java.util.Optional;

/**
 * How a layer uses a weight tensor: as the matrix W of y = W x + b, at every place of its output.
 * Calibration needs no more.
 */
public final class LinearUse {
  private final Form form;
  private final List<String> inputs;
  private final WeightTensor bias;
  private final Clipping clipping;

  /** How the vectors x lie in the layer's input. */
  public sealed interface Form {
    /**
     * Vectors along an axis of the input, each as long as W has columns.
     *
     * @param stored how W lies in the weight tensor
     * @param along the axis of the input
     */
    record Product(Stored stored, Along along) implements Form {
      /** Rows of the input times W, as inner products of networks have it. */
      public Product() {
        this(Stored.ROWS, Along.LAST);
      }
    }

    /** Windows of the input {@code [N, C, axes...]}, of one to three axes. */
    record Convolution(ConvolutionGeometry geometry) implements Form {}

    /**
     * Sums of products of W and an input, whose axes are shared: the matrix of a group is {@code
     * [rows, columns]}, each of them several axes of the weight tensor, the last one innermost.
     *
     * @param groups axes that the input and the output have
     * @param rows axes that the output alone has, at least one
     * @param columns axes that the input alone has, which are summed
     * @param input for each axis of the input, from behind, the axis of the weight tensor, or
     *     {@link #PLACES}; an input of fewer axes has length 1 along the others, one of more has
     *     further places, and of one axis is along the columns
     */
    record Contraction(
        List<Integer> groups, List<Integer> rows, List<Integer> columns, List<Integer> input)
        implements Form {
      /** An axis of the input that the weight tensor does not have. */
      public static final int PLACES = -1;

      /** Copies the lists. */
      public Contraction {
        groups = List.copyOf(groups);
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        input = List.copyOf(input);
      }
    }

    /**
     * Rows of the weight tensor, along its first axis, that the input's whole numbers name. A row
     * counts as often as it is named.
     */
    record Rows() implements Form {}
  }

  /** How the matrix W lies in a weight tensor. */
  public enum Stored {
    /** {@code [rows, columns]}. */
    ROWS,
    /** {@code [columns, rows]}. */
    COLUMNS
  }

  /** An axis of an input. */
  public enum Along {
    /** The last one. */
    LAST,
    /** The one before the last; the only one of an input that has no other. */
    SECOND_TO_LAST
  }

  /**
   * A use by one layer.
   *
   * @param input the name of the value that x comes from
   * @param bias the weights of b; empty where the layer has none, or none that can be stored
   */
  public LinearUse(Form form, String input, Optional<WeightTensor> bias) {
    this(form, List.of(input), bias, Clipping.NONE);
  }

  /**
   * The same use by several layers, which share W, and b where there is one.
   *
   * @param inputs the names of the values that x comes from, one for each layer
   * @param bias the weights of b; empty where the layers share none
   * @param clipping what becomes of y
   */
  public LinearUse(Form form, List<String> inputs, Optional<WeightTensor> bias, Clipping clipping) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a use has at least one input.");
    }
    this.form = form;
    this.inputs = List.copyOf(inputs);
    this.bias = bias.orElse(null);
    this.clipping = clipping;
  }

  /** How the vectors x lie in the layer's input. */
  public Form form() {
    return form;
  }

  /** The names of the values that x comes from, one for each layer. */
  public List<String> inputs() {
    return inputs;
  }

  /** The weights of b. */
  public Optional<WeightTensor> bias() {
    return Optional.ofNullable(bias);
  }

  /** What becomes of y behind the layer. */
  public Clipping clipping() {
    return clipping;
  }
}
