package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.tensor.Tensor;

/**
 * Looks at the first samples that a model runs on for numbers which half precision cannot hold
 * where the model declares it: a device overflows there, and the engine here does not. It only
 * warns, so that what goes wrong in looking is passed over.
 */
final class HalfOverflow {
  private static final int MOST_SAMPLES = 16;
  private static final int MOST_NAMES = 5;

  private final String name;
  private final CoreMLModel model;
  private final InferenceEngine engine;
  private final SortedMap<String, Float> largest = new TreeMap<>();
  private int left;

  /**
   * Of one model.
   *
   * @param name for the warning
   * @param engine in single precision
   */
  HalfOverflow(String name, CoreMLModel model, InferenceEngine engine) {
    this.name = name;
    this.model = model;
    this.engine = engine;
    this.left = declaresHalf(model) ? MOST_SAMPLES : 0;
  }

  private static boolean declaresHalf(CoreMLModel model) {
    return model.stages().stream().anyMatch(HalfOverflow::declaresHalf)
        || model.format().functions().stream()
            .filter(function -> function.name().equals(model.function()))
            .anyMatch(FunctionSummary::declaresHalfPrecision);
  }

  /** The same model, looked at while it answers; it is opened once more for that. */
  Predictor watching(Predictor opened) {
    return new Watching(opened);
  }

  /**
   * The constants of a model, or of its stages, that half precision cannot hold: a sentence for
   * each.
   */
  static List<String> ofConstants(CoreMLModel model) {
    List<String> sentences = new ArrayList<>();
    for (String function : model.functions()) {
      String where = model.functions().size() > 1 ? "function '" + function + "': " : "";
      model.format().halfOverflows(function).forEach(found -> sentences.add(where + found));
    }
    for (int i = 0; i < model.stages().size(); i++) {
      String where = "stage[" + i + "]: ";
      ofConstants(model.stages().get(i)).forEach(found -> sentences.add(where + found));
    }
    return sentences;
  }

  /**
   * Runs the model only to look, whatever was looked at before.
   *
   * @param calls the inputs of each call
   * @throws PredictionException when it cannot be run on them
   * @throws BadInputException when it cannot run
   */
  void look(List<Map<String, Tensor>> calls) throws PredictionException {
    try (MagnitudeProbe probe = engine.openProbe(model)) {
      look(probe, calls);
    }
  }

  /** The largest magnitude of each half-precision value that was seen, by its name. */
  synchronized SortedMap<String, Float> largest() {
    return new TreeMap<>(largest);
  }

  /** What is to be said; empty where nothing was too large. */
  Optional<String> warning() {
    return finding().map(sentence -> "warning: " + name + ": " + sentence);
  }

  /** As {@link #warning}, without saying of which model. */
  synchronized Optional<String> finding() {
    List<Map.Entry<String, Float>> beyond = new ArrayList<>();
    for (Map.Entry<String, Float> value : largest.entrySet()) {
      // What is infinite was meant so, as in a mask.
      if (value.getValue() > MagnitudeProbe.LARGEST_HALF && Float.isFinite(value.getValue())) {
        beyond.add(value);
      }
    }
    if (beyond.isEmpty()) {
      return Optional.empty();
    }
    beyond.sort(Map.Entry.<String, Float>comparingByValue().reversed());
    List<String> names = new ArrayList<>();
    beyond.stream()
        .limit(MOST_NAMES)
        .forEach(value -> names.add(value.getKey() + " (" + value.getValue() + ")"));
    return Optional.of(
        "half-precision values exceed "
            + (int) MagnitudeProbe.LARGEST_HALF
            + ", where a device that computes in float16 overflows: "
            + String.join(", ", names)
            + (beyond.size() > MOST_NAMES ? " and " + (beyond.size() - MOST_NAMES) + " more" : ""));
  }

  private void look(MagnitudeProbe probe, List<Map<String, Tensor>> calls)
      throws PredictionException {
    SortedMap<String, Float> found = probe.largest(calls);
    synchronized (this) {
      found.forEach((value, magnitude) -> largest.merge(value, magnitude, Math::max));
    }
  }

  private synchronized boolean takesAnother() {
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }

  private synchronized void stop() {
    left = 0;
  }

  private final class Watching extends AttendedPredictor {
    private MagnitudeProbe probe;

    private Watching(Predictor opened) {
      super(opened);
    }

    @Override
    public List<Prediction> predictCalls(List<Map<String, Tensor>> calls)
        throws PredictionException {
      List<Prediction> answers = model().predictCalls(calls);
      if (takesAnother()) {
        try {
          look(probe(), calls);
        } catch (PredictionException | BadInputException | EngineFaultException e) {
          stop();
        }
      }
      return answers;
    }

    private synchronized MagnitudeProbe probe() {
      if (probe == null) {
        probe = engine.openProbe(model);
      }
      return probe;
    }

    @Override
    public synchronized void close() {
      super.close();
      if (probe != null) {
        probe.close();
      }
    }
  }
}
