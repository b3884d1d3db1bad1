package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.quantsweep.coreml.mlprogram.Opset;
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

  /**
   * How boxes are suppressed.
   *
   * @param most boxes that are taken
   * @param perClass whether boxes drop those of their own class only
   */
  private record Suppression(float overlap, float score, int most, boolean perClass) {}

  static void suppress(OperationNode node) {
    boolean last = node.isSince(Opset.IOS17);
    Suppression suppression =
        new Suppression(
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

  private static List<Tensor> outputs(Suppression how, List<Tensor> inputs, boolean last) {
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
      Picture picture = new Picture(boxes, scores, image);
      List<Integer> taken = picture.taken(how);
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

  /** The boxes of one picture. */
  private record Picture(Tensor boxes, Tensor scores, int image) {
    private int count() {
      return boxes.shape().length(1);
    }

    private int bestClass(int box) {
      int classes = scores.shape().length(2);
      int start = (image * count() + box) * classes;
      int best = 0;
      for (int i = 1; i < classes; i++) {
        if (scores.get(start + i) > scores.get(start + best)) {
          best = i;
        }
      }
      return best;
    }

    private float score(int box) {
      int classes = scores.shape().length(2);
      return scores.get((image * count() + box) * classes + bestClass(box));
    }

    List<Integer> taken(Suppression how) {
      List<Integer> order = new ArrayList<>();
      for (int box = 0; box < count(); box++) {
        order.add(box);
      }
      // A stable sort: of equal scores the first box comes first.
      order.sort(Comparator.comparing(box -> -score(box)));
      List<Integer> taken = new ArrayList<>();
      for (int box : order) {
        if (taken.size() < how.most() && score(box) > how.score() && isFree(box, taken, how)) {
          taken.add(box);
        }
      }
      if (taken.isEmpty() && !order.isEmpty() && how.most() > 0) {
        taken.add(order.get(0));
      }
      return taken;
    }

    private boolean isFree(int box, List<Integer> taken, Suppression how) {
      for (int other : taken) {
        boolean compared = !how.perClass() || bestClass(box) == bestClass(other);
        if (compared && overlap(box, other) > how.overlap()) {
          return false;
        }
      }
      return true;
    }

    /** The share of two boxes' union that lies in both. */
    private float overlap(int one, int other) {
      float[] a = corners(one);
      float[] b = corners(other);
      float width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
      float height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
      float both = width * height;
      float union = area(a) + area(b) - both;
      return union > 0 ? both / union : 0;
    }

    private static float area(float[] corners) {
      return (corners[2] - corners[0]) * (corners[3] - corners[1]);
    }

    private float[] corners(int box) {
      int start = (image * count() + box) * 4;
      float x = boxes.get(start);
      float y = boxes.get(start + 1);
      float width = boxes.get(start + 2);
      float height = boxes.get(start + 3);
      return new float[] {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
    }
  }
}
