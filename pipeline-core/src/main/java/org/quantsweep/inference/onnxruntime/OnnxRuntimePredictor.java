package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
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
  /** Open at once: each holds its own copy of the weights. */
  private static final int SESSIONS = 4;

  private final CoreMLModel model;
  private final String probabilities;
  private final List<String> labels;
  private final boolean exact;
  private final LinkedHashMap<Map<String, Shape>, OnnxSession> sessions =
      new LinkedHashMap<>(8, 0.75f, true);
  private boolean closed;

  /** Opens the session of the preferred shapes, so that what cannot run is said at once. */
  OnnxRuntimePredictor(CoreMLModel model) {
    this.model = model;
    Map<String, Shape> preferred = new TreeMap<>();
    boolean known = true;
    for (InputDescription input : model.inputs()) {
      if (input.optional()) {
        continue;
      }
      if (input instanceof InputDescription.Picture picture) {
        preferred.put(
            input.name(),
            Shape.of(picture.colorSpace().channels(), picture.height(), picture.width()));
      } else if (input instanceof InputDescription.Array array) {
        preferred.put(input.name(), array.shape());
        known &= array.shape().rank() > 0;
      }
    }
    if (known || !model.kind().isNeuralNetwork()) {
      session(preferred).end();
    } else {
      OnnxLowering.requireKnownLayers(model);
    }
    this.probabilities = OnnxLowering.probabilityBlob(model);
    this.labels = OnnxLowering.classLabels(model);
    this.exact = OnnxLowering.isExactMapping(model);
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
    OnnxSession session;
    try {
      session = session(shapes);
    } catch (BadInputException e) {
      // The preferred shapes have run: it is these that do not fit.
      throw new PredictionException("inputs of shapes " + shapes + ": " + e.getMessage(), e);
    }
    try {
      return prediction(session.run(inputs));
    } catch (OrtException e) {
      throw new PredictionException("the engine failed: " + e.getMessage(), e);
    } finally {
      session.end();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
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

  /** An open session, which the caller ends: it is not closed before. */
  private synchronized OnnxSession session(Map<String, Shape> shapes) {
    if (closed) {
      throw new IllegalStateException(model.name() + ": the predictor is closed.");
    }
    OnnxSession session = sessions.get(shapes);
    if (session == null) {
      session = new OnnxSession(model.name(), OnnxLowering.lower(model, shapes));
      sessions.put(shapes, session);
      if (sessions.size() > SESSIONS) {
        // Perhaps another thread still runs it: then its last run closes it.
        sessions.remove(sessions.keySet().iterator().next()).close();
      }
    }
    session.begin();
    return session;
  }

  private Prediction prediction(Map<String, Tensor> blobs) {
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    for (OutputDescription output : model.outputs()) {
      if (output instanceof OutputDescription.Picture) {
        Tensor blob = blobs.get(output.name());
        outputs.put(output.name(), new OutputValue.Picture(asPicture(blob)));
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

  /** The class of the highest score; the first of those that tie. */
  private OutputValue classLabel(OutputDescription.ClassLabel output, Tensor scores) {
    int best = 0;
    for (int i = 1; i < scores.size(); i++) {
      if (scores.get(i) > scores.get(best)) {
        best = i;
      }
    }
    String label = best < labels.size() ? labels.get(best) : Integer.toString(best);
    return new OutputValue.ClassLabel(label, output.integer());
  }

  /**
   * In the described shape where it fits; else as the network has it, old ones without sequence and
   * batch, and vectors without height and width.
   */
  private Tensor array(OutputDescription.Array described, Tensor blob) {
    Shape shape = blob.shape();
    if (described.shape().rank() > 0 && described.shape().elementCount() == blob.size()) {
      return blob.reshape(described.shape());
    }
    if (exact || shape.rank() != 4 || shape.length(0) != 1) {
      return blob;
    }
    return shape.length(2) == 1 && shape.length(3) == 1
        ? blob.reshape(Shape.of(blob.size()))
        : asPicture(blob);
  }

  /** Without axes of length 1 before the last three. */
  private static Tensor asPicture(Tensor blob) {
    Shape shape = blob.shape();
    if (shape.rank() <= 3) {
      return blob;
    }
    Shape picture = Shape.of(shape.length(-3), shape.length(-2), shape.length(-1));
    return picture.elementCount() == blob.size() ? blob.reshape(picture) : blob;
  }
}
