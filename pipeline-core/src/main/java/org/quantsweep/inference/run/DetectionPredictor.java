package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.DetectionFilter;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.onnx.BoxSuppression;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A detector's last stage, which needs no engine. */
final class DetectionPredictor implements Predictor {
  private final CoreMLModel model;
  private final DetectionFilter filter;

  DetectionPredictor(CoreMLModel model, DetectionFilter filter) {
    this.model = model;
    this.filter = filter;
  }

  @Override
  public List<InputDescription> inputs() {
    return model.inputs();
  }

  @Override
  public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException {
    List<Prediction> predictions = new ArrayList<>();
    for (Map<String, Tensor> inputs : calls) {
      predictions.add(kept(inputs));
    }
    return predictions;
  }

  private Prediction kept(Map<String, Tensor> inputs) throws PredictionException {
    Tensor confidence = rows(inputs, filter.confidenceInput(), filter.labels().size());
    Tensor coordinates = rows(inputs, filter.coordinatesInput(), 4);
    int count = confidence.shape().length(0);
    if (coordinates.shape().length(0) != count) {
      throw new PredictionException(
          "it has " + count + " confidences for " + coordinates.shape().length(0) + " boxes");
    }
    int classes = confidence.shape().length(1);
    // What equals the threshold stays: the next smaller number is what a score must exceed.
    BoxSuppression suppression =
        new BoxSuppression(
            (float) filter.overlap(),
            Math.nextDown((float) filter.confidence()),
            count,
            filter.perClass());
    List<Integer> kept =
        suppression.taken(
            new BoxSuppression.Picture(
                coordinates.reshape(Shape.of(1, count, 4)),
                confidence.reshape(Shape.of(1, count, classes)),
                0));
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    outputs.put(filter.confidenceOutput(), new OutputValue.Array(taken(confidence, kept)));
    outputs.put(filter.coordinatesOutput(), new OutputValue.Array(taken(coordinates, kept)));
    return new Prediction(outputs);
  }

  /** An input as rows, whatever axes of length 1 stand before them. */
  private static Tensor rows(Map<String, Tensor> inputs, String name, int width)
      throws PredictionException {
    Tensor given = inputs.get(name);
    if (given == null) {
      throw new PredictionException("input '" + name + "' is missing");
    }
    int columns = width == 0 && given.shape().rank() > 0 ? given.shape().length(-1) : width;
    if (columns == 0 || given.shape().rank() == 0 || given.shape().length(-1) != columns) {
      throw new PredictionException(
          "input '" + name + "' of shape " + given.shape() + " has not " + width + " columns");
    }
    return given.reshape(Shape.of(given.size() / columns, columns));
  }

  private static Tensor taken(Tensor rows, List<Integer> kept) {
    int width = rows.shape().length(1);
    float[] numbers = new float[kept.size() * width];
    for (int i = 0; i < kept.size(); i++) {
      System.arraycopy(rows.sharedArray(), kept.get(i) * width, numbers, i * width, width);
    }
    return Tensor.wrap(Shape.of(kept.size(), width), numbers);
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
