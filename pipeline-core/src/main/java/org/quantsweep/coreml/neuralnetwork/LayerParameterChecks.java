package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.BiDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.Convolution3DLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams.ConvolutionPaddingTypeCase;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.proto.coreml.PoolingLayerParams.PoolingPaddingTypeCase;

/** Checks the parameters of one layer, apart from its weights. */
final class LayerParameterChecks {
  private final String where;
  private final NeuralNetworkLayer layer;
  private final Findings findings;

  private LayerParameterChecks(String where, NeuralNetworkLayer layer, Findings findings) {
    this.where = where;
    this.layer = layer;
    this.findings = findings;
  }

  /**
   * @param where names the layer, for example {@code layer 'conv' (convolution)}
   */
  static void check(String where, NeuralNetworkLayer layer, Findings findings) {
    new LayerParameterChecks(where, layer, findings).check();
  }

  private void check() {
    switch (layer.getLayerCase()) {
      case CONVOLUTION -> convolution(layer.getConvolution());
      case CONVOLUTION3D -> convolution3d(layer.getConvolution3D());
      case POOLING -> pooling(layer.getPooling());
      case ACTIVATION -> activation(layer.getActivation());
      case SCALE -> {
        shapeRank("shapeScale", layer.getScale().getShapeScaleList(), 1, 3);
        if (layer.getScale().getHasBias()) {
          shapeRank("shapeBias", layer.getScale().getShapeBiasList(), 1, 3);
        }
      }
      case BIAS -> shapeRank("shape", layer.getBias().getShapeList(), 1, 3);
      case LOADCONSTANT -> shapeRank("shape", layer.getLoadConstant().getShapeList(), 3, 3);
      case LOADCONSTANTND -> {
        int rank = layer.getLoadConstantND().getShapeCount();
        if (rank < 1 || rank > 5) {
          problem("has a shape of rank " + rank + ", but it must be in [1, 5].");
        }
      }
      case LAYERNORMALIZATION -> {
        if (layer.getLayerNormalization().getNormalizedShapeCount() == 0) {
          problem("has no normalizedShape.");
        }
      }
      case SIMPLERECURRENT -> recurrent(List.of(layer.getSimpleRecurrent().getActivation()));
      case GRU -> recurrent(layer.getGru().getActivationsList());
      case UNIDIRECTIONALLSTM -> {
        three("activations", layer.getUniDirectionalLSTM().getActivationsList());
        recurrent(layer.getUniDirectionalLSTM().getActivationsList());
      }
      case BIDIRECTIONALLSTM -> biDirectionalLstm(layer.getBiDirectionalLSTM());
      case CUSTOM -> {
        if (layer.getCustom().getClassName().isEmpty()) {
          problem("has no className: nothing says which code runs it.");
        }
      }
      case COPY -> {
        if (layer.getInputCount() == 1
            && layer.getOutputCount() == 1
            && layer.getInput(0).equals(layer.getOutput(0))) {
          problem("copies blob '" + layer.getInput(0) + "' onto itself.");
        }
      }
      default -> {
        // Other parameters are looked at where a layer is run.
      }
    }
  }

  private void convolution(ConvolutionLayerParams conv) {
    if (conv.getConvolutionPaddingTypeCase()
        == ConvolutionPaddingTypeCase.CONVOLUTIONPADDINGTYPE_NOT_SET) {
      problem("sets no padding type.");
    }
    positive("stride", conv.getStrideList());
    positive("dilationFactor", conv.getDilationFactorList());
    groups(
        Math.max(1, conv.getNGroups()),
        conv.getOutputChannels(),
        conv.getIsDeconvolution() ? conv.getKernelChannels() : 0);
    if (layer.getInputCount() > 1) {
      if (conv.getIsDeconvolution()) {
        problem("is a deconvolution, which cannot take its weights as an input.");
      }
      if (conv.getDilationFactorList().stream().anyMatch(factor -> factor > 1)) {
        problem("is dilated, so it cannot take its weights as an input.");
      }
    }
  }

  private void groups(long groups, long outputs, long inputs) {
    if (groups < 1 || outputs % groups != 0) {
      problem("has " + outputs + " output channels, which " + groups + " groups do not divide.");
    } else if (inputs % groups != 0) {
      problem("has " + inputs + " input channels, which " + groups + " groups do not divide.");
    }
  }

