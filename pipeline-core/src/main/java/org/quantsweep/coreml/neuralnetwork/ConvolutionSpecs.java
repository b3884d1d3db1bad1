package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import java.util.Optional;
import org.quantsweep.proto.coreml.Convolution3DLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams.ConvolutionPaddingTypeCase;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Convolutions and deconvolutions. */
final class ConvolutionSpecs {
  private ConvolutionSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.CONVOLUTION, 1)
            .newerWhen(layer -> layer.getInputCount() > 1)
            .inputs(1, 2)
            .ranks(LayerRanks.atLeast(4))
            .weights(ConvolutionSpecs::weights)
            .parameters(ConvolutionSpecs::check)
            .sizes(ConvolutionSpecs::size)
            .linear(new LinearField(LinearField.Form.CONVOLUTION, "bias"), "weights"::equals)
            .trainable()
            .build(),
        LayerSpec.of(LayerCase.CONVOLUTION3D, 5)
            .ranks(LayerRanks.atLeast(5))
            .weights(ConvolutionSpecs::weights3d)
            .parameters(ConvolutionSpecs::check3d)
            .build());
  }

  private static void weights(NeuralNetworkLayer layer, WeightFields fields) {
    ConvolutionLayerParams conv = layer.getConvolution();
    long outputs = conv.getOutputChannels();
    long height = WindowSizes.at(conv.getKernelSizeList(), 0, 3);
    long width = WindowSizes.at(conv.getKernelSizeList(), 1, 3);
    long channels = conv.getKernelChannels();
    // A second input brings the weights at run time; what the file holds then has no meaning.
    if (layer.getInputCount() < 2) {
      if (conv.getIsDeconvolution()) {
        long groups = Math.max(1, conv.getNGroups());
        fields.matrix("weights", 1, outputs, List.of(channels, outputs / groups, height, width));
      } else {
        fields.matrix("weights", 0, outputs, List.of(outputs, channels, height, width));
      }
    }
    if (conv.getHasBias()) {
      fields.vector("bias", outputs);
    }
  }

  private static void check(LayerFindings findings) {
    ConvolutionLayerParams conv = findings.layer().getConvolution();
    if (conv.getConvolutionPaddingTypeCase()
        == ConvolutionPaddingTypeCase.CONVOLUTIONPADDINGTYPE_NOT_SET) {
      findings.problem("sets no padding type.");
    }
    findings.positive("stride", conv.getStrideList());
    findings.positive("dilationFactor", conv.getDilationFactorList());
    findings.groups(
        Math.max(1, conv.getNGroups()),
        conv.getOutputChannels(),
        conv.getIsDeconvolution() ? conv.getKernelChannels() : 0);
    if (findings.layer().getInputCount() > 1) {
      if (conv.getIsDeconvolution()) {
        findings.problem("is a deconvolution, which cannot take its weights as an input.");
      }
      if (conv.getDilationFactorList().stream().anyMatch(factor -> factor > 1)) {
        findings.problem("is dilated, so it cannot take its weights as an input.");
      }
    }
  }

  private static Optional<BlobSize> size(NeuralNetworkLayer layer, BlobSizes known) {
    ConvolutionLayerParams conv = layer.getConvolution();
    BlobSize anyPlane = new BlobSize(conv.getOutputChannels(), BlobSize.UNKNOWN, BlobSize.UNKNOWN);
    BlobSize input = known.input(layer).orElse(null);
    if (input == null || layer.getInputCount() > 1) {
      return Optional.of(anyPlane);
    }
    long groups = conv.getIsDeconvolution() ? 1 : Math.max(1, conv.getNGroups());
    known.expectChannels(layer, conv.getKernelChannels() * groups, input);
    if (conv.getIsDeconvolution()) {
      return Optional.of(anyPlane);
    }
    long[] plane = new long[2];
    for (int axis = 0; axis < 2; axis++) {
      long kernel = WindowSizes.at(conv.getKernelSizeList(), axis, 3);
      long dilated = (kernel - 1) * WindowSizes.at(conv.getDilationFactorList(), axis, 1) + 1;
      long stride = WindowSizes.at(conv.getStrideList(), axis, 1);
      long length = axis == 0 ? input.height() : input.width();
      plane[axis] =
          conv.hasSame()
              ? WindowSizes.same(length, stride)
              : WindowSizes.valid(layer, axis, length, conv.getValid(), dilated, stride, known);
    }
    return Optional.of(new BlobSize(conv.getOutputChannels(), plane[0], plane[1]));
  }

  private static void weights3d(NeuralNetworkLayer layer, WeightFields fields) {
    Convolution3DLayerParams conv = layer.getConvolution3D();
    long outputs = conv.getOutputChannels();
    long inputs = conv.getInputChannels();
    long groups = Math.max(1, conv.getNGroups());
    boolean deconvolution = conv.getIsDeconvolution();
    List<Long> dimensions =
        List.of(
            deconvolution ? inputs : outputs,
            (deconvolution ? outputs : inputs) / groups,
            (long) conv.getKernelDepth(),
            (long) conv.getKernelHeight(),
            (long) conv.getKernelWidth());
    // The format takes no quantized weights here.
    fields.add("weights", dimensions, deconvolution ? 1 : 0, 0, false, true);
    if (conv.getHasBias()) {
      fields.add("bias", List.of(outputs), 0, 0, true, true);
    }
  }

  private static void check3d(LayerFindings findings) {
    Convolution3DLayerParams conv = findings.layer().getConvolution3D();
    findings.positive("inputChannels", List.of((long) conv.getInputChannels()));
    findings.positive("outputChannels", List.of((long) conv.getOutputChannels()));
    findings.positive("nGroups", List.of((long) conv.getNGroups()));
    findings.positive(
        "kernel size",
        List.of(
            (long) conv.getKernelDepth(),
            (long) conv.getKernelHeight(),
            (long) conv.getKernelWidth()));
    findings.positive(
        "stride",
        List.of(
            (long) conv.getStrideDepth(),
            (long) conv.getStrideHeight(),
            (long) conv.getStrideWidth()));
    findings.positive(
        "dilation",
        List.of(
            (long) conv.getDilationDepth(),
            (long) conv.getDilationHeight(),
            (long) conv.getDilationWidth()));
    if (conv.getNGroups() > 0) {
      findings.groups(conv.getNGroups(), conv.getOutputChannels(), conv.getInputChannels());
    }
    int outputShape = conv.getOutputShapeCount();
    if (outputShape != 0 && (!conv.getIsDeconvolution() || outputShape != 3)) {
      findings.problem(
          "has an outputShape of rank "
              + outputShape
              + ", but only a deconvolution has one, of rank 3.");
    }
  }
}
