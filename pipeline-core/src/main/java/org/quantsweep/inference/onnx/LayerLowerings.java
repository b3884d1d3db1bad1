package org.quantsweep.inference.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which class lowers which layer type. A new layer type is one line here and its lowering. */
final class LayerLowerings {
  private static final Map<String, LayerLowering> BY_TYPE = byType();

  private LayerLowerings() {}

  static Optional<LayerLowering> of(String layerType) {
    return Optional.ofNullable(BY_TYPE.get(layerType));
  }

  private static Map<String, LayerLowering> byType() {
    Map<String, LayerLowering> lowerings = new HashMap<>();
    lowerings.put("convolution", Convolutions::lower);
    lowerings.put("innerProduct", InnerProducts::lower);
    lowerings.put("pooling", Poolings::lower);
    lowerings.put("activation", Activations::lower);
    lowerings.put("softmax", Activations::softmax);
    lowerings.put("batchnorm", Normalizations::batchnorm);
    lowerings.put("scale", Normalizations::scale);
    lowerings.put("bias", Normalizations::bias);
    lowerings.put("padding", Spatial::padding);
    lowerings.put("constantPad", Spatial::constantPad);
    lowerings.put("upsample", Spatial::upsample);
    lowerings.put("flatten", Shapes::flatten);
    lowerings.put("reshapeStatic", Shapes::reshapeStatic);
    lowerings.put("concat", Shapes::concat);
    lowerings.put("concatND", Shapes::concatNd);
    lowerings.put("stack", Shapes::stack);
    lowerings.put("expandDims", Shapes::expandDims);
    lowerings.put("squeeze", Shapes::squeeze);
    lowerings.put("transpose", Shapes::transpose);
    lowerings.put("sliceStatic", Shapes::sliceStatic);
    lowerings.put("loadConstant", Shapes::constant);
    lowerings.put("loadConstantND", Shapes::constant);
    lowerings.put("copy", Elementwise.unary("Identity"));
    lowerings.put("unary", Elementwise::function);
    lowerings.put(
        "add", Elementwise.withConstant("Add", layer -> layer.message().getAdd().getAlpha()));
    lowerings.put(
        "multiply",
        Elementwise.withConstant("Mul", layer -> layer.message().getMultiply().getAlpha()));
    lowerings.put("max", Elementwise.of("Max"));
    lowerings.put("min", Elementwise.of("Min"));
    lowerings.put("addBroadcastable", Elementwise.of("Add"));
    lowerings.put("subtractBroadcastable", Elementwise.of("Sub"));
    lowerings.put("multiplyBroadcastable", Elementwise.of("Mul"));
    lowerings.put("divideBroadcastable", Elementwise.of("Div"));
    lowerings.put("maxBroadcastable", Elementwise.of("Max"));
    lowerings.put("minBroadcastable", Elementwise.of("Min"));
    lowerings.put("powBroadcastable", Elementwise.of("Pow"));
    for (String function :
        List.of(
            "Ceil", "Floor", "Sign", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh",
            "Tanh", "Asinh", "Acosh", "Atanh", "Erf")) {
      lowerings.put(function.toLowerCase(java.util.Locale.ROOT), Elementwise.unary(function));
    }
    return Map.copyOf(lowerings);
  }
}
