package org.quantsweep.inference.onnx;

import java.util.Arrays;
import java.util.List;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Brings numbers to a common scale. */
public sealed interface Normalization {
  /**
   * Adds it to a graph; the output has the shape of the input.
   *
   * @throws UnsupportedLayerException when it does not fit the input
   */
  void emit(OnnxGraph graph, String input, String output);

  /**
   * y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each channel of {@code [N, C,
   * axes...]}.
   */
  record Batch(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, float epsilon)
      implements Normalization {
    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      requireChannels(gamma, graph.shape(input));
      float[] scale = new float[gamma.size()];
      float[] shift = new float[gamma.size()];
      for (int i = 0; i < scale.length; i++) {
        double factor = gamma.get(i) / Math.sqrt((double) variance.get(i) + epsilon);
        scale[i] = (float) factor;
        shift[i] = (float) (beta.get(i) - mean.get(i) * factor);
      }
      float[] zeros = new float[scale.length];
      float[] ones = new float[scale.length];
      Arrays.fill(ones, 1);
      // As a norm of mean 0 and variance 1, which the engine fuses into a convolution before it.
      graph.node(
          "BatchNormalization",
          output,
          graph.shape(input),
          List.of(
              input,
              graph.constant(gamma.shape(), scale),
              graph.constant(gamma.shape(), shift),
              graph.constant(gamma.shape(), zeros),
              graph.constant(gamma.shape(), ones)),
          Attribute.of("epsilon", 0f));
    }
  }

  /** As {@link Batch}, with mean and variance of each picture and channel itself. */
  record Instance(Tensor gamma, Tensor beta, float epsilon) implements Normalization {
    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      requireChannels(gamma, graph.shape(input));
      graph.node(
          "InstanceNormalization",
          output,
          graph.shape(input),
          List.of(
              input,
              graph.constant(gamma.shape(), gamma.sharedArray()),
              graph.constant(beta.shape(), beta.sharedArray())),
          Attribute.of("epsilon", epsilon));
    }
  }

  /**
   * With mean and variance over the last axes, as many as the normalized shape has.
   *
   * @param gamma of the normalized shape
   * @param beta of the normalized shape
   */
  record Layer(Shape normalized, Tensor gamma, Tensor beta, float epsilon)
      implements Normalization {
    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      Shape shape = graph.shape(input);
      boolean fits = normalized.rank() <= shape.rank();
      for (int axis = 1; fits && axis <= normalized.rank(); axis++) {
        fits = normalized.length(-axis) == shape.length(-axis);
      }
      if (!fits) {
        throw new UnsupportedLayerException("it normalizes " + normalized + " of " + shape);
      }
      graph.node(
          "LayerNormalization",
          output,
          shape,
          List.of(
              input,
              graph.constant(normalized, gamma.sharedArray()),
              graph.constant(normalized, beta.sharedArray())),
          Attribute.of("axis", shape.rank() - normalized.rank()),
          Attribute.of("epsilon", epsilon));
    }
  }

  /**
   * Over neighbouring channels: x / (bias + alpha / size * sum of squares) ^ beta.
   *
   * @param size how many channels, an odd number
   */
  record LocalResponse(float alpha, float beta, float bias, long size) implements Normalization {
    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      if (size % 2 == 0) {
        throw new UnsupportedLayerException("its window of " + size + " is not odd");
      }
      graph.node(
          "LRN",
          output,
          graph.shape(input),
          List.of(input),
          Attribute.of("alpha", alpha),
          Attribute.of("beta", beta),
          Attribute.of("bias", bias),
          Attribute.of("size", size));
    }
  }

  /** x / sqrt(sum of squares + epsilon) over some axes. */
  record Length(List<Integer> axes, float epsilon) implements Normalization {
    /** Copies the list. */
    public Length {
      axes = List.copyOf(axes);
    }

    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      String sum = Reduction.keeping(ReduceFunction.SUM_SQUARE, axes).emit(graph, input);
      graph.bind(output, graph.binary("Div", input, root(graph, sum, epsilon)));
    }
  }

  /** x - mean over some axes. */
  record Mean(List<Integer> axes) implements Normalization {
    /** Copies the list. */
    public Mean {
      axes = List.copyOf(axes);
    }

    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      graph.bind(output, centred(graph, input, axes));
    }
  }

  /** (x - mean) / sqrt(variance + epsilon) over some axes. */
  record MeanVariance(List<Integer> axes, float epsilon) implements Normalization {
    /** Copies the list. */
    public MeanVariance {
      axes = List.copyOf(axes);
    }

    @Override
    public void emit(OnnxGraph graph, String input, String output) {
      String centred = centred(graph, input, axes);
      String squares = graph.binary("Mul", centred, centred);
      String variance = Reduction.keeping(ReduceFunction.MEAN, axes).emit(graph, squares);
      graph.bind(output, graph.binary("Div", centred, root(graph, variance, epsilon)));
    }
  }

  private static String centred(OnnxGraph graph, String input, List<Integer> axes) {
    String mean = Reduction.keeping(ReduceFunction.MEAN, axes).emit(graph, input);
    return graph.binary("Sub", input, mean);
  }

  private static String root(OnnxGraph graph, String value, float epsilon) {
    return graph.unary("Sqrt", graph.binary("Add", value, graph.scalar(epsilon)));
  }

  private static void requireChannels(Tensor gamma, Shape shape) {
    if (gamma.size() != shape.length(1)) {
      throw new UnsupportedLayerException(
          "its " + gamma.size() + " channels are not those of its input " + shape);
    }
  }
}
