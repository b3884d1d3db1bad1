package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.DictionaryFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.Int64FeatureType;
import org.quantsweep.proto.coreml.Int64Vector;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.SizeRange;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;
import org.quantsweep.tensor.Shape;
import org.quantsweep.testing.SharedData;

class FeatureDescriptionsTest {
  private static FeatureDescription feature(String name, FeatureType.Builder type) {
    return FeatureDescription.newBuilder().setName(name).setType(type).build();
  }

  private static FeatureDescriptions describe(Model.Builder model) {
    Findings findings = new Findings();
    FeatureDescriptions descriptions = FeatureDescriptions.of(model.build(), findings);
    assertThat(findings.problems()).isEmpty();
    return descriptions;
  }

  @Test
  void describesPicturesWithTheirSizes() {
    ImageFeatureType.Builder listed =
        ImageFeatureType.newBuilder()
            .setWidth(20)
            .setHeight(10)
            .setColorSpace(ImageFeatureType.ColorSpace.BGR);
    listed.getEnumeratedSizesBuilder().addSizesBuilder().setWidth(40).setHeight(30);
    ImageFeatureType.Builder ranged =
        ImageFeatureType.newBuilder()
            .setWidth(20)
            .setHeight(10)
            .setColorSpace(ImageFeatureType.ColorSpace.GRAYSCALE);
    ranged
        .getImageSizeRangeBuilder()
        .setWidthRange(SizeRange.newBuilder().setLowerBound(16).setUpperBound(-1))
        .setHeightRange(SizeRange.newBuilder().setLowerBound(8).setUpperBound(64));
    Model.Builder model = Model.newBuilder();
    model
        .getDescriptionBuilder()
        .addInput(feature("a", FeatureType.newBuilder().setImageType(listed)))
        .addInput(feature("b", FeatureType.newBuilder().setIsOptional(true).setImageType(ranged)));

    assertThat(describe(model).inputs())
        .containsExactly(
            new InputDescription.Picture(
                "a",
                false,
                ColorSpace.BGR,
                20,
                10,
                List.of(
                    new InputDescription.PictureSizes(
                        LengthRange.exactly(40), LengthRange.exactly(30)))),
            new InputDescription.Picture(
                "b",
                true,
                ColorSpace.GRAYSCALE,
                20,
                10,
                List.of(
                    new InputDescription.PictureSizes(
                        new LengthRange(16, LengthRange.UNBOUNDED), new LengthRange(8, 64)))));
  }

  @Test
  void describesArraysWithTheirShapes() {
    ArrayFeatureType.Builder ranged =
        ArrayFeatureType.newBuilder().setDataType(ArrayFeatureType.ArrayDataType.INT32);
    ranged.addShape(1).addShape(8);
    ranged
        .getShapeRangeBuilder()
        .addSizeRanges(SizeRange.newBuilder().setLowerBound(1).setUpperBound(1))
        .addSizeRanges(SizeRange.newBuilder().setLowerBound(1).setUpperBound(-1));
    ArrayFeatureType.Builder listed =
        ArrayFeatureType.newBuilder().setDataType(ArrayFeatureType.ArrayDataType.DOUBLE);
    listed.addShape(3);
    listed.getEnumeratedShapesBuilder().addShapesBuilder().addShape(5);
    Model.Builder model = Model.newBuilder();
    model
        .getDescriptionBuilder()
        .addInput(feature("a", FeatureType.newBuilder().setMultiArrayType(ranged)))
        .addInput(feature("b", FeatureType.newBuilder().setMultiArrayType(listed)));

    assertThat(describe(model).inputs())
        .containsExactly(
            new InputDescription.Array(
                "a",
                false,
                Shape.of(1, 8),
                List.of(List.of(LengthRange.exactly(1), new LengthRange(1, LengthRange.UNBOUNDED))),
                true),
            new InputDescription.Array(
                "b", false, Shape.of(3), List.of(List.of(LengthRange.exactly(5))), false));
  }

  @Test
  void describesAClassifierWithIntegerLabels() {
    Model.Builder model = Model.newBuilder();
    model
        .getNeuralNetworkClassifierBuilder()
        .setInt64ClassLabels(Int64Vector.newBuilder().addVector(7).addVector(-1));
    model
        .getDescriptionBuilder()
        .addOutput(
            feature(
                "label",
                FeatureType.newBuilder().setInt64Type(Int64FeatureType.getDefaultInstance())))
        .addOutput(
            feature(
                "p",
                FeatureType.newBuilder()
                    .setDictionaryType(
                        DictionaryFeatureType.newBuilder()
                            .setInt64KeyType(Int64FeatureType.getDefaultInstance()))));

    assertThat(describe(model).outputs())
        .containsExactly(
            new OutputDescription.ClassLabel("label", true),
            new OutputDescription.Probabilities("p", List.of("7", "-1"), true));
  }

  @Test
  void describesSqueezeNet() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/SqueezeNet.mlmodel"));

    assertThat(model.inputs())
        .containsExactly(
            new InputDescription.Picture("image", false, ColorSpace.BGR, 227, 227, List.of()));
    assertThat(model.outputs()).hasSize(2);
    assertThat(model.outputs().get(0)).isInstanceOf(OutputDescription.Probabilities.class);
    assertThat(((OutputDescription.Probabilities) model.outputs().get(0)).labels()).hasSize(1000);
    assertThat(model.outputs().get(1))
        .isEqualTo(new OutputDescription.ClassLabel("classLabel", false));
    assertThat(model.weightTensors()).hasSize(52);
    assertThat(model.warnings())
        .containsExactly(
            "the model has class label 'crane' more than once (at 134 and 517).",
            "the model has class label 'macbook' more than once (at 620 and 681).",
            "the model has class label 'pot' more than once (at 749 and 883).");
  }
}
