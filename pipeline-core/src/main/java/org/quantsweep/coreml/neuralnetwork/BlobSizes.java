package org.quantsweep.coreml.neuralnetwork;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.proto.coreml.ValidPadding;

/**
 * Follows channels, heights and widths from the inputs as far as they are sure, to find layers that
 * do not fit together. What is not sure is left unknown and is never a finding; whoever runs the
 * model works out every shape.
 */
final class BlobSizes {
  private static final long UNKNOWN = -1;

  /** Of one blob; each length at least 0, or {@link #UNKNOWN}. */
  private record Size(long channels, long height, long width) {
    Size withChannels(long other) {
      return new Size(other, height, width);
    }

    Size withoutPlane() {
      return new Size(channels, UNKNOWN, UNKNOWN);
    }

    boolean isVector() {
      return channels != UNKNOWN && height == 1 && width == 1;
    }
  }

  private final String prefix;
  private final NetworkInterface network;
  private final Findings findings;
  private final Map<String, Size> sizes = new HashMap<>();

  private BlobSizes(String prefix, NetworkInterface network, Findings findings) {
    this.prefix = prefix;
    this.network = network;
    this.findings = findings;
  }

  static void check(String prefix, Model model, NetworkInterface network, Findings findings) {
    BlobSizes check = new BlobSizes(prefix, network, findings);
    for (FeatureDescription input : model.getDescription().getInputList()) {
      check.input(input);
    }
    for (NeuralNetworkLayer layer : network.layers()) {
      if (layer.hasLoop() || layer.hasBranch() || layer.hasCopy()) {
        // From here on a blob may be written again with another size.
        return;
      }
      Size size = check.output(layer);
      if (size != null && layer.getOutputCount() > 0) {
        check.sizes.put(layer.getOutput(0), size);
      }
    }
    check.outputs(model);
    if (model.hasNeuralNetworkClassifier()) {
      check.labels(model.getNeuralNetworkClassifier());
    }
  }

  private void input(FeatureDescription feature) {
    if (feature.getType().hasImageType()) {
      ImageFeatureType image = feature.getType().getImageType();
      if (image.getColorSpaceValue() == 0 || image.getWidth() < 1 || image.getHeight() < 1) {
        return;
      }
      boolean color =
          image.getColorSpace() == ImageFeatureType.ColorSpace.RGB
              || image.getColorSpace() == ImageFeatureType.ColorSpace.BGR;
      Size size = new Size(color ? 3 : 1, image.getHeight(), image.getWidth());
      boolean flexible = image.hasEnumeratedSizes() || image.hasImageSizeRange();
      sizes.put(feature.getName(), flexible ? size.withoutPlane() : size);
    } else if (feature.getType().hasMultiArrayType()) {
      ArrayFeatureType array = feature.getType().getMultiArrayType();
      List<Long> shape = array.getShapeList();
      if (array.hasShapeRange() || array.hasEnumeratedShapes()) {
        return;
      }
      int rank = shape.size();
      if (rank >= 3) {
        sizes.put(
            feature.getName(),
            new Size(shape.get(rank - 3), shape.get(rank - 2), shape.get(rank - 1)));
      } else if (rank == 1 && !network.exactArrays()) {
        sizes.put(feature.getName(), new Size(shape.get(0), 1, 1));
      }
    }
  }

  private Size output(NeuralNetworkLayer layer) {
    Size input = layer.getInputCount() == 0 ? null : sizes.get(layer.getInput(0));
    if (input == null) {
      return layer.hasConvolution()
          ? new Size(layer.getConvolution().getOutputChannels(), UNKNOWN, UNKNOWN)
          : null;
    }
    return switch (layer.getLayerCase()) {
      case CONVOLUTION -> convolution(layer, input);
      case POOLING -> pooling(layer, input);
      case BATCHNORM -> {
        expectChannels(layer, layer.getBatchnorm().getChannels(), input);
        yield input;
      }
      case INNERPRODUCT -> innerProduct(layer, input);
      case CONCAT -> concat(layer);
      case ADD, MULTIPLY, AVERAGE, MAX, MIN -> elementwise(layer);
      case ACTIVATION, SCALE, BIAS, LRN, SOFTMAX, UNARY, MVN, L2NORMALIZE -> input;
      case UPSAMPLE, RESIZEBILINEAR, CROP, PADDING -> input.withoutPlane();
      default -> null;
    };
  }

  private Size convolution(NeuralNetworkLayer layer, Size input) {
    ConvolutionLayerParams conv = layer.getConvolution();
    if (layer.getInputCount() > 1) {
      return new Size(conv.getOutputChannels(), UNKNOWN, UNKNOWN);
    }
    long groups = conv.getIsDeconvolution() ? 1 : Math.max(1, conv.getNGroups());
    expectChannels(layer, conv.getKernelChannels() * groups, input);
    if (conv.getIsDeconvolution()) {
      return new Size(conv.getOutputChannels(), UNKNOWN, UNKNOWN);
    }
    long[] plane = new long[2];
    for (int axis = 0; axis < 2; axis++) {
      long kernel = at(conv.getKernelSizeList(), axis, 3);
      long dilated = (kernel - 1) * at(conv.getDilationFactorList(), axis, 1) + 1;
      long stride = at(conv.getStrideList(), axis, 1);
      long length = axis == 0 ? input.height() : input.width();
      plane[axis] =
          conv.hasSame()
              ? same(length, stride)
              : valid(layer, axis, length, conv.getValid(), dilated, stride);
    }
    return new Size(conv.getOutputChannels(), plane[0], plane[1]);
  }

