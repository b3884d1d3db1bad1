package org.quantsweep.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.quantsweep.UserException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.tensor.Tensor;

/**
 * Predicts for a program of another language, in one warm JVM. Requests come line by line on
 * standard input, and each is answered by one line on standard output. Fields are parted by tabs
 * and percent-encoded:
 *
 * <ul>
 *   <li>{@code open MODEL FUNCTION} is answered by {@code ok ID}; an empty function is the default
 *   <li>{@code predict ID OUTPUT.npz CALL.npz ...} runs calls that follow each other, writes the
 *       answer of the last one, and is answered by {@code ok}, then {@code label NAME LABEL} for a
 *       class label and {@code labels NAME COUNT LABEL ...} for probabilities
 *   <li>{@code close ID} is answered by {@code ok}
 * </ul>
 *
 * <p>What the model or its inputs are at fault for is answered by {@code error MESSAGE}, anything
 * else by {@code fault STACK}.
 */
public final class PredictionServer {
  private final InferenceEngine engine;
  private final Map<String, Predictor> open = new HashMap<>();
  private int opened;

  private PredictionServer(InferenceEngine engine) {
    this.engine = engine;
  }

  /** Answers until standard input ends. The only argument is the precision, if there is one. */
  public static void main(String[] arguments) throws IOException {
    FloatPrecision precision =
        FloatPrecision.valueOf(
            arguments.length > 0 ? arguments[0].toUpperCase(Locale.ROOT) : "FLOAT32");
    PredictionServer server =
        new PredictionServer(InferenceEngines.onnxRuntime(InferenceEngine.RUN_LIMIT, precision));
    // Whatever else prints must not stand between the answers.
    PrintStream answers = System.out;
    System.setOut(System.err);
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      List<String> request =
          Arrays.stream(line.split("\t", -1))
              .map(field -> URLDecoder.decode(field, StandardCharsets.UTF_8))
              .toList();
      answers.println(
          server.answered(request).stream()
              .map(field -> URLEncoder.encode(field, StandardCharsets.UTF_8))
              .collect(Collectors.joining("\t")));
      answers.flush();
    }
  }

  @SuppressWarnings("IllegalCatch") // Every fault goes to the other side, which counts it.
  private List<String> answered(List<String> request) {
    try {
      return switch (request.get(0)) {
        case "open" -> open(Path.of(request.get(1)), request.get(2));
        case "predict" -> predict(request.subList(1, request.size()));
        case "close" -> {
          open.remove(request.get(1)).close();
          yield List.of("ok");
        }
        default -> List.of("fault", "unknown request " + request.get(0));
      };
    } catch (PredictionException | UserException e) {
      return List.of("error", String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException | Error e) {
      StringWriter stack = new StringWriter();
      e.printStackTrace(new PrintWriter(stack));
      return List.of("fault", stack.toString());
    }
  }

  private List<String> open(Path file, String function) throws IOException {
    CoreMLModel model = ModelReader.read(file);
    Predictor predictor = engine.open(function.isEmpty() ? model : model.asFunction(function));
    String id = Integer.toString(opened++);
    open.put(id, predictor);
    return List.of("ok", id);
  }

  private List<String> predict(List<String> request) throws IOException, PredictionException {
    List<Map<String, Tensor>> calls = new ArrayList<>();
    for (String call : request.subList(2, request.size())) {
      calls.add(NpzArrays.read(Path.of(call)));
    }
    List<Prediction> predictions = open.get(request.get(0)).predictCalls(calls);
    List<String> answer = new ArrayList<>(List.of("ok"));
    Map<String, Tensor> arrays = new TreeMap<>();
    predictions
        .get(predictions.size() - 1)
        .outputs()
        .forEach(
            (name, value) -> {
              if (value instanceof OutputValue.Array array) {
                arrays.put(name, array.values());
              } else if (value instanceof OutputValue.Picture picture) {
                arrays.put(name, picture.values());
              } else if (value instanceof OutputValue.ClassLabel label) {
                answer.addAll(List.of("label", name, label.label()));
              } else if (value instanceof OutputValue.Probabilities probabilities) {
                arrays.put(name, probabilities.values());
                List<String> labels = probabilities.labels();
                Stream.concat(
                        Stream.of("labels", name, Integer.toString(labels.size())), labels.stream())
                    .forEach(answer::add);
              }
            });
    NpzArrays.write(Path.of(request.get(1)), arrays);
    return answer;
  }
}
