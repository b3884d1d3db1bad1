package org.quantsweep.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class FeatureMatchTest {
  private static CoreMLModel model(
      String name, List<InputDescription> inputs, List<OutputDescription> outputs) {
    return new CoreMLModel(
        new CoreMLModel.Source(name, Sha256Digest.of(new byte[0]), new ByteSize(0)),
        new CoreMLModel.ModelInterface(ModelKind.ML_PROGRAM, "", 6, inputs, outputs),
        List.of(),
        List.of(),
        List.of(),
        null);
  }

  private static InputDescription array(String name, int... lengths) {
    return new InputDescription.Array(name, false, Shape.of(lengths), List.of(), false);
  }

  private static InputDescription optional(String name) {
    return new InputDescription.Array(name, true, Shape.of(1), List.of(), false);
  }

  private static InputDescription picture(String name) {
    return new InputDescription.Picture(name, false, ColorSpace.RGB, 2, 2, List.of());
  }

  private static OutputDescription answer(String name, int... lengths) {
    return new OutputDescription.Array(name, Shape.of(lengths));
  }

  private static OutputDescription probabilities(String name, String... labels) {
    return new OutputDescription.Probabilities(name, List.of(labels), false);
  }

  private static Tensor tensor(Shape shape, float... values) {
    return Tensor.wrap(shape, values);
  }

  /** Answers the same to whatever it is asked, and notes that. */
  private record Fixed(List<Map<String, Tensor>> asked, Map<String, OutputValue> answer)
      implements Predictor {
    @Override
    public List<InputDescription> inputs() {
      return List.of();
    }

    @Override
    public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) {
      asked.addAll(calls);
      return Collections.nCopies(calls.size(), new Prediction(new TreeMap<>(answer)));
    }

    @Override
    public void close() {}
  }

  @Test
  void namesComeBeforeKindsAndWhatAUserSaysBeforeBoth() {
    CoreMLModel first =
        model(
            "A",
            List.of(picture("image"), array("mask", 2), array("scale", 1)),
            List.of(answer("near", 1), answer("far", 1)));
    CoreMLModel second =
        model(
            "B",
            List.of(picture("input_1"), array("mask", 2), array("factor", 1)),
            List.of(answer("far", 1), answer("near", 1)));
    assertThat(FeatureMatch.of(first, second, Map.of(), List.of("near", "far")).renamed())
        .containsExactlyInAnyOrderEntriesOf(Map.of("image", "input_1", "scale", "factor"));
    assertThat(
            FeatureMatch.of(
                    first,
                    second,
                    Map.of("near", "far", "mask", "factor", "scale", "mask"),
                    List.of("near", "far"))
                .renamed())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "image", "input_1", "mask", "factor", "scale", "mask", "near", "far", "far",
                "near"));
  }

  @Test
  void whatIsNotComparedOrMayBeLeftOutNeedsNoCounterpart() {
    CoreMLModel first =
        model(
            "A",
            List.of(array("x", 1), optional("a"), optional("b")),
            List.of(answer("p", 1), answer("q", 1)));
    CoreMLModel second = model("B", List.of(array("x", 1)), List.of(answer("p", 1)));
    assertThat(FeatureMatch.of(first, second, Map.of(), List.of("p")).renamed()).isEmpty();
    assertThatThrownBy(() -> FeatureMatch.of(first, second, Map.of(), List.of("p", "q")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            """
            output 'q' has no counterpart in the other model, by name or as the only one of its kind.
            A, A: inputs x (array), a (array), b (array); outputs p (array), q (array)
            B, B: inputs x (array); outputs p (array)
            Maybe write --map q=NAME.\
            """);
  }

  @Test
  void severalOfAKindAreNotGuessed() {
    CoreMLModel first = model("A", List.of(array("x", 1), array("y", 1)), List.of(answer("p", 1)));
    CoreMLModel second = model("B", List.of(array("u", 1), array("v", 1)), List.of(answer("p", 1)));
    assertThatThrownBy(() -> FeatureMatch.of(first, second, Map.of(), List.of("p")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            """
            inputs 'u', 'v', 'x', 'y' have no counterpart in the other model, by name or as the only one of its kind.
            A, A: inputs x (array), y (array); outputs p (array)
            B, B: inputs u (array), v (array); outputs p (array)
            Maybe write --map x=u.\
            """);
    assertThat(FeatureMatch.of(first, second, Map.of("x", "v"), List.of("p")).renamed())
        .containsExactlyInAnyOrderEntriesOf(Map.of("x", "v", "y", "u"));
  }

  @Test
  void theSecondIsAskedByTheFirstsNamesInItsOwnShapes() throws Exception {
    CoreMLModel first = model("A", List.of(array("x", 2, 3)), List.of(answer("p", 6)));
    CoreMLModel second = model("B", List.of(array("u", 1, 2, 3)), List.of(answer("q", 1, 6, 1)));
    List<Map<String, Tensor>> asked = new ArrayList<>();
    Tensor six = tensor(Shape.of(1, 6, 1), 1, 2, 3, 4, 5, 6);
    Predictor renamed =
        FeatureMatch.of(first, second, Map.of(), List.of("p"))
            .renamed(new Fixed(asked, Map.of("q", new OutputValue.Array(six))));
    Tensor given = tensor(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertThat(renamed.inputs()).containsExactly(array("x", 1, 2, 3));
    assertThat(renamed.predict(Map.of("x", given)).outputs())
        .containsOnly(Map.entry("p", new OutputValue.Array(six.reshape(Shape.of(6)))));
    assertThat(asked).containsExactly(Map.of("u", given.reshape(Shape.of(1, 2, 3))));
  }

  @Test
  void flexibleArraysKeepTheirLengthsAndGetTheRank() throws Exception {
    CoreMLModel first = model("A", List.of(array("x", 1)), List.of(answer("p", 2, 4)));
    CoreMLModel second = model("B", List.of(array("x", 1)), List.of(answer("p", 1, 2, 4)));
    Tensor wide = tensor(Shape.of(1, 2, 3), 1, 2, 3, 4, 5, 6);
    Predictor renamed =
        FeatureMatch.of(first, second, Map.of(), List.of("p"))
            .renamed(new Fixed(new ArrayList<>(), Map.of("p", new OutputValue.Array(wide))));
    assertThat(renamed.predict(Map.of("x", tensor(Shape.of(1), 0))).outputs())
        .containsOnly(Map.entry("p", new OutputValue.Array(wide.reshape(Shape.of(2, 3)))));
  }

  @Test
  void classesComeInTheFirstsOrderWhereTheirLabelsAreTheSame() throws Exception {
    CoreMLModel first = model("A", List.of(array("x", 1)), List.of(probabilities("p", "a", "b")));
    CoreMLModel second = model("B", List.of(array("x", 1)), List.of(probabilities("q", "b", "a")));
    FeatureMatch match = FeatureMatch.of(first, second, Map.of(), List.of("p"));
    Tensor shares = tensor(Shape.of(2), 0.25f, 0.75f);
    Predictor renamed =
        match.renamed(
            new Fixed(
                new ArrayList<>(),
                Map.of("q", new OutputValue.Probabilities(List.of("b", "a"), shares))));
    assertThat(renamed.predict(Map.of("x", tensor(Shape.of(1), 0))).outputs())
        .containsOnly(
            Map.entry(
                "p",
                new OutputValue.Probabilities(
                    List.of("a", "b"), tensor(Shape.of(2), 0.75f, 0.25f))));
    assertThat(match.notes()).containsExactly("'q' of B is taken for 'p' of A");

    CoreMLModel other = model("B", List.of(array("x", 1)), List.of(probabilities("p", "u", "v")));
    assertThat(FeatureMatch.of(first, other, Map.of(), List.of("p")).notes())
        .containsExactly(
            "the classes of 'p' have other labels in A than in B: they are compared by their"
                + " places");
  }

  @Test
  void anExampleHasAValueForEveryOutput() {
    List<OutputDescription> outputs =
        List.of(
            answer("array"),
            new OutputDescription.Picture("picture", ColorSpace.RGB, 0, 0),
            new OutputDescription.ClassLabel("label", true),
            probabilities("p", "a", "b"));
    assertThat(Prediction.example(outputs).outputs().keySet())
        .containsExactly("array", "label", "p", "picture");
  }
}