  private Size pooling(NeuralNetworkLayer layer, Size input) {
    PoolingLayerParams pooling = layer.getPooling();
    if (pooling.getGlobalPooling()) {
      return new Size(input.channels(), 1, 1);
    }
    long[] plane = {UNKNOWN, UNKNOWN};
    for (int axis = 0; axis < 2; axis++) {
      long length = axis == 0 ? input.height() : input.width();
      long kernel = at(pooling.getKernelSizeList(), axis, 3);
      long stride = at(pooling.getStrideList(), axis, 1);
      if (pooling.hasSame()) {
        plane[axis] = same(length, stride);
      } else if (pooling.hasValid()) {
        plane[axis] = valid(layer, axis, length, pooling.getValid(), kernel, stride);
      }
    }
    return new Size(input.channels(), plane[0], plane[1]);
  }

  private static long same(long length, long stride) {
    return length == UNKNOWN ? UNKNOWN : (length + stride - 1) / stride;
  }

  private long valid(
      NeuralNetworkLayer layer,
      int axis,
      long length,
      ValidPadding padding,
      long kernel,
      long stride) {
    if (length == UNKNOWN) {
      return UNKNOWN;
    }
    long padded = length;
    if (padding.getPaddingAmounts().getBorderAmountsCount() > axis) {
      var edges = padding.getPaddingAmounts().getBorderAmounts(axis);
      padded += edges.getStartEdgeSize() + edges.getEndEdgeSize();
    }
    if (padded < kernel) {
      findings.problem(
          describe(layer)
              + " has a kernel of "
              + kernel
              + " along the "
              + (axis == 0 ? "height" : "width")
              + ", but its padded input has only "
              + padded
              + ".");
      return UNKNOWN;
    }
    return (padded - kernel) / stride + 1;
  }

  private Size innerProduct(NeuralNetworkLayer layer, Size input) {
    if (network.anyRank()) {
      return null;
    }
    if (input.isVector()) {
      expectChannels(layer, layer.getInnerProduct().getInputChannels(), input);
    }
    return new Size(layer.getInnerProduct().getOutputChannels(), 1, 1);
  }

  private Size concat(NeuralNetworkLayer layer) {
    Size first = sizes.get(layer.getInput(0));
    if (layer.getConcat().getSequenceConcat() || first == null) {
      return null;
    }
    long channels = 0;
    for (String blob : layer.getInputList()) {
      Size size = sizes.get(blob);
      if (size == null || size.channels() == UNKNOWN) {
        return null;
      }
      channels += size.channels();
    }
    return first.withChannels(channels);
  }

  private Size elementwise(NeuralNetworkLayer layer) {
    Set<Size> all = new HashSet<>();
    for (String blob : layer.getInputList()) {
      all.add(sizes.get(blob));
    }
    return all.size() == 1 ? sizes.get(layer.getInput(0)) : null;
  }

  private void expectChannels(NeuralNetworkLayer layer, long channels, Size input) {
    if (input.channels() != UNKNOWN && input.channels() != channels) {
      findings.problem(
          describe(layer)
              + " takes "
              + channels
              + " channels, but its input '"
              + layer.getInput(0)
              + "' has "
              + input.channels()
              + ".");
    }
  }

  private void outputs(Model model) {
    for (FeatureDescription output : model.getDescription().getOutputList()) {
      ArrayFeatureType array = output.getType().getMultiArrayType();
      Size size = sizes.get(output.getName());
      int rank = array.getShapeCount();
      if (size == null || rank < 3 || array.hasShapeRange() || array.hasEnumeratedShapes()) {
        continue;
      }
      boolean differs =
          differs(size.channels(), array.getShape(rank - 3))
              || differs(size.height(), array.getShape(rank - 2))
              || differs(size.width(), array.getShape(rank - 1));
      if (differs) {
        findings.warning(
            "output '"
                + prefix
                + output.getName()
                + "' is described with shape "
                + array.getShapeList()
                + ", but the layers give "
                + size.channels()
                + " channels of "
                + (size.height() == UNKNOWN ? "?" : size.height())
                + " x "
                + (size.width() == UNKNOWN ? "?" : size.width())
                + ".");
      }
    }
  }

  private static boolean differs(long found, long described) {
    return found != UNKNOWN && found != described;
  }

  private void labels(NeuralNetworkClassifier classifier) {
    long labels =
        classifier.hasInt64ClassLabels()
            ? classifier.getInt64ClassLabels().getVectorCount()
            : classifier.getStringClassLabels().getVectorCount();
    String blob = classifier.getLabelProbabilityLayerName();
    if (blob.isEmpty()) {
      NeuralNetworkLayer last = classifier.getLayers(classifier.getLayersCount() - 1);
      blob = last.getOutputCount() == 0 ? "" : last.getOutput(0);
    }
    Size size = sizes.get(blob);
    if (size != null && size.isVector() && size.channels() != labels) {
      findings.problem(
          "the classifier has "
              + labels
              + " class labels, but its probabilities '"
              + blob
              + "' have "
              + size.channels()
              + " channels.");
    }
  }

  private static long at(List<Long> values, int index, long otherwise) {
    return values.size() > index ? values.get(index) : otherwise;
  }

  private String describe(NeuralNetworkLayer layer) {
    return "layer '" + prefix + layer.getName() + "' (" + LayerTypes.name(layer) + ")";
  }
}
