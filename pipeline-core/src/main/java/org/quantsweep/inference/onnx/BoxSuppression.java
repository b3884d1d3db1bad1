package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.quantsweep.tensor.Tensor;

/**
 * Greedy non-maximum suppression: boxes are taken by falling score, and drop those that overlap
 * them by more than a threshold. A box's score is the largest of its classes'; of equal ones the
 * first box comes first.
 *
 * @param overlap the largest share of two boxes' union that may lie in both
 * @param score that a box must exceed
 * @param most boxes that are taken
 * @param perClass whether boxes drop those of their own class only
 */
public record BoxSuppression(float overlap, float score, int most, boolean perClass) {
  /**
   * The boxes of one picture of a batch.
   *
   * @param boxes {@code [batch, boxes, 4]}: centre x, centre y, width, height
   * @param scores {@code [batch, boxes, classes]}
   */
  public record Picture(Tensor boxes, Tensor scores, int image) {
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

  /** The boxes that are taken, by falling score. */
  public List<Integer> taken(Picture picture) {
    List<Integer> taken = new ArrayList<>();
    for (int box : order(picture)) {
      if (taken.size() < most && picture.score(box) > score && isFree(picture, box, taken)) {
        taken.add(box);
      }
    }
    return taken;
  }

  /** All boxes by falling score. */
  public static List<Integer> order(Picture picture) {
    List<Integer> order = new ArrayList<>();
    for (int box = 0; box < picture.count(); box++) {
      order.add(box);
    }
    // A stable sort: of equal scores the first box comes first.
    order.sort(Comparator.comparing(box -> -picture.score(box)));
    return order;
  }

  private boolean isFree(Picture picture, int box, List<Integer> taken) {
    for (int other : taken) {
      boolean compared = !perClass || picture.bestClass(box) == picture.bestClass(other);
      if (compared && picture.overlap(box, other) > overlap) {
        return false;
      }
    }
    return true;
  }
}
