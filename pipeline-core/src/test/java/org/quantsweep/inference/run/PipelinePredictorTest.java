package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.CustomModel;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.ModelDescription;
import org.quantsweep.proto.coreml.NonMaximumSuppression;
import org.quantsweep.proto.coreml.Normalizer;
import org.quantsweep.proto.coreml.OneHotEncoder;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.coreml.Scaler;
import org.quantsweep.proto.coreml.StringVector;
import org.quantsweep.proto.coreml.TreeEnsembleClassifier;
import org.quantsweep.proto.coreml.TreeEnsembleRegressor;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Models that run one after the other; the last stage of a detector by hand-made boxes. */
class PipelinePredictorTest {
  /** Two boxes that share 9 of 11 columns, one of the other class in their place, one elsewhere. */
  private static final Tensor BOXES =
      Tensor.copyOf(
          Shape.of(4, 4), new float[] {5, 5, 10, 10, 6, 5, 10, 10, 5, 5, 10, 10, 50, 50, 10, 10});

  private static final Tensor CONFIDENCE =
      Tensor.copyOf(Shape.of(4, 2), new float[] {.5f, 0, .9f, 0, 0, .8f, .25f, 0});

  @Test
  void ofOverlappingBoxesTheMostConfidentIsKept() throws PredictionException {
    Prediction kept = suppressed(NonMaximumSuppression.newBuilder());

    assertThat(kept.outputs().get("confidence")).isEqualTo(array(Shape.of(2, 2), .9f, 0, .25f, 0));
    assertThat(kept.outputs().get("coordinates"))
        .isEqualTo(array(Shape.of(2, 4), 6, 5, 10, 10, 50, 50, 10, 10));
  }

  @Test
  void boxesOfOtherClassesStayWhereClassesArePickedApart() throws PredictionException {
    Prediction kept =
        suppressed(
            NonMaximumSuppression.newBuilder()
                .setPickTop(NonMaximumSuppression.PickTop.newBuilder().setPerClass(true)));

    assertThat(kept.outputs().get("confidence"))
        .isEqualTo(array(Shape.of(3, 2), .9f, 0, 0, .8f, .25f, 0));
  }

  @Test
  void boxesBelowTheConfidenceAreDropped() throws PredictionException {
    Prediction kept = suppressed(NonMaximumSuppression.newBuilder().setConfidenceThreshold(.3));

    assertThat(kept.outputs().get("confidence")).isEqualTo(array(Shape.of(1, 2), .9f, 0));
  }

