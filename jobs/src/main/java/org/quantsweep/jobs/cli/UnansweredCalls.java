package org.quantsweep.jobs.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.tensor.Tensor;

/** Counts the samples that a judged model does not answer: they would disagree in silence. */
final class UnansweredCalls {
  private int count;
  private String first = "";

  /** The same model, whose failures are noted here. */
  Predictor noting(Predictor model) {
    return new Noting(model);
  }

  /** What is to be said of them; empty where every sample was answered. */
  synchronized Optional<String> note(String model) {
    return count == 0
        ? Optional.empty()
        : Optional.of(
            model
                + ": it does not answer "
                + count
                + (count == 1 ? " sample, which counts" : " samples, which count")
                + " as disagreement; the first: "
                + first);
  }

  private synchronized void add(PredictionException failure) {
    count++;
    first = first.isEmpty() ? failure.getMessage() : first;
  }

  private final class Noting extends AttendedPredictor {
    private Noting(Predictor model) {
      super(model);
    }

    @Override
    public List<Prediction> predictCalls(List<Map<String, Tensor>> calls)
        throws PredictionException {
      try {
        return model().predictCalls(calls);
      } catch (PredictionException e) {
        add(e);
        throw e;
      }
    }
  }
}
