package org.quantsweep.inference;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Opens models. Travels to executors, so it is a value. */
public interface InferenceEngine extends Serializable {
  /** How long a run may take unless it is said: far longer than any that is of use. */
  Duration RUN_LIMIT = Duration.ofMinutes(10);

  /**
   * Opens a model.
   *
   * @throws org.quantsweep.BadInputException listing every layer that cannot run, with its type
   * @throws EngineFaultException when the engine fails, which tells nothing of the model
   */
  Predictor open(CoreMLModel model);

  /**
   * Opens a model that also tells the live blobs at some boundaries (see {@link
   * org.quantsweep.coreml.ModelCuts}).
   *
   * @throws org.quantsweep.BadInputException as {@link #open}
   */
  TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries);

  /**
   * Opens the layers between two boundaries.
   *
   * @param from the boundary before its first layer
   * @param to the boundary behind its last layer, at least {@code from}
   * @param values values that take the place of weight tensors' own, by identity, in the same shape
   */
  NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values);

  /**
   * Opens a model that tells how large its half-precision numbers become.
   *
   * @throws org.quantsweep.BadInputException as {@link #open}
   */
  default MagnitudeProbe openProbe(CoreMLModel model) {
    return MagnitudeProbe.NOTHING;
  }

  /**
   * What {@link #open} opens of a model of several functions: the model seen as each of these, as
   * the first of which its parts are opened.
   */
  default List<CoreMLModel> opened(CoreMLModel model) {
    return List.of(model);
  }

  /**
   * The shapes of a model's values where the model gets the inputs that it prefers, as far as they
   * are known without a run; for reports. Values inside branches and loops are left out.
   *
   * @throws org.quantsweep.BadInputException as {@link #open}
   */
  default Map<String, Shape> shapes(CoreMLModel model) {
    return Map.of();
  }

  /**
   * The same engine for models that have been run before, which need not be tried first: where the
   * first run of a model is watched.
   */
  default InferenceEngine ofKnownModels() {
    return this;
  }

  /** Name and version, for digests and provenance, for example {@code onnxruntime 1.28.0}. */
  String identity();
}
