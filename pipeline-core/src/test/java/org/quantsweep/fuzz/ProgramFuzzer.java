package org.quantsweep.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.quantsweep.BadInputException;
import org.quantsweep.UserException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.mlprogram.ProgramFormat;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.inference.onnx.program.ProgramFrontEnd;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Reads damaged packages, decodes their weights and lowers their functions, in a process of its own
 * with little memory: what a package does to it, it would do to the product.
 *
 * <p>Arguments: the first case, the case after the last, a folder to write to, and a folder of
 * packages or nothing. It ends with 0 where every case gave a model or one clear error; otherwise
 * it tells the case.
 */
public final class ProgramFuzzer {
  private static final int LONGEST_SECONDS = 10;
  private static final int MOST_MADE = 1 << 20;
  private static final int RUN_EVERY = Integer.getInteger("fuzz.runEvery", 40);
  private static final int ZIPPED_EVERY = 20;

  private final List<Map<String, byte[]>> packages;
  private final Path archive;
  private int models;
  private int lowered;
  private int refused;
  private int ran;
  private long slowest;

  private ProgramFuzzer(List<Map<String, byte[]>> packages, Path archive) {
    this.packages = packages;
    this.archive = archive;
  }

  /** Runs the cases. */
  public static void main(String[] arguments) throws Exception {
    List<Map<String, byte[]>> packages = new ArrayList<>(FuzzedPackages.all());
    if (arguments.length > 3) {
      packages.addAll(shared(Path.of(arguments[3])));
    }
    ProgramFuzzer fuzzer = new ProgramFuzzer(packages, Path.of(arguments[2], "m.mlpackage.zip"));
    ExecutorService worker = Executors.newSingleThreadExecutor();
    int first = Integer.parseInt(arguments[0]);
    int end = Integer.parseInt(arguments[1]);
    for (int number = first; number < end; number++) {
      int seed = number;
      Future<String> run = worker.submit(() -> fuzzer.run(seed));
      String failure;
      try {
        failure = run.get(LONGEST_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        failure = "it takes longer than " + LONGEST_SECONDS + " s";
      } catch (ExecutionException e) {
        failure = trace(e.getCause());
      }
      if (!failure.isEmpty()) {
        System.out.println("case " + number + ": " + failure);
        System.exit(1);
      }
    }
    System.out.printf(
        "%d cases: %d models, %d of them lowered, %d run, %d refused; the slowest took %d ms%n",
        end - first, fuzzer.models, fuzzer.lowered, fuzzer.ran, fuzzer.refused, fuzzer.slowest);
    System.exit(0);
  }

  private static String trace(Throwable failure) {
    StringBuilder text = new StringBuilder(failure.toString());
    StackTraceElement[] trace = failure.getStackTrace();
    for (int i = 0; i < Math.min(12, trace.length); i++) {
      text.append("\n    at ").append(trace[i]);
    }
    return text.toString();
  }

  /** Small packages as people make them. */
  private static List<Map<String, byte[]>> shared(Path folder) throws IOException {
    List<Map<String, byte[]>> packages = new ArrayList<>();
    for (String name :
        List.of(
            "WhileLoop",
            "Condition",
            "StatefulAverage",
            "StatefulKeyValueCache",
            "OptionalInputWithDefault",
            "Float16Features",
            "BlendTwoPictures",
            "GreyPictureOut")) {
      Path root = folder.resolve(name + ".mlpackage");
      Map<String, byte[]> parts = new TreeMap<>();
      try (Stream<Path> walked = Files.walk(root)) {
        for (Path file : walked.filter(Files::isRegularFile).toList()) {
          parts.put(root.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      packages.add(parts);
    }
    return packages;
  }

  /** What was wrong with a case, or nothing. */
  private String run(int number) throws IOException {
    Random random = new Random(71L * number + 5);
    Map<String, byte[]> parts = packages.get(random.nextInt(packages.size()));
    long start = System.nanoTime();
    String failure = "";
    try {
      CoreMLModel model =
          number % ZIPPED_EVERY == 0
              ? ModelReader.read(zipped(parts, random))
              : ModelReader.read(Programs.files(PackageMutation.of(parts, random)), "m.mlpackage");
      models++;
      for (WeightTensor tensor : model.weightTensors()) {
        tensor.values();
      }
      if (number % RUN_EVERY == RUN_EVERY - 1) {
        run(model);
      }
      lower(model);
      for (CoreMLModel stage : model.stages()) {
        lower(stage);
      }
      lowered++;
    } catch (PredictionException e) {
      refused++;
    } catch (UserException e) {
      refused++;
      failure = form(e.getMessage());
    }
    slowest = Math.max(slowest, (System.nanoTime() - start) / 1_000_000);
    return failure;
  }

  /** A damaged archive, in the place of the one before. */
  private Path zipped(Map<String, byte[]> parts, Random random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(part.getKey()));
        zip.write(part.getValue());
      }
    }
    return Files.write(archive, PackageMutation.damaged(bytes.toByteArray(), random));
  }

  /** Where and what; then a cure on a line of its own. */
  private String form(String message) {
    int cure = message.lastIndexOf("\nMaybe ");
    boolean isNamed = message.startsWith("m.mlpackage") || message.startsWith(archive.toString());
    boolean fits =
        isNamed
            && cure > 0
            && message.endsWith(".")
            && !message.contains("..\n")
            && !message.contains("(null)")
            && !message.contains(", null");
    return fits ? "" : "its message has not the form of messages: " + message;
  }

  private static void lower(CoreMLModel model) {
    if (!ProgramFormat.isFormatOf(model)) {
      return;
    }
    for (String function : model.functions()) {
      CoreMLModel seen = model.asFunction(function);
      LoweredModel graph =
          new ProgramFrontEnd(seen, FloatPrecision.FLOAT32, ProgramFuzzer::zeros)
              .lower(shapes(seen), List.of());
      graph.graph().sharedBytes();
    }
  }

  /** On zeros, as a model's first run is; this is why it happens in a process of its own. */
  private void run(CoreMLModel model) throws PredictionException {
    Map<String, Tensor> zeros = new HashMap<>();
    shapes(model)
        .forEach(
            (name, shape) -> {
              if (shape.elementCount() > MOST_MADE) {
                throw new BadInputException(
                    "m.mlpackage: too large for this test.\nMaybe skip it.");
              }
              zeros.put(name, Tensor.wrap(shape, new float[(int) shape.elementCount()]));
            });
    try (Predictor predictor =
        InferenceEngines.onnxRuntime(Duration.ofSeconds(LONGEST_SECONDS / 2)).open(model)) {
      predictor.predict(zeros);
      ran++;
    }
  }

  private static Map<String, Shape> shapes(CoreMLModel model) {
    Map<String, Shape> inputs = new HashMap<>();
    for (InputDescription input : model.inputs()) {
      inputs.put(
          input.name(),
          input instanceof InputDescription.Picture picture
              ? Shape.of(picture.colorSpace().channels(), picture.height(), picture.width())
              : ((InputDescription.Array) input).shape());
    }
    return inputs;
  }

  /** Stands in for the engine, which no damaged graph is given to in this process. */
  private static Map<String, Tensor> zeros(LoweredModel graph) {
    Map<String, Tensor> answers = new HashMap<>();
    for (Map.Entry<String, Shape> answer : graph.shapes().entrySet()) {
      if (answer.getValue().elementCount() > MOST_MADE) {
        throw new UnsupportedLayerException("its constants are larger than this test makes");
      }
      answers.put(
          answer.getKey(),
          Tensor.wrap(answer.getValue(), new float[(int) answer.getValue().elementCount()]));
    }
    return answers;
  }
}
