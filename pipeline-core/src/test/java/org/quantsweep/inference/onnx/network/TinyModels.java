package org.quantsweep.inference.onnx.network;

import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.Int64FeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.StringFeatureType;

/** Parts of small models. */
public final class TinyModels {
  private TinyModels() {}

  public static CoreMLModel read(Model.Builder model) {
    return ModelReader.read(model.build().toByteArray(), "tiny.mlmodel");
  }

  public static FeatureDescription.Builder array(String name, int... lengths) {
    ArrayFeatureType.Builder array =
        ArrayFeatureType.newBuilder().setDataType(ArrayFeatureType.ArrayDataType.FLOAT32);
    for (int length : lengths) {
      array.addShape(length);
    }
    return feature(name, FeatureType.newBuilder().setMultiArrayType(array));
  }

  public static FeatureDescription.Builder optional(FeatureDescription.Builder feature) {
    feature.getTypeBuilder().setIsOptional(true);
    return feature;
  }

  public static FeatureDescription.Builder picture(
      String name, ImageFeatureType.ColorSpace colors, int width, int height) {
    return feature(
        name,
        FeatureType.newBuilder()
            .setImageType(
                ImageFeatureType.newBuilder()
                    .setColorSpace(colors)
                    .setWidth(width)
                    .setHeight(height)));
  }

  public static FeatureDescription.Builder label(String name, boolean integer) {
    return feature(
        name,
        integer
            ? FeatureType.newBuilder().setInt64Type(Int64FeatureType.getDefaultInstance())
            : FeatureType.newBuilder().setStringType(StringFeatureType.getDefaultInstance()));
  }

  public static FeatureDescription.Builder probabilities(String name, boolean integer) {
    FeatureType.Builder type = FeatureType.newBuilder();
    if (integer) {
      type.getDictionaryTypeBuilder().setInt64KeyType(Int64FeatureType.getDefaultInstance());
    } else {
      type.getDictionaryTypeBuilder().setStringKeyType(StringFeatureType.getDefaultInstance());
    }
    return feature(name, type);
  }

  /** A layer that keeps its input. */
  public static NeuralNetworkLayer.Builder same(String input, String output) {
    NeuralNetworkLayer.Builder layer =
        NeuralNetworkLayer.newBuilder().setName(output).addInput(input).addOutput(output);
    layer.getActivationBuilder().getLinearBuilder().setAlpha(1);
    return layer;
  }

  public static NeuralNetworkLayer.Builder sum(String one, String other, String output) {
    NeuralNetworkLayer.Builder layer =
        NeuralNetworkLayer.newBuilder()
            .setName(output)
            .addInput(one)
            .addInput(other)
            .addOutput(output);
    layer.getAddBuilder();
    return layer;
  }

  private static FeatureDescription.Builder feature(String name, FeatureType.Builder type) {
    return FeatureDescription.newBuilder().setName(name).setType(type);
  }
}
