package org.quantsweep.jobs.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.datasets.numpy.NpzWriter;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Answers as an .npz: one array for each output; probabilities as keys and values, labels and keys
 * as texts or numbers. What several calls answer is stacked along a new first axis, in the order of
 * the calls; where their shapes differ, each call has an array of its own, {@code NAME.0}, {@code
 * NAME.1} and so on.
 */
final class AnswerArrays {
  private final NpzWriter arrays = new NpzWriter();
  private final Set<String> numbered = new HashSet<>();

  private AnswerArrays(List<OutputDescription> outputs) {
    for (OutputDescription output : outputs) {
      if (output instanceof OutputDescription.Probabilities classes && classes.integer()) {
        numbered.add(classes.name());
      }
    }
  }

  /**
   * The bytes of the .npz for the answers of a model to successive calls, at least one.
   *
   * @param outputs of the model
   */
  static byte[] npz(List<OutputDescription> outputs, List<Prediction> answers) {
    AnswerArrays made = new AnswerArrays(outputs);
    for (String name : answers.get(0).outputs().keySet()) {
      List<OutputValue> values = new ArrayList<>();
      answers.forEach(answer -> values.add(answer.outputs().get(name)));
      made.add(name, values);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      made.arrays.writeTo(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be written.", e);
    }
    return bytes.toByteArray();
  }

  private void add(String name, List<OutputValue> values) {
    List<Tensor> numbers = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (OutputValue value : values) {
      if (value instanceof OutputValue.Array array) {
        numbers.add(array.values());
      } else if (value instanceof OutputValue.Picture picture) {
        numbers.add(picture.values());
      } else if (value instanceof OutputValue.Probabilities probabilities) {
        numbers.add(probabilities.values());
      } else if (value instanceof OutputValue.ClassLabel label) {
        labels.add(label.label());
      }
    }
    if (values.get(0) instanceof OutputValue.ClassLabel label) {
      addLabels(name, labels, label.integer());
    } else if (values.get(0) instanceof OutputValue.Probabilities probabilities) {
      addLabels(name + ".keys", probabilities.labels(), numbered.contains(name));
      addNumbers(name + ".values", numbers);
    } else {
      addNumbers(name, numbers);
    }
  }

  private void addLabels(String name, List<String> labels, boolean integer) {
    if (integer) {
      arrays.add(name, labels.stream().mapToLong(Long::parseLong).toArray());
    } else {
      arrays.add(name, labels);
    }
  }

  private void addNumbers(String name, List<Tensor> calls) {
    Tensor first = calls.get(0);
    if (calls.size() == 1) {
      arrays.add(name, first);
    } else if (calls.stream().allMatch(call -> call.shape().equals(first.shape()))) {
      arrays.add(name, stacked(calls));
    } else {
      for (int call = 0; call < calls.size(); call++) {
        arrays.add(name + "." + call, calls.get(call));
      }
    }
  }

  private static Tensor stacked(List<Tensor> calls) {
    Tensor first = calls.get(0);
    List<Integer> lengths = new ArrayList<>();
    lengths.add(calls.size());
    Arrays.stream(first.shape().lengths()).forEach(lengths::add);
    float[] all = new float[Math.multiplyExact(calls.size(), first.size())];
    for (int call = 0; call < calls.size(); call++) {
      System.arraycopy(calls.get(call).sharedArray(), 0, all, call * first.size(), first.size());
    }
    return Tensor.wrap(Shape.of(lengths), all);
  }
}