  @Test
  void aStageOfAnotherKindIsNamed() {
    byte[] pipeline =
        pipeline(Model.newBuilder().setNormalizer(Normalizer.getDefaultInstance())).toByteArray();

    assertThatThrownBy(
            () -> InferenceEngines.onnxRuntime().open(ModelReader.read(pipeline, "p.mlmodel")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "p.mlmodel: 1 stage of the pipeline cannot run here: 'p.mlmodel, stage[0]'"
                + " (normalizer). Neural networks, ML Programs and non-maximum suppression can.\n"
                + "Maybe take the neural network out of its pipeline.");
  }

  @Test
  void everyStageThatCannotRunIsNamedAsTheFormatNamesIt() {
    Model.Builder stages =
        pipeline(Model.newBuilder().setScaler(Scaler.getDefaultInstance())).toBuilder();
    ModelDescription described = stages.getDescription();
    for (Model.Builder more :
        List.of(
            Model.newBuilder().setOneHotEncoder(OneHotEncoder.getDefaultInstance()),
            Model.newBuilder()
                .setTreeEnsembleClassifier(TreeEnsembleClassifier.getDefaultInstance()))) {
      stages
          .getPipelineBuilder()
          .addModels(more.setSpecificationVersion(4).setDescription(described));
    }

    assertThatThrownBy(
            () ->
                InferenceEngines.onnxRuntime()
                    .open(ModelReader.read(stages.build().toByteArray(), "p.mlmodel")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "p.mlmodel: 3 stages of the pipeline cannot run here: 'p.mlmodel, stage[0]' (scaler),"
                + " 'p.mlmodel, stage[1]' (oneHotEncoder), 'p.mlmodel, stage[2]'"
                + " (treeEnsembleClassifier). Neural networks, ML Programs and non-maximum"
                + " suppression can.\nMaybe take the neural network out of its pipeline.");
  }

  @Test
  void aModelOfAnotherKindAloneIsNamedToo() {
    byte[] tree =
        Model.newBuilder()
            .setSpecificationVersion(4)
            .setTreeEnsembleRegressor(TreeEnsembleRegressor.getDefaultInstance())
            .build()
            .toByteArray();

    assertThatThrownBy(
            () -> InferenceEngines.onnxRuntime().open(ModelReader.read(tree, "t.mlmodel")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "t.mlmodel: a model of kind treeEnsembleRegressor cannot run here: neural networks, ML"
                + " Programs and pipelines of these can.\nMaybe take the network out of it, or"
                + " convert the model to one of these.");
  }

  @Test
  void aCustomModelIsNamedWithItsClass() {
    Model.Builder custom =
        Model.newBuilder()
            .setSpecificationVersion(4)
            .setCustomModel(CustomModel.newBuilder().setClassName("Swish"));
    byte[] alone = custom.build().toByteArray();
    byte[] stage = pipeline(custom).toByteArray();

    assertThatThrownBy(
            () -> InferenceEngines.onnxRuntime().open(ModelReader.read(alone, "c.mlmodel")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "c.mlmodel: a model of kind customModel of class 'Swish' cannot run here: neural"
                + " networks, ML Programs and pipelines of these can.\nMaybe take the network out"
                + " of it, or convert the model to one of these.");
    assertThatThrownBy(
            () -> InferenceEngines.onnxRuntime().open(ModelReader.read(stage, "p.mlmodel")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "p.mlmodel: 1 stage of the pipeline cannot run here: 'p.mlmodel, stage[0]'"
                + " (customModel of class 'Swish'). Neural networks, ML Programs and non-maximum"
                + " suppression can.\nMaybe take the neural network out of its pipeline.");
  }

  private static OutputValue array(Shape shape, float... numbers) {
    return new OutputValue.Array(Tensor.copyOf(shape, numbers));
  }

  private static Prediction suppressed(NonMaximumSuppression.Builder suppression)
      throws PredictionException {
    Model pipeline =
        pipeline(
            Model.newBuilder()
                .setNonMaximumSuppression(
                    suppression
                        .setIouThreshold(.5)
                        .setConfidenceInputFeatureName("raw_confidence")
                        .setCoordinatesInputFeatureName("raw_coordinates")
                        .setConfidenceOutputFeatureName("confidence")
                        .setCoordinatesOutputFeatureName("coordinates")
                        .setStringClassLabels(
                            StringVector.newBuilder().addVector("cat").addVector("dog"))));
    try (Predictor predictor =
        InferenceEngines.onnxRuntime()
            .open(ModelReader.read(pipeline.toByteArray(), "detector.mlmodel"))) {
      return predictor.predict(Map.of("raw_confidence", CONFIDENCE, "raw_coordinates", BOXES));
    }
  }

  private static Model pipeline(Model.Builder stage) {
    ModelDescription.Builder described =
        ModelDescription.newBuilder()
            .addInput(feature("raw_confidence", 4, 2))
            .addInput(feature("raw_coordinates", 4, 4))
            .addOutput(feature("confidence", 4, 2))
            .addOutput(feature("coordinates", 4, 4));
    return Model.newBuilder()
        .setSpecificationVersion(4)
        .setDescription(described)
        .setPipeline(
            Pipeline.newBuilder()
                .addModels(stage.setSpecificationVersion(4).setDescription(described)))
        .build();
  }

  private static FeatureDescription feature(String name, long rows, long columns) {
    return FeatureDescription.newBuilder()
        .setName(name)
        .setType(
            FeatureType.newBuilder()
                .setMultiArrayType(
                    ArrayFeatureType.newBuilder()
                        .setDataType(ArrayFeatureType.ArrayDataType.FLOAT32)
                        .addShape(rows)
                        .addShape(columns)))
        .build();
  }
}
