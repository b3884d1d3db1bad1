package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** Real models against what PyTorch answers, in float32. */
class GoldenPredictionTest {
  private static final double TOLERANCE = 1e-3;

  static List<String> models() throws IOException {
    if (!SharedData.isPresent()) {
      // One case that aborts and says what was left out.
      return List.of("every shared model");
    }
    try (Stream<Path> folders = Files.list(SharedData.path("golden"))) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> Files.exists(SharedData.path("models/" + name + ".mlmodel")))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void answersLikePyTorch(String name) throws IOException, PredictionException {
    check(name, ModelReader.read(SharedData.path("models/" + name + ".mlmodel")));
  }

  @ParameterizedTest
  @MethodSource("models")
  void answersLikePyTorchWithItsNormsFoldedAway(String name)
      throws IOException, PredictionException {
    CoreMLModel given = ModelReader.read(SharedData.path("models/" + name + ".mlmodel"));
    CoreMLModel folded = Rewrite.FOLD_BATCH_NORM.apply(given);
    if (!folded.digest().equals(given.digest())) {
      check(name, folded);
    }
  }

  static void check(String name, CoreMLModel model) throws IOException, PredictionException {
    Path folder = SharedData.path("golden/" + name);
    Map<String, Tensor> expected = NpzArrays.read(folder.resolve("expected.npz"));
    boolean subsampled = Files.exists(folder.resolve("SUBSAMPLED"));
    int samples = 0;
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(model)) {
      for (int number = 0; ; number++) {
        String input = String.format("input_%02d", number);
        Map<String, Tensor> inputs;
        if (Files.exists(folder.resolve(input + ".png"))) {
          InputDescription.Picture picture = (InputDescription.Picture) predictor.inputs().get(0);
          inputs = Map.of(picture.name(), picture(folder.resolve(input + ".png"), picture));
        } else if (Files.exists(folder.resolve(input + ".npz"))) {
          inputs = NpzArrays.read(folder.resolve(input + ".npz"));
        } else {
          break;
        }
        Prediction prediction = predictor.predict(inputs);
        for (Map.Entry<String, OutputValue> output : prediction.outputs().entrySet()) {
          if (output.getValue() instanceof OutputValue.ClassLabel) {
            continue;
          }
          Tensor wanted = expected.get(output.getKey() + String.format("_%02d", number));
          assertThat(wanted)
              .as("%s_%02d of %s", output.getKey(), number, expected.keySet())
              .isNotNull();
          compare(
              wanted,
              numbers(output.getValue()),
              new Closeness(subsampled, TOLERANCE),
              name + " " + input);
          samples++;
        }
      }
    }
    assertThat(samples).isPositive();
  }

  /**
   * How close answers have to be.
   *
   * @param subsampled whether wide answers hold every fourth row and column
   * @param tolerance relative to the largest number
   */
  record Closeness(boolean subsampled, double tolerance) {}

  static void compare(Tensor wanted, Tensor given, Closeness closeness, String where) {
    Tensor taken =
        closeness.subsampled() && given.size() != wanted.size() ? everyFourth(given) : given;
    assertThat(taken.size()).as(where).isEqualTo(wanted.size());
    double largest = 0;
    double worst = 0;
    int top = 0;
    int wantedTop = 0;
    for (int i = 0; i < wanted.size(); i++) {
      largest = Math.max(largest, Math.abs(wanted.get(i)));
      worst = Math.max(worst, Math.abs(wanted.get(i) - taken.get(i)));
      top = taken.get(i) > taken.get(top) ? i : top;
      wantedTop = wanted.get(i) > wanted.get(wantedTop) ? i : wantedTop;
    }
    assertThat(worst / Math.max(largest, 1e-30)).as(where).isLessThan(closeness.tolerance());
    if (wanted.shape().rank() == 1) {
      assertThat(top).as(where).isEqualTo(wantedTop);
    }
  }

  private static Tensor everyFourth(Tensor values) {
    Shape shape = values.shape();
    int rows = (shape.length(-2) + 3) / 4;
    int columns = (shape.length(-1) + 3) / 4;
    int planes = values.size() / (shape.length(-2) * shape.length(-1));
    float[] taken = new float[planes * rows * columns];
    for (int plane = 0; plane < planes; plane++) {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          taken[(plane * rows + row) * columns + column] =
              values.get((plane * shape.length(-2) + row * 4) * shape.length(-1) + column * 4);
        }
      }
    }
    return Tensor.wrap(Shape.of(planes, rows, columns), taken);
  }

  static Tensor numbers(OutputValue value) {
    if (value instanceof OutputValue.Array array) {
      return array.values();
    }
    return value instanceof OutputValue.Picture picture
        ? picture.values()
        : ((OutputValue.Probabilities) value).values();
  }

  static Tensor picture(Path file, InputDescription.Picture input) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    int width = image.getWidth();
    int height = image.getHeight();
    int channels = input.colorSpace().channels();
    float[] values = new float[channels * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          int band = input.colorSpace() == ColorSpace.BGR ? 2 - channel : channel;
          values[(channel * height + y) * width + x] =
              image
                  .getRaster()
                  .getSample(x, y, Math.min(band, image.getRaster().getNumBands() - 1));
        }
      }
    }
    return Tensor.wrap(Shape.of(channels, height, width), values);
  }
}
