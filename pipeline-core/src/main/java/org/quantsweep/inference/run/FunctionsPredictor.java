package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Tensor;

/** Functions of one model, each given what it wants of every sample. */
final class FunctionsPredictor implements Predictor {
  private final List<Predictor> functions;
  private final Map<String, InputDescription> inputs = new LinkedHashMap<>();

  /**
   * Of functions that are open, which this one closes.
   *
   * @throws BadInputException when two of them want different inputs of one name
   */
  FunctionsPredictor(String model, List<Predictor> functions) {
    this.functions = List.copyOf(functions);
    for (Predictor function : functions) {
      for (InputDescription input : function.inputs()) {
        InputDescription known = inputs.putIfAbsent(input.name(), input);
        if (known != null && !known.equals(input)) {
          throw new BadInputException(
              model
                  + ": its functions want different inputs of the name '"
                  + input.name()
                  + "' ("
                  + known
                  + " and "
                  + input
                  + "), so no sample serves both.\nMaybe name one with --function.");
        }
      }
    }
  }

  @Override
  public List<InputDescription> inputs() {
    return List.copyOf(inputs.values());
  }

  /** The answers of the first function to all calls, then of the next. */
  @Override
  public List<Prediction> predictCalls(List<Map<String, Tensor>> calls)
      throws PredictionException {
    List<Prediction> answers = new ArrayList<>();
    for (Predictor function : functions) {
      List<Map<String, Tensor>> own = new ArrayList<>();
      for (Map<String, Tensor> call : calls) {
        Map<String, Tensor> wanted = new HashMap<>();
        for (InputDescription input : function.inputs()) {
          if (call.containsKey(input.name())) {
            wanted.put(input.name(), call.get(input.name()));
          }
        }
        own.add(wanted);
      }
      answers.addAll(function.predictCalls(own));
    }
    return answers;
  }

  @Override
  public void close() {
    functions.forEach(Predictor::close);
  }
}
