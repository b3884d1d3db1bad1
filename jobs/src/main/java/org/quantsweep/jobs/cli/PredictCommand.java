package org.quantsweep.jobs.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.datasets.numpy.NpyReader;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.datasets.numpy.NpzWriter;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a model. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Run a model on pictures or named arrays.",
    footer = {
      "",
      "Examples: quantsweep predict SqueezeNet.mlmodel cat.jpg",
      "          quantsweep predict Net.mlmodel --input x.npz --output y.npz",
      "          quantsweep predict Net.mlmodel --input image=cat.png --output y.npz"
    })
final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private RunLimit runLimit = new RunLimit();

  @Parameters(index = "0", paramLabel = "M", description = "The model file.")
  private InputFile model;

  @Parameters(index = "1..*", paramLabel = "PICTURE", description = "Pictures to answer.")
  private List<InputFile> pictures = new ArrayList<>();

  @Option(
      names = "--input",
      paramLabel = "[NAME=]FILE",
      description = "An .npz of named arrays, or a picture or .npy for one input.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "Y.npz",
      description = "One array for each output; without it, text and pictures.")
  private OutputFile output;

  @Override
  public Integer call() {
    if (inputs.isEmpty() == pictures.isEmpty()) {
      throw new UsageException(
          "predict wants either pictures or --input.\nMaybe write quantsweep predict M.mlmodel"
              + " picture.png.");
    }
    CoreMLModel opened = ModelReader.read(model.file());
    Duration limit = runLimit.limit();
    try (Predictor predictor = opened(opened, limit)) {
      if (!inputs.isEmpty()) {
        Prediction answer = predict(predictor, named(opened), String.join(", ", inputs));
        if (output != null) {
          output.write(arrays(answer));
        } else {
          print(model.file().getFileName().toString(), opened, answer);
        }
        return 0;
      }
      for (InputFile picture : pictures) {
        Prediction answer = predict(predictor, prepared(opened, picture), picture.name());
        if (output != null && pictures.size() == 1) {
          output.write(arrays(answer));
        } else {
          print(picture.name(), opened, answer);
        }
      }
      return 0;
    }
  }

  private Predictor opened(CoreMLModel read, Duration limit) {
    return watchdog().watch(() -> InferenceEngines.onnxRuntime(limit).open(read));
  }

  private Watchdog watchdog() {
    return Watchdog.over(model.name(), runLimit.limit(), spec.commandLine().getErr());
  }

  private Prediction predict(Predictor predictor, Map<String, Tensor> given, String where) {
    try {
      return watchdog().watch(() -> predictor.predict(given));
    } catch (PredictionException e) {
      throw new BadInputException(
          where + ": " + e.getMessage() + ".\nMaybe look at the inputs with quantsweep inspect.",
          e);
    }
  }

  private static SortedMap<String, Tensor> prepared(CoreMLModel model, InputFile file) {
    return preparedFor(model, file, model.inputs());
  }

  private SortedMap<String, Tensor> named(CoreMLModel opened) {
    SortedMap<String, Tensor> given = new TreeMap<>();
    for (String input : inputs) {
      // A folder may hold the sign too: part of a path is no name.
      int equals = input.substring(0, (input + "/").indexOf('/')).indexOf('=');
      String name = equals < 0 ? "" : input.substring(0, equals);
      InputFile file = InputFile.of(input.substring(equals + 1));
      String lower = file.name().toLowerCase(Locale.ROOT);
      try {
        if (lower.endsWith(".npz")) {
          given.putAll(NpzReader.read(file.bytes(), IngestLimits.DEFAULT.arrays().bytes()));
        } else if (lower.endsWith(".npy")) {
          given.put(only(opened, name), NpyReader.read(file.bytes()));
        } else {
          String wanted = only(opened, name);
          List<InputDescription> descriptions =
              opened.inputs().stream().filter(each -> each.name().equals(wanted)).toList();
          CoreMLModel owner = opened;
          given.putAll(preparedFor(owner, file, descriptions));
        }
      } catch (UnreadableSampleException e) {
        throw new BadInputException(
            file + ": " + e.getMessage() + ".\nMaybe write it again with numpy.savez.", e);
      }
    }
    return given;
  }

  private static SortedMap<String, Tensor> preparedFor(
      CoreMLModel model, InputFile file, List<InputDescription> descriptions) {
    if (descriptions.isEmpty()) {
      throw new UsageException(
          model.name()
              + ": there is no such input; the inputs are "
              + model.inputs().stream().map(InputDescription::name).toList()
              + ".\nMaybe write NAME=FILE.");
    }
    PicturePreparation preparation = PicturePreparation.DEFAULT;
    try {
      Sample sample =
          SampleFiles.read(
              file.file().getFileName().toString(), file.bytes(), "", IngestLimits.DEFAULT);
      return preparation.prepare(sample, descriptions);
    } catch (UnreadableSampleException e) {
      throw new BadInputException(
          file + ": " + e.getMessage() + ".\nMaybe name another picture.", e);
    }
  }

  private static String only(CoreMLModel model, String name) {
    if (!name.isEmpty()) {
      return name;
    }
    if (model.inputs().size() != 1) {
      throw new UsageException(
          model.name()
              + ": it has several inputs, "
              + model.inputs().stream().map(InputDescription::name).toList()
              + ".\nMaybe write --input NAME=FILE.");
    }
    return model.inputs().get(0).name();
  }

  /** One array for each output; probabilities as keys and values, labels as one text or number. */
  private static byte[] arrays(Prediction prediction) {
    NpzWriter arrays = new NpzWriter();
    prediction
        .outputs()
        .forEach(
            (name, value) -> {
              if (value instanceof OutputValue.Array array) {
                arrays.add(name, array.values());
              } else if (value instanceof OutputValue.Picture picture) {
                arrays.add(name, picture.values());
              } else if (value instanceof OutputValue.ClassLabel label) {
                if (label.integer()) {
                  arrays.add(name, new long[] {Long.parseLong(label.label())});
                } else {
                  arrays.add(name, List.of(label.label()));
                }
              } else if (value instanceof OutputValue.Probabilities probabilities) {
                arrays.add(name + ".keys", probabilities.labels());
                arrays.add(name + ".values", probabilities.values());
              }
            });
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      arrays.writeTo(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be written.", e);
    }
    return bytes.toByteArray();
  }

  private void print(String source, CoreMLModel opened, Prediction prediction) {
    Map<String, Object> summary = new TreeMap<>();
    prediction
        .outputs()
        .forEach((name, value) -> summary.put(name, summary(source, opened, name, value)));
    if (common.json()) {
      spec.commandLine()
          .getOut()
          .println(CommonOptions.toJson(Map.of("input", source, "outputs", summary)));
    } else {
      StringBuilder line = new StringBuilder(source).append(':');
      summary.forEach((name, text) -> line.append(' ').append(name).append('=').append(text));
      spec.commandLine().getOut().println(line);
    }
  }

  private static Object summary(String source, CoreMLModel opened, String name, OutputValue value) {
    if (value instanceof OutputValue.ClassLabel label) {
      return label.label();
    }
    if (value instanceof OutputValue.Probabilities probabilities) {
      int best = 0;
      for (int i = 1; i < probabilities.values().size(); i++) {
        best = probabilities.values().get(i) > probabilities.values().get(best) ? i : best;
      }
      return String.format(
          Locale.ROOT,
          "%.4f (%s)",
          probabilities.values().get(best),
          probabilities.labels().get(best));
    }
    if (value instanceof OutputValue.Picture picture) {
      OutputFile file = new OutputFile(source.replaceFirst("\\.[^./]*$", "") + "-" + name + ".png");
      file.write(png(picture.values(), colorSpace(opened, name)));
      return file.name();
    }
    return ((OutputValue.Array) value).values().shape().toString();
  }

  private static ColorSpace colorSpace(CoreMLModel model, String name) {
    for (OutputDescription output : model.outputs()) {
      if (output instanceof OutputDescription.Picture picture && picture.name().equals(name)) {
        return picture.colorSpace();
      }
    }
    return ColorSpace.RGB;
  }

  private static byte[] png(Tensor values, ColorSpace colorSpace) {
    Shape shape = values.shape();
    int height = shape.length(-2);
    int width = shape.length(-1);
    int plane = width * height;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int band = 0; band < 3; band++) {
          int channel =
              colorSpace.channels() == 1 ? 0 : colorSpace == ColorSpace.BGR ? 2 - band : band;
          float value = values.get(channel * plane + y * width + x);
          rgb = rgb << 8 | (int) Math.rint(Math.max(0, Math.min(255, value)));
        }
        image.setRGB(x, y, rgb);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be written.", e);
    }
    return bytes.toByteArray();
  }
}
