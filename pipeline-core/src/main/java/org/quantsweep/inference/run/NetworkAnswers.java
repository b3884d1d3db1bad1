package org.quantsweep.inference.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Makes a model's answer out of its network's blobs. */
final class NetworkAnswers {
  private final CoreMLModel model;
  private final String probabilities;
  private final List<String> labels;
  private final boolean exact;
  private final boolean isNetwork;

  NetworkAnswers(CoreMLModel model, ModelLowering lowering) {
    this.model = model;
    this.probabilities = lowering.probabilities();
    this.labels = lowering.classLabels();
    this.exact = lowering.keepsRanks();
    this.isNetwork = model.kind().isNeuralNetwork();
  }

  /** The answer that the blobs of one run make. */
  Prediction prediction(Map<String, Tensor> blobs) {
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
   * One number has shape [1]. Others are in the described shape where it fits; else as the network
   * has it, old ones without sequence and batch, and vectors without height and width.
   */
  private Tensor array(OutputDescription.Array described, Tensor blob) {
    Shape shape = blob.shape();
    if (isNetwork && shape.rank() == 0) {
      return blob.reshape(Shape.of(1));
    }
    if (exact && shape.rank() == described.shape().rank()) {
      return blob;
    }
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
