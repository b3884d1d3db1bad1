package org.quantsweep.datasets.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Expected by Pillow 11.3; made by {@code src/test/python/make_preparation_fixtures.py}. */
class PicturePreparationTest {
  private static final Path FIXTURES = Path.of("src/test/resources/pictures");

  @Test
  void makesTheInputThatPillowMakesForEveryKindOfPictureFitAndColour() throws Exception {
    List<String> different = new ArrayList<>();
    List<String> lines = Files.readAllLines(FIXTURES.resolve("prepared.csv"));
    for (String line : lines) {
      String[] cells = line.split(",");
      PicturePreparation preparation =
          new PicturePreparation(
              Orientation.valueOf(cells[1]), Fit.valueOf(cells[2]), PictureLimits.DEFAULT);
      Tensor made =
          preparation
              .prepare(
                  sample(cells[0]),
                  List.of(
                      picture(
                          "image",
                          ColorSpace.valueOf(cells[3]),
                          Integer.parseInt(cells[4]),
                          Integer.parseInt(cells[5]))))
              .get("image");
      if (!digest(made).equals(cells[6])) {
        different.add(line);
      }
    }
    assertThat(different).isEmpty();
    assertThat(lines).hasSize(216);
  }

  @Test
  void aPictureOfASizeThatTheModelAllowsIsTakenAsItIs() throws Exception {
    InputDescription flexible =
        new InputDescription.Picture(
            "image",
            false,
            ColorSpace.RGB,
            32,
            32,
            List.of(
                new InputDescription.PictureSizes(
                    new LengthRange(16, 64), new LengthRange(16, 64))));
    assertThat(prepare(sample("rgb.png"), flexible).get("image").shape())
        .isEqualTo(Shape.of(3, 47, 61));
    assertThat(prepare(sample("tall.png"), flexible).get("image").shape())
        .isEqualTo(Shape.of(3, 32, 32));
  }

  @Test
  void everySettingHasADigestOfItsOwn() {
    List<Sha256Digest> digests = new ArrayList<>();
    for (Orientation orientation : Orientation.values()) {
      for (Fit fit : Fit.values()) {
        digests.add(new PicturePreparation(orientation, fit, PictureLimits.DEFAULT).digest());
      }
    }
    assertThat(digests).doesNotHaveDuplicates().hasSize(6);
  }

  @Test
  void anOnlyArrayGoesToTheOnlyInputAndNamedOnesToTheirs() throws Exception {
    Tensor numbers = Tensor.wrap(Shape.of(2), new float[] {1, 2});
    assertThat(prepare(arrays(Map.of("", numbers)), array("x", Shape.of(2))))
        .containsExactly(Map.entry("x", numbers));
    assertThat(
            prepare(
                arrays(Map.of("y", numbers, "x", numbers, "other", numbers)),
                array("x", Shape.of(2)),
                array("y", Shape.of(2))))
        .containsExactly(Map.entry("x", numbers), Map.entry("y", numbers));
    assertThat(
            prepare(
                arrays(Map.of("image", Tensor.wrap(Shape.of(1, 2, 2), new float[4]))),
                picture("image", ColorSpace.GRAYSCALE, 2, 2)))
        .containsOnlyKeys("image");
  }

  @Test
  void whatDoesNotFitTheModelIsSaid() {
    Tensor numbers = Tensor.wrap(Shape.of(2), new float[] {1, 2});
    assertThatThrownBy(() -> prepare(arrays(Map.of("y", numbers)), array("x", Shape.of(2))))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage("the sample has no array for input 'x'; it has (y).");
    assertThatThrownBy(() -> prepare(arrays(Map.of("x", numbers)), array("x", Shape.of(3))))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage(
            "the array for input 'x' has the shape [2], which the model does not take; it prefers"
                + " [3].");
    Tensor calls = Tensor.wrap(Shape.of(2, 3), new float[6]);
    assertThatThrownBy(() -> prepare(arrays(Map.of("x", calls)), array("x", Shape.of(3))))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage(
            "the array for input 'x' has the shape [2, 3], which the model does not take; it"
                + " prefers [3], and it takes it as calls along the first axis (--steps).");
    assertThatThrownBy(() -> prepare(sample("rgb.png"), array("x", Shape.of(3))))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage("the sample is a picture, but input 'x' takes an array.");
    assertThatThrownBy(
            () ->
                prepare(
                    sample("rgb.png"),
                    picture("a", ColorSpace.RGB, 2, 2),
                    picture("b", ColorSpace.RGB, 2, 2)))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage("the sample is one picture, but the model takes 2 pictures.");
  }

  private static Map<String, Tensor> prepare(Sample sample, InputDescription... inputs)
      throws UnreadableSampleException {
    return PicturePreparation.DEFAULT.prepare(sample, List.of(inputs));
  }

  private static InputDescription picture(String name, ColorSpace colors, int width, int height) {
    return new InputDescription.Picture(name, false, colors, width, height, List.of());
  }

  private static InputDescription array(String name, Shape shape) {
    return new InputDescription.Array(name, false, shape, List.of(), false);
  }

  private static Sample sample(String name) throws Exception {
    return SampleFiles.read(
        name, Files.readAllBytes(FIXTURES.resolve(name)), "", IngestLimits.DEFAULT);
  }

  private static Sample arrays(Map<String, Tensor> named) {
    return new Sample(
        Sha256Digest.of(new byte[0]),
        "arrays",
        new SampleContent.NamedArrays(new TreeMap<>(named)),
        "");
  }

  private static String digest(Tensor values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values.sharedArray()) {
      bytes.putFloat(value);
    }
    return Sha256Digest.of(bytes.array()).hex();
  }
}
