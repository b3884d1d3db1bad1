package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.picture.DenseDrawing;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.report.picture.Pixels;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class ShownAnswersTest {
  /** Files are the pixels themselves. */
  private static final PictureEncoder RAW =
      new PictureEncoder() {
        @Override
        public Optional<byte[]> png(Pixels pixels) {
          return Optional.of(pixels.sharedArray());
        }

        @Override
        public Optional<byte[]> jpeg(Pixels pixels) {
          return Optional.of(pixels.sharedArray());
        }
      };

  private static ShownAnswers answers(String criterion, OutputDescription... outputs) {
    return new ShownAnswers(
        Criteria.parse(criterion), List.of(outputs), true, new PictureRoom(RAW, 1_000_000));
  }

  private static Prediction prediction(OutputValue value) {
    return new Prediction(new TreeMap<>(Map.of("y", value)));
  }

  private static Tensor filled(float value, int... lengths) {
    float[] values = new float[(int) Shape.of(lengths).elementCount()];
    Arrays.fill(values, value);
    return Tensor.wrap(Shape.of(lengths), values);
  }

  @Test
  void aPictureOffByTenIsTwentyEightDecibelsAndForty() {
    ShownAnswers answers =
        answers("psnr:30", new OutputDescription.Picture("y", ColorSpace.RGB, 16, 16));
    Prediction reference = prediction(new OutputValue.Picture(filled(100, 3, 16, 16)));
    Prediction other = prediction(new OutputValue.Picture(filled(110, 3, 16, 16)));
    Map<String, DenseDrawing> drawings = answers.drawings(reference);
    ShownSample.Dense itself = answers.dense(drawings, reference).get(0);
    assertThat(itself.kind()).isEqualTo("picture");
    assertThat(itself.score()).isNull();
    assertThat(itself.difference()).isNull();
    ShownSample.Dense dense = answers.dense(drawings, reference, other).get(0);
    // 20 log10(25.5) dB; four times as bright as 10.
    assertThat(dense.score()).isCloseTo(28.130803608679, within(1e-9));
    assertThat(dense.measure()).isEqualTo("psnr");
    byte[] forties = new byte[256];
    Arrays.fill(forties, (byte) 40);
    assertThat(Base64.getDecoder().decode(dense.difference().base64())).isEqualTo(forties);
    assertThat(answers.top(reference)).isEmpty();
  }

  @Test
  void blueComesLastWhateverTheModelSays() {
    ShownAnswers answers =
        answers("psnr:30", new OutputDescription.Picture("y", ColorSpace.BGR, 8, 8));
    float[] blue = new float[3 * 64];
    Arrays.fill(blue, 0, 64, 255);
    Prediction reference =
        prediction(new OutputValue.Picture(Tensor.wrap(Shape.of(3, 8, 8), blue)));
    ShownSample.Dense dense = answers.dense(answers.drawings(reference), reference).get(0);
    assertThat(Base64.getDecoder().decode(dense.picture().base64())).startsWith(0, 0, 255);
  }

  @Test
  void classesOfPixelsAreComparedAsTheCriterionDoes() {
    ShownAnswers answers =
        answers("pixel-agreement:0.9", new OutputDescription.Array("y", Shape.of(2, 8, 8)));
    float[] values = new float[2 * 64];
    Arrays.fill(values, 0, 64, 1);
    float[] others = values.clone();
    Arrays.fill(others, 64, 80, 2);
    Prediction reference =
        prediction(new OutputValue.Array(Tensor.wrap(Shape.of(2, 8, 8), values)));
    Prediction other = prediction(new OutputValue.Array(Tensor.wrap(Shape.of(2, 8, 8), others)));
    ShownSample.Dense dense = answers.dense(answers.drawings(reference), reference, other).get(0);
    assertThat(dense.kind()).isEqualTo("mask");
    // 16 of 64 pixels have another class.
    assertThat(dense.score()).isEqualTo(0.75);
  }

  @Test
  void anAnswerOfAnotherShapeHasNoPicture() {
    ShownAnswers answers = answers("psnr:30", new OutputDescription.Array("y", Shape.of(1, 8, 8)));
    Prediction reference = prediction(new OutputValue.Array(filled(1, 1, 8, 8)));
    Prediction other = prediction(new OutputValue.Array(filled(1, 1, 8, 9)));
    ShownSample.Dense dense = answers.dense(answers.drawings(reference), reference, other).get(0);
    assertThat(dense.kind()).isEqualTo("map");
    assertThat(dense.picture()).isNull();
    assertThat(dense.difference()).isNull();
    assertThat(dense.score()).isNull();
  }

  @Test
  void fiveClassesAreNamedTheFirstOfEqualOnesFirst() {
    ShownAnswers answers = answers("top-1", new OutputDescription.Array("y", Shape.of(7)));
    Prediction reference =
        prediction(
            new OutputValue.Array(
                Tensor.wrap(Shape.of(7), new float[] {1, 3, 2, 3, Float.NaN, 0, -1})));
    assertThat(answers.top(reference))
        .containsExactly(
            new ShownSample.ClassShare("1", 3),
            new ShownSample.ClassShare("3", 3),
            new ShownSample.ClassShare("2", 2),
            new ShownSample.ClassShare("0", 1),
            new ShownSample.ClassShare("5", 0));
    assertThat(answers.drawings(reference)).isEmpty();
  }
}