  private void convolution3d(Convolution3DLayerParams conv) {
    positive("inputChannels", List.of((long) conv.getInputChannels()));
    positive("outputChannels", List.of((long) conv.getOutputChannels()));
    positive("nGroups", List.of((long) conv.getNGroups()));
    positive(
        "kernel size",
        List.of(
            (long) conv.getKernelDepth(),
            (long) conv.getKernelHeight(),
            (long) conv.getKernelWidth()));
    positive(
        "stride",
        List.of(
            (long) conv.getStrideDepth(),
            (long) conv.getStrideHeight(),
            (long) conv.getStrideWidth()));
    positive(
        "dilation",
        List.of(
            (long) conv.getDilationDepth(),
            (long) conv.getDilationHeight(),
            (long) conv.getDilationWidth()));
    if (conv.getNGroups() > 0) {
      groups(conv.getNGroups(), conv.getOutputChannels(), conv.getInputChannels());
    }
    int outputShape = conv.getOutputShapeCount();
    if (outputShape != 0 && (!conv.getIsDeconvolution() || outputShape != 3)) {
      problem(
          "has an outputShape of rank "
              + outputShape
              + ", but only a deconvolution has one, of rank 3.");
    }
  }

  private void pooling(PoolingLayerParams pooling) {
    if (pooling.getPoolingPaddingTypeCase() == PoolingPaddingTypeCase.POOLINGPADDINGTYPE_NOT_SET) {
      problem("sets no padding type.");
    }
    positive("stride", pooling.getStrideList());
    if (!pooling.getGlobalPooling()) {
      positive("kernelSize", pooling.getKernelSizeList());
    }
  }

  private void activation(ActivationParams activation) {
    switch (activation.getNonlinearityTypeCase()) {
      case NONLINEARITYTYPE_NOT_SET -> problem("sets no activation function.");
      case PARAMETRICSOFTPLUS -> {
        var softplus = activation.getParametricSoftplus();
        StoredValues alpha = StoredValues.of(softplus.getAlpha());
        StoredValues beta = StoredValues.of(softplus.getBeta());
        if (alpha != beta && alpha != StoredValues.NONE && beta != StoredValues.NONE) {
          problem("stores its alpha and its beta in different forms.");
        }
      }
      default -> {
        // The others have plain numbers.
      }
    }
  }

  private void recurrent(List<ActivationParams> activations) {
    for (ActivationParams activation : activations) {
      switch (activation.getNonlinearityTypeCase()) {
        case LINEAR, SIGMOID, TANH, SCALEDTANH, SIGMOIDHARD, RELU -> {
          // Those that the format allows in recurrent layers.
        }
        default ->
            problem(
                "uses activation "
                    + activation.getNonlinearityTypeCase()
                    + ", which recurrent layers do not take.");
      }
    }
  }

  private void biDirectionalLstm(BiDirectionalLSTMLayerParams lstm) {
    three("activationsForwardLSTM", lstm.getActivationsForwardLSTMList());
    three("activationsBackwardLSTM", lstm.getActivationsBackwardLSTMList());
    recurrent(lstm.getActivationsForwardLSTMList());
    recurrent(lstm.getActivationsBackwardLSTMList());
    if (lstm.getWeightParamsCount() != 2) {
      problem(
          "has weights for "
              + lstm.getWeightParamsCount()
              + " directions, but needs them for 2 (forward, backward).");
    }
  }

  private void three(String field, List<ActivationParams> activations) {
    if (activations.size() != 3) {
      problem(
          "has "
              + activations.size()
              + " "
              + field
              + ", but needs 3 (gates, block input, output).");
    }
  }

  private void shapeRank(String field, List<Long> shape, int one, int other) {
    if (shape.size() != one && shape.size() != other) {
      problem(
          "has a "
              + field
              + " of rank "
              + shape.size()
              + ", but it must have "
              + (one == other ? "" : one + " or ")
              + other
              + " lengths.");
    }
  }

  private void positive(String field, List<Long> values) {
    for (long value : values) {
      if (value < 1) {
        problem("has " + field + " " + values + ", but it must be at least 1.");
        return;
      }
    }
  }

  private void problem(String predicate) {
    findings.problem(where + " " + predicate);
  }
}
