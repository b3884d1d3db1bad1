package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.onnx.OnnxLowering;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A model with a session for each of the last few shapes of its inputs. */
final class OnnxRuntimePredictor implements Predictor {
  private static final int SESSIONS = 4;

  private final CoreMLModel model;
  private final String probabilities;
  private final boolean exact;
  private final LinkedHashMap<Map<String, Shape>, OnnxSession> sessions =
      new LinkedHashMap<>(8, 0.75f, true);

  /** Opens the session of the preferred shapes, so that what cannot run is said at once. */
  OnnxRuntimePredictor(CoreMLModel model) {
    this.model = model;
    this.probabilities = OnnxLowering.probabilityBlob(model);
    this.exact = OnnxLowering.isExactMapping(model);
    Map<String, Shape> preferred = new TreeMap<>();
    for (InputDescription input : model.inputs()) {
      if (input instanceof InputDescription.Picture picture) {
        preferred.put(
            input.name(),
            Shape.of(picture.colorSpace().channels(), picture.height(), picture.width()));
      } else if (!input.optional()) {
        preferred.put(input.name(), ((InputDescription.Array) input).shape());
      }
    }
    session(preferred);
  }

  @Override
  public List<InputDescription> inputs() {
    return model.inputs();
  }

  @Override
  public Prediction predict(Map<String, Tensor> inputs) throws PredictionException {
    Map<String, Shape> shapes = new TreeMap<>();
    for (InputDescription input : model.inputs()) {
      Tensor tensor = inputs.get(input.name());
      if (tensor == null) {
        if (!input.optional()) {
          throw new PredictionException("input '" + input.name() + "' is missing");
        }
        continue;
      }
      requireShape(input, tensor.shape());
      shapes.put(input.name(), tensor.shape());
    }
    OnnxSession session = session(shapes);
    try {
      return prediction(session.run(inputs));
    } catch (OrtException e) {
      throw new PredictionException("the engine failed: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    sessions.values().forEach(OnnxSession::close);
    sessions.clear();
  }

  private static void requireShape(InputDescription input, Shape shape) throws PredictionException {
    boolean allowed =
        input instanceof InputDescription.Picture picture
            ? shape.rank() == 3
                && shape.length(0) == picture.colorSpace().channels()
                && picture.allows(shape.length(2), shape.length(1))
            : ((InputDescription.Array) input).allows(shape);
    if (!allowed) {
      throw new PredictionException(
          "input '" + input.name() + "' of shape " + shape + " is not what the model allows");
    }
  }

  private synchronized OnnxSession session(Map<String, Shape> shapes) {
    OnnxSession session = sessions.get(shapes);
    if (session == null) {
      session = new OnnxSession(model.name(), OnnxLowering.lower(model, shapes));
      sessions.put(shapes, session);
      if (sessions.size() > SESSIONS) {
        // Still in use by another thread, perhaps: it is closed when its last run ends.
        sessions.remove(sessions.keySet().iterator().next()).close();
      }
    }
    return session;
  }

  private Prediction prediction(Map<String, Tensor> blobs) {
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    for (OutputDescription output : model.outputs()) {
      if (output instanceof OutputDescription.Picture) {
        Tensor blob = blobs.get(output.name());
        outputs.put(output.name(), new OutputValue.Picture(withoutBatch(blob, 3)));
      } else if (output instanceof OutputDescription.Array array) {
        outputs.put(output.name(), new OutputValue.Array(array(array, blobs.get(output.name()))));
      } else if (output instanceof OutputDescription.Probabilities described) {
        Tensor blob = blobs.get(probabilities);
        outputs.put(
            output.name(),
            new OutputValue.Probabilities(described.labels(), blob.reshape(Shape.of(blob.size()))));
      } else if (output instanceof OutputDescription.ClassLabel label) {
        outputs.put(output.name(), classLabel(label, blobs.get(probabilities)));
      }
    }
    return new Prediction(outputs);
  }

  private OutputValue classLabel(OutputDescription.ClassLabel output, Tensor scores) {
    int best = 0;
    for (int i = 1; i < scores.size(); i++) {
      if (scores.get(i) > scores.get(best)) {
        best = i;
      }
    }
    List<String> labels = List.of();
    for (OutputDescription other : model.outputs()) {
      if (other instanceof OutputDescription.Probabilities described) {
        labels = described.labels();
      }
    }
    String label = best < labels.size() ? labels.get(best) : Integer.toString(best);
    return new OutputValue.ClassLabel(label, output.integer());
  }

  /**
   * In the described shape where it fits; else as the network has it, old ones without the batch.
   */
  private Tensor array(OutputDescription.Array described, Tensor blob) {
    if (described.shape().rank() > 0 && described.shape().elementCount() == blob.size()) {
      return blob.reshape(described.shape());
    }
    if (exact || blob.shape().rank() != 4) {
      return blob;
    }
    Shape shape = blob.shape();
    return shape.length(2) == 1 && shape.length(3) == 1
        ? blob.reshape(Shape.of(blob.size()))
        : withoutBatch(blob, 3);
  }

  private static Tensor withoutBatch(Tensor blob, int rank) {
    int[] lengths = blob.shape().lengths();
    if (lengths.length != rank + 1 || lengths[0] != 1) {
      return blob;
    }
    int[] kept = new int[rank];
    System.arraycopy(lengths, 1, kept, 0, rank);
    return blob.reshape(Shape.of(kept));
  }
}
