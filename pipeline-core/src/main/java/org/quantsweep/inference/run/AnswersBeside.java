package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** What the graphs of one run answer beside the model's own answers. */
final class AnswersBeside {
  private final Map<String, Tensor> largest = new HashMap<>();

  /** The arrays of one name, in the order of the run. */
  private final Map<String, List<Tensor>> seen = new TreeMap<>();

  /** Takes them out of what one graph has answered; largest magnitudes stay there too. */
  void take(Map<String, Tensor> answers) {
    Map<Integer, Map.Entry<String, Tensor>> ordered = new TreeMap<>();
    answers.forEach(
        (answer, numbers) -> {
          if (answer.startsWith(LoweredModel.LARGEST)) {
            largest.merge(answer, numbers, (a, b) -> a.get(0) >= b.get(0) ? a : b);
          } else if (answer.startsWith(LoweredModel.SEEN)) {
            int name = answer.indexOf('\u00a7', LoweredModel.SEEN.length());
            int number = Integer.parseInt(answer.substring(LoweredModel.SEEN.length(), name));
            ordered.put(number, Map.entry(answer.substring(name + 1), numbers));
          }
        });
    ordered
        .values()
        .forEach(
            entry ->
                seen.computeIfAbsent(entry.getKey(), name -> new ArrayList<>())
                    .add(entry.getValue()));
    answers.keySet().removeIf(answer -> answer.startsWith(LoweredModel.SEEN));
  }

  /** Puts those of the whole run into the last graph's answers. */
  void give(Map<String, Tensor> answers) {
    answers.putAll(largest);
    seen.forEach((name, arrays) -> answers.put(name, stacked(arrays)));
  }

  /** Arrays along a new first axis; of several shapes, those of the first one's. */
  private static Tensor stacked(List<Tensor> arrays) {
    Shape shape = arrays.get(0).shape();
    List<Tensor> alike = arrays.stream().filter(array -> array.shape().equals(shape)).toList();
    float[] all = new float[Math.multiplyExact(alike.size(), arrays.get(0).size())];
    for (int i = 0; i < alike.size(); i++) {
      Tensor array = alike.get(i);
      System.arraycopy(array.sharedArray(), 0, all, i * array.size(), array.size());
    }
    int[] lengths = new int[shape.rank() + 1];
    lengths[0] = alike.size();
    for (int axis = 0; axis < shape.rank(); axis++) {
      lengths[axis + 1] = shape.length(axis);
    }
    return Tensor.wrap(Shape.of(lengths), all);
  }
}
