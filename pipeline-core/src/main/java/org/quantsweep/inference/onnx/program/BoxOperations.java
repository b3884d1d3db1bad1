package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.mlprogram.Opset;
import org.quantsweep.inference.onnx.BoxSuppression;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Non-maximum suppression. A box's score is the largest of its classes'. Boxes are taken by falling
 * score, and drop those that overlap them by more than the threshold. Where none has a score above
 * the threshold, the best one is taken.
 */
final class BoxOperations {
  private BoxOperations() {}

  static void suppress(OperationNode node) {
    boolean last = node.isSince(Opset.IOS17);
    BoxSuppression suppression =
        new BoxSuppression(
            node.number("iou_threshold"),
            last ? Float.NEGATIVE_INFINITY : node.number("score_threshold"),
            node.integer("max_boxes"),
            node.flag("per_class_suppression", false));
    Value.Computed boxes = computed(node, "boxes", last);
    Value.Computed scores = computed(node, "scores", last);
    // Decided by this program, between two graphs; what is taken is the engine's to gather.
    throw NeedsValueException.ofStep(
        List.of(boxes, scores), inputs -> outputs(suppression, inputs, last));
  }

  /** A value whose last axis holds the coordinates or classes of each box. */
  private static Value.Computed computed(OperationNode node, String parameter, boolean last) {
    OnnxGraph graph = node.graph();
    String name = node.input(parameter);
    return new Value.Computed(
        last ? graph.transpose(name, 0, 2, 1) : name, node.dataType(parameter));
  }

  private static List<Tensor> outputs(BoxSuppression how, List<Tensor> inputs, boolean last) {
    Tensor boxes = inputs.get(0);
    Tensor scores = inputs.get(1);
    int batch = boxes.shape().length(0);
    int count = boxes.shape().length(1);
    int classes = scores.shape().length(2);
    float[] takenBoxes = new float[batch * how.most() * 4];
    float[] takenScores = new float[batch * how.most() * classes];
    float[] places = new float[batch * how.most()];
    java.util.Arrays.fill(places, -1);
    float[] counts = new float[batch];
    for (int image = 0; image < batch; image++) {
      BoxSuppression.Picture picture = new BoxSuppression.Picture(boxes, scores, image);
      List<Integer> taken = how.taken(picture);
      if (taken.isEmpty() && count > 0 && how.most() > 0) {
        taken = BoxSuppression.order(picture).subList(0, 1);
      }
      counts[image] = taken.size();
      for (int i = 0; i < taken.size(); i++) {
        int row = image * count + taken.get(i);
        int target = image * how.most() + i;
        places[target] = taken.get(i);
        System.arraycopy(boxes.sharedArray(), row * 4, takenBoxes, target * 4, 4);
        System.arraycopy(
            scores.sharedArray(), row * classes, takenScores, target * classes, classes);
      }
    }
    List<Tensor> outputs = new ArrayList<>();
    Tensor boxRows = Tensor.wrap(Shape.of(batch, how.most(), 4), takenBoxes);
    Tensor scoreRows = Tensor.wrap(Shape.of(batch, how.most(), classes), takenScores);
    outputs.add(last ? turned(boxRows) : boxRows);
    outputs.add(last ? turned(scoreRows) : scoreRows);
    outputs.add(Tensor.wrap(Shape.of(batch, how.most()), places));
    outputs.add(Tensor.wrap(Shape.of(batch), counts));
    return outputs;
  }

  /** With the last two axes exchanged. */
  private static Tensor turned(Tensor rows) {
    int batch = rows.shape().length(0);
    int height = rows.shape().length(1);
    int width = rows.shape().length(2);
    float[] turned = new float[rows.size()];
    for (int i = 0; i < turned.length; i++) {
      int column = i % width;
      int row = i / width % height;
      int image = i / width / height;
      turned[(image * width + column) * height + row] = rows.get(i);
    }
    return Tensor.wrap(Shape.of(batch, width, height), turned);
  }
}
