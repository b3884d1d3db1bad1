package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.ConvolutionPadding;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.HeavySide;
import org.quantsweep.proto.coreml.BorderAmounts;
import org.quantsweep.proto.coreml.Convolution3DLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.SamePadding;

/** Reads the geometry of convolutions, and of what else slides over pictures, from messages. */
public final class ConvolutionMessages {
  private ConvolutionMessages() {}

  /** Of a convolution or deconvolution of pictures. */
  public static ConvolutionGeometry geometry(ConvolutionLayerParams conv) {
    List<Integer> kernel = pair(conv.getKernelSizeList(), 3);
    List<Integer> stride = pair(conv.getStrideList(), 1);
    List<Integer> dilation = pair(conv.getDilationFactorList(), 1);
    List<ConvolutionGeometry.Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < 2; axis++) {
      axes.add(
          new ConvolutionGeometry.Axis(kernel.get(axis), stride.get(axis), dilation.get(axis)));
    }
    return new ConvolutionGeometry(
        conv.getIsDeconvolution()
            ? ConvolutionGeometry.Direction.SPREADS
            : ConvolutionGeometry.Direction.GATHERS,
        Math.max(1, Math.toIntExact(conv.getNGroups())),
        axes,
        padding(conv));
  }

  private static ConvolutionPadding padding(ConvolutionLayerParams conv) {
    if (conv.getIsDeconvolution() && conv.getOutputShapeCount() == 2) {
      return new ConvolutionPadding.OutputShape(
          pair(conv.getOutputShapeList(), 0), heavySide(conv.getSame()));
    }
    if (conv.hasSame()) {
      return new ConvolutionPadding.Same(heavySide(conv.getSame()));
    }
    BorderAmounts border = conv.getValid().getPaddingAmounts();
    return new ConvolutionPadding.Explicit(List.of(amounts(border, 0), amounts(border, 1)));
  }

  /** Of a convolution or deconvolution of volumes. */
  public static ConvolutionGeometry geometry(Convolution3DLayerParams conv) {
    ConvolutionPadding padding =
        switch (conv.getPaddingType()) {
          case CUSTOM ->
              new ConvolutionPadding.Explicit(
                  List.of(
                      new EdgeAmounts(conv.getCustomPaddingFront(), conv.getCustomPaddingBack()),
                      new EdgeAmounts(conv.getCustomPaddingTop(), conv.getCustomPaddingBottom()),
                      new EdgeAmounts(conv.getCustomPaddingLeft(), conv.getCustomPaddingRight())));
          case VALID -> {
            EdgeAmounts none = new EdgeAmounts(0, 0);
            yield new ConvolutionPadding.Explicit(List.of(none, none, none));
          }
          default -> new ConvolutionPadding.Same(HeavySide.END);
        };
    return new ConvolutionGeometry(
        conv.getIsDeconvolution()
            ? ConvolutionGeometry.Direction.SPREADS
            : ConvolutionGeometry.Direction.GATHERS,
        Math.max(1, conv.getNGroups()),
        List.of(
            axis(conv.getKernelDepth(), conv.getStrideDepth(), conv.getDilationDepth()),
            axis(conv.getKernelHeight(), conv.getStrideHeight(), conv.getDilationHeight()),
            axis(conv.getKernelWidth(), conv.getStrideWidth(), conv.getDilationWidth())),
        padding);
  }

  /** A stride or a dilation of 0 is one that the file does not name. */
  private static ConvolutionGeometry.Axis axis(int kernel, int stride, int dilation) {
    return new ConvolutionGeometry.Axis(kernel, Math.max(1, stride), Math.max(1, dilation));
  }

  /** The amounts at an axis (0 height, 1 width); zeros when none are given. */
  public static EdgeAmounts amounts(BorderAmounts border, int axis) {
    List<BorderAmounts.EdgeSizes> sizes = border.getBorderAmountsList();
    return sizes.size() > axis
        ? new EdgeAmounts(
            Math.toIntExact(sizes.get(axis).getStartEdgeSize()),
            Math.toIntExact(sizes.get(axis).getEndEdgeSize()))
        : new EdgeAmounts(0, 0);
  }

  /** A pair of lengths (height, width) of a repeated field that may be empty. */
  public static List<Integer> pair(List<Long> values, int missing) {
    return values.size() < 2
        ? List.of(missing, missing)
        : List.of(Math.toIntExact(values.get(0)), Math.toIntExact(values.get(1)));
  }

  /** Where the odd element of this padding goes. */
  public static HeavySide heavySide(SamePadding padding) {
    return padding.getAsymmetryMode() == SamePadding.SamePaddingMode.TOP_LEFT_HEAVY
        ? HeavySide.START
        : HeavySide.END;
  }
}
