package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.network.TinyModels;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.ImageFeatureType.ColorSpace;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class ModelPredictorTest {
  private static final InferenceEngine ENGINE = InferenceEngines.onnxRuntime();

  @Test
  void scalesThenAddsTheBiasesInTheOrderOfTheColours() throws PredictionException {
    assertThat(scaled(ColorSpace.RGB, 3)).containsExactly(5 + 1, 5 + 2, 5 + 3);
    assertThat(scaled(ColorSpace.BGR, 3)).containsExactly(5 + 3, 5 + 2, 5 + 1);
    assertThat(scaled(ColorSpace.GRAYSCALE, 1)).containsExactly(5 + 4);
  }

  private static float[] scaled(ColorSpace colors, int channels) throws PredictionException {
    Model.Builder model = picturesThatStay(Map.of("image", colors));
    model
        .getNeuralNetworkBuilder()
        .addPreprocessingBuilder()
        .getScalerBuilder()
        .setChannelScale(0.5f)
        .setRedBias(1)
        .setGreenBias(2)
        .setBlueBias(3)
        .setGrayBias(4);
    return answer(model, Map.of("image", constant(10, channels, 1, 1)), "out_image");
  }

  @Test
  void answersOneNumberInOneAxis() throws PredictionException {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(4);
    model
        .getDescriptionBuilder()
        .addInput(TinyModels.array("x", 2, 3))
        .addOutput(TinyModels.array("sum"))
        .addOutput(TinyModels.array("place"));
    NeuralNetworkLayer.Builder sum =
        NeuralNetworkLayer.newBuilder().setName("sum").addInput("x").addOutput("sum");
    sum.getReduceSumBuilder().setReduceAll(true);
    NeuralNetworkLayer.Builder row =
        NeuralNetworkLayer.newBuilder().setName("row").addInput("x").addOutput("row");
    row.getReduceMaxBuilder().addAxes(0);
    NeuralNetworkLayer.Builder place =
        NeuralNetworkLayer.newBuilder().setName("place").addInput("row").addOutput("place");
    place.getArgMaxBuilder().setAxis(0).setRemoveDim(true);
    model
        .getNeuralNetworkBuilder()
        .setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING)
        .addLayers(sum)
        .addLayers(row)
        .addLayers(place);
    try (Predictor predictor = ENGINE.open(TinyModels.read(model))) {
      Tensor x = Tensor.wrap(Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6});
      Map<String, OutputValue> outputs = predictor.predict(Map.of("x", x)).outputs();
      assertThat(outputs.get("sum"))
          .isEqualTo(new OutputValue.Array(Tensor.wrap(Shape.of(1), new float[] {21})));
      assertThat(outputs.get("place"))
          .isEqualTo(new OutputValue.Array(Tensor.wrap(Shape.of(1), new float[] {2})));
    }
  }

  @Test
  void subtractsTheMeanImage() throws PredictionException {
    Model.Builder model = picturesThatStay(Map.of("image", ColorSpace.RGB));
    model
        .getNeuralNetworkBuilder()
        .addPreprocessingBuilder()
        .getMeanImageBuilder()
        .addAllMeanImage(List.of(1f, 2f, 3f));

    float[] answer = answer(model, Map.of("image", constant(10, 3, 1, 1)), "out_image");

    assertThat(answer).containsExactly(9, 8, 7);
  }

  @Test
  void refusesAMeanImageOfAnotherSize() {
    Model.Builder model = picturesThatStay(Map.of("image", ColorSpace.RGB));
    model
        .getNeuralNetworkBuilder()
        .addPreprocessingBuilder()
        .getMeanImageBuilder()
        .addAllMeanImage(List.of(1f, 2f));

    assertThatThrownBy(() -> ENGINE.open(TinyModels.read(model)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("mean image");
  }

  @Test
  void preprocessesThePictureThatIsNamed() throws PredictionException {
    Model.Builder model = picturesThatStay(Map.of("a", ColorSpace.RGB, "b", ColorSpace.RGB));
    NeuralNetworkPreprocessing.Builder step =
        model.getNeuralNetworkBuilder().addPreprocessingBuilder().setFeatureName("b");
    step.getScalerBuilder().setChannelScale(2);
    Map<String, Tensor> inputs = Map.of("a", constant(10, 3, 1, 1), "b", constant(10, 3, 1, 1));

    assertThat(answer(model, inputs, "out_a")).containsExactly(10, 10, 10);
    assertThat(answer(model, inputs, "out_b")).containsExactly(20, 20, 20);
  }

  @Test
  void theFirstOfTheClassesThatTieWins() throws PredictionException {
    try (Predictor predictor = ENGINE.open(TinyModels.read(classifier(false)))) {
      var outputs =
          predictor.predict(Map.of("x", Tensor.wrap(Shape.of(3), new float[] {1, 7, 7}))).outputs();

      assertThat(outputs.get("label")).isEqualTo(new OutputValue.ClassLabel("one", false));
      assertThat(outputs.get("scores"))
          .isEqualTo(
              new OutputValue.Probabilities(
                  List.of("zero", "one", "two"), Tensor.wrap(Shape.of(3), new float[] {1, 7, 7})));
    }
  }

  @Test
  void integerLabelsAreAnsweredInDecimal() throws PredictionException {
    try (Predictor predictor = ENGINE.open(TinyModels.read(classifier(true)))) {
      var outputs =
          predictor.predict(Map.of("x", Tensor.wrap(Shape.of(3), new float[] {1, 2, 7}))).outputs();

      assertThat(outputs.get("label")).isEqualTo(new OutputValue.ClassLabel("-30", true));
    }
  }

  @Test
  void sumsSeveralInputs() throws PredictionException {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model.getDescriptionBuilder().addInput(TinyModels.array("a", 2));
    model.getDescriptionBuilder().addInput(TinyModels.array("b", 2, 1, 1));
    model.getDescriptionBuilder().addOutput(TinyModels.array("y", 2));
    model.getNeuralNetworkBuilder().addLayers(TinyModels.sum("a", "b", "y"));
    Map<String, Tensor> inputs =
        Map.of(
            "a", Tensor.wrap(Shape.of(2), new float[] {1, 2}),
            "b", Tensor.wrap(Shape.of(2, 1, 1), new float[] {10, 20}));

    assertThat(answer(model, inputs, "y")).containsExactly(11, 22);
  }

  @Test
  void anOptionalInputMayBeAbsentWhenNothingReadsIt() throws PredictionException {
    Model.Builder model = arrayThatStays();
    model.getDescriptionBuilder().addInput(TinyModels.optional(TinyModels.array("extra", 2)));

    float[] answer = answer(model, Map.of("x", constant(3, 2)), "y");

    assertThat(answer).containsExactly(3, 3);
  }

  @Test
  void anOptionalInputThatIsAbsentIsItsDefault() throws PredictionException {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(5);
    FeatureDescription.Builder extra = TinyModels.optional(TinyModels.array("extra", 2));
    extra.getTypeBuilder().getMultiArrayTypeBuilder().setFloatDefaultValue(0.5f);
    model.getDescriptionBuilder().addInput(TinyModels.array("x", 2)).addInput(extra);
    model.getDescriptionBuilder().addOutput(TinyModels.array("y", 2));
    model.getNeuralNetworkBuilder().addLayers(TinyModels.sum("x", "extra", "y"));
    Map<String, Tensor> both = Map.of("x", constant(3, 2), "extra", constant(7, 2));

    assertThat(answer(model, Map.of("x", constant(3, 2)), "y")).containsExactly(3.5f, 3.5f);
    assertThat(answer(model, both, "y")).containsExactly(10, 10);
  }

  @Test
  void refusesInputsThatAreMissingOrOfAnotherShape() {
    try (Predictor predictor = ENGINE.open(TinyModels.read(arrayThatStays()))) {
      assertThatThrownBy(() -> predictor.predict(Map.of()))
          .isInstanceOf(PredictionException.class)
          .hasMessage("input 'x' is missing");
      assertThatThrownBy(() -> predictor.predict(Map.of("x", constant(1, 3))))
          .isInstanceOf(PredictionException.class)
          .hasMessage("input 'x' of shape [3] is not what the model allows");
    }
  }

  @Test
  void takesEverySizeThatTheModelAllows() throws PredictionException {
    Model.Builder model = picturesThatStay(Map.of("image", ColorSpace.GRAYSCALE));
    var range =
        model
            .getDescriptionBuilder()
            .getInputBuilder(0)
            .getTypeBuilder()
            .getImageTypeBuilder()
            .getImageSizeRangeBuilder();
    range.getWidthRangeBuilder().setLowerBound(1).setUpperBound(-1);
    range.getHeightRangeBuilder().setLowerBound(1).setUpperBound(9);
    model.setSpecificationVersion(3);

    try (Predictor predictor = ENGINE.open(TinyModels.read(model))) {
      // More sizes than sessions that stay open, each twice.
      for (int size = 0; size < 16; size++) {
        Tensor picture = constant(size, 1, 1 + size % 8, 3);
        OutputValue.Picture answer =
            (OutputValue.Picture)
                predictor.predict(Map.of("image", picture)).outputs().get("out_image");
        assertThat(answer.values()).isEqualTo(picture);
      }
      assertThatThrownBy(() -> predictor.predict(Map.of("image", constant(1, 1, 10, 3))))
          .isInstanceOf(PredictionException.class)
          .hasMessage("input 'image' of shape [1, 10, 3] is not what the model allows");
    }
  }

  @Test
  void answersSeveralThreadsAtOnce() throws Exception {
    Model.Builder model = picturesThatStay(Map.of("image", ColorSpace.GRAYSCALE));
    var range =
        model
            .getDescriptionBuilder()
            .getInputBuilder(0)
            .getTypeBuilder()
            .getImageTypeBuilder()
            .getImageSizeRangeBuilder();
    range.getWidthRangeBuilder().setLowerBound(1).setUpperBound(-1);
    range.getHeightRangeBuilder().setLowerBound(1).setUpperBound(-1);
    model.setSpecificationVersion(3);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Predictor predictor = ENGINE.open(TinyModels.read(model))) {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int task = 0; task < 200; task++) {
        // Six sizes for four open sessions: some are closed while others still run them.
        Tensor picture = constant(task, 1, 1 + task % 6, 5);
        tasks.add(
            () ->
                ((OutputValue.Picture)
                        predictor.predict(Map.of("image", picture)).outputs().get("out_image"))
                    .values()
                    .equals(picture));
      }
      for (Future<Boolean> answer : threads.invokeAll(tasks)) {
        assertThat(answer.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void refusesToAnswerOnceClosed() {
    Predictor predictor = ENGINE.open(TinyModels.read(arrayThatStays()));
    predictor.close();
    predictor.close();

    assertThatThrownBy(() -> predictor.predict(Map.of("x", constant(1, 2))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("tiny.mlmodel: the predictor is closed.");
  }

  @Test
  void listsEveryLayerThatCannotRun() {
    Model.Builder model = arrayThatStays();
    NeuralNetworkLayer.Builder custom =
        NeuralNetworkLayer.newBuilder().setName("swirl").addInput("x").addOutput("s");
    custom.getCustomBuilder().setClassName("Swirl");
    NeuralNetworkLayer.Builder even =
        NeuralNetworkLayer.newBuilder().setName("local").addInput("x").addOutput("l");
    even.getLrnBuilder().setLocalSize(4).setK(1).setAlpha(1).setBeta(1);
    NeuralNetworkLayer.Builder recurrent =
        NeuralNetworkLayer.newBuilder().setName("after").addInput("s").addOutput("t");
    recurrent.getActivationBuilder().getReLUBuilder();
    model
        .setSpecificationVersion(2)
        .getNeuralNetworkBuilder()
        .addLayers(custom)
        .addLayers(even)
        .addLayers(recurrent);

    assertThatThrownBy(() -> ENGINE.open(TinyModels.read(model)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "tiny.mlmodel: 2 layers cannot run here: 'swirl' (custom), 'local' (lrn: its window of"
                + " 4 is not odd). A model is judged by running all of it.\n"
                + "Maybe convert the model again without them.");
  }

  @Test
  void travelsAsAValue() throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(ENGINE);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(ENGINE);
    }
    assertThat(ENGINE.identity()).startsWith("onnxruntime 1.28.0, lowering ");
  }

  private static Model.Builder picturesThatStay(Map<String, ColorSpace> pictures) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    pictures.forEach(
        (name, colors) -> {
          FeatureDescription.Builder input = TinyModels.picture(name, colors, 1, 1);
          model.getDescriptionBuilder().addInput(input);
          model.getDescriptionBuilder().addOutput(TinyModels.picture("out_" + name, colors, 1, 1));
          model.getNeuralNetworkBuilder().addLayers(TinyModels.same(name, "out_" + name));
        });
    return model;
  }

  private static Model.Builder arrayThatStays() {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model.getDescriptionBuilder().addInput(TinyModels.array("x", 2));
    model.getDescriptionBuilder().addOutput(TinyModels.array("y", 2));
    model.getNeuralNetworkBuilder().addLayers(TinyModels.same("x", "y"));
    return model;
  }

  private static Model.Builder classifier(boolean integer) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model
        .getDescriptionBuilder()
        .addInput(TinyModels.array("x", 3))
        .addOutput(TinyModels.label("label", integer))
        .addOutput(TinyModels.probabilities("scores", integer))
        .setPredictedFeatureName("label")
        .setPredictedProbabilitiesName("scores");
    NeuralNetworkClassifier.Builder network =
        model.getNeuralNetworkClassifierBuilder().addLayers(TinyModels.same("x", "p"));
    if (integer) {
      network.getInt64ClassLabelsBuilder().addAllVector(List.of(10L, 20L, -30L));
    } else {
      network.getStringClassLabelsBuilder().addAllVector(List.of("zero", "one", "two"));
    }
    return model;
  }

  private static Tensor constant(float value, int... lengths) {
    float[] values = new float[Math.toIntExact(Shape.of(lengths).elementCount())];
    java.util.Arrays.fill(values, value);
    return Tensor.wrap(Shape.of(lengths), values);
  }

  private static float[] answer(Model.Builder model, Map<String, Tensor> inputs, String output)
      throws PredictionException {
    try (Predictor predictor = ENGINE.open(TinyModels.read(model))) {
      OutputValue value = predictor.predict(inputs).outputs().get(output);
      return value instanceof OutputValue.Picture picture
          ? picture.values().toArray()
          : ((OutputValue.Array) value).values().toArray();
    }
  }
}
