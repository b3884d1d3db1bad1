package org.quantsweep.inference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A model that is asked by other names than its own, and answers as another model describes it.
 *
 * @param taken what the model takes, by the name that it is asked by
 * @param answered what each of its outputs has to look like, by the model's own name
 */
record RenamedPredictor(
    Predictor model, Map<String, InputDescription> taken, Map<String, OutputDescription> answered)
    implements Predictor {
  RenamedPredictor {
    taken = new LinkedHashMap<>(taken);
    answered = new LinkedHashMap<>(answered);
  }

  @Override
  public List<InputDescription> inputs() {
    List<InputDescription> inputs = new ArrayList<>();
    taken.forEach((name, input) -> inputs.add(named(name, input)));
    return inputs;
  }

  private static InputDescription named(String name, InputDescription input) {
    if (input instanceof InputDescription.Picture picture) {
      return new InputDescription.Picture(
          name,
          picture.optional(),
          picture.colorSpace(),
          picture.width(),
          picture.height(),
          picture.sizes());
    }
    InputDescription.Array array = (InputDescription.Array) input;
    return new InputDescription.Array(
        name, array.optional(), array.shape(), array.shapes(), array.integer());
  }

  @Override
  public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException {
    List<Map<String, Tensor>> asked = new ArrayList<>();
    for (Map<String, Tensor> call : calls) {
      Map<String, Tensor> own = new TreeMap<>();
      taken.forEach(
          (name, input) -> {
            if (call.containsKey(name)) {
              own.put(input.name(), fed(input, call.get(name)));
            }
          });
      asked.add(own);
    }
    List<Prediction> predictions = new ArrayList<>();
    for (Prediction answer : model.predictCalls(asked)) {
      TreeMap<String, OutputValue> outputs = new TreeMap<>();
      answered.forEach(
          (name, wanted) -> {
            OutputValue value = answer.outputs().get(name);
            if (value != null) {
              outputs.put(wanted.name(), as(wanted, value));
            }
          });
      predictions.add(new Prediction(outputs));
    }
    return predictions;
  }

  /** An array in a shape that an input allows, where only leading axes of length 1 differ. */
  private static Tensor fed(InputDescription input, Tensor given) {
    if (!(input instanceof InputDescription.Array array) || array.allows(given.shape())) {
      return given;
    }
    Shape other = ranked(given.shape(), array.shape().rank());
    return array.allows(other) ? given.reshape(other) : given;
  }

  private static OutputValue as(OutputDescription wanted, OutputValue value) {
    if (wanted instanceof OutputDescription.Probabilities probabilities) {
      return asProbabilities(probabilities.labels(), value);
    }
    Tensor numbers = numbers(value);
    if (wanted instanceof OutputDescription.Array array && numbers != null) {
      return new OutputValue.Array(shaped(numbers, array.shape()));
    }
    if (wanted instanceof OutputDescription.Picture && numbers != null) {
      return new OutputValue.Picture(numbers.reshape(ranked(numbers.shape(), 3)));
    }
    return value;
  }

  /** In the order of these labels where they are the same; else as they come. */
  private static OutputValue asProbabilities(List<String> labels, OutputValue value) {
    if (value instanceof OutputValue.Probabilities own) {
      if (own.labels().equals(labels) || own.labels().size() != labels.size()) {
        return own;
      }
      Map<String, Float> byLabel = new TreeMap<>();
      for (int i = 0; i < own.labels().size(); i++) {
        byLabel.put(own.labels().get(i), own.values().get(i));
      }
      if (byLabel.size() < labels.size() || !byLabel.keySet().containsAll(labels)) {
        return own;
      }
      float[] sorted = new float[labels.size()];
      for (int i = 0; i < sorted.length; i++) {
        sorted[i] = byLabel.get(labels.get(i));
      }
      return new OutputValue.Probabilities(labels, Tensor.wrap(Shape.of(sorted.length), sorted));
    }
    Tensor numbers = numbers(value);
    return numbers == null || numbers.size() != labels.size()
        ? value
        : new OutputValue.Probabilities(labels, numbers.reshape(Shape.of(numbers.size())));
  }

  private static Tensor numbers(OutputValue value) {
    if (value instanceof OutputValue.Array array) {
      return array.values();
    }
    if (value instanceof OutputValue.Picture picture) {
      return picture.values();
    }
    return value instanceof OutputValue.Probabilities probabilities ? probabilities.values() : null;
  }

  /** In the shape wanted where only axes of length 1 differ; else of its rank, where that is so. */
  private static Tensor shaped(Tensor numbers, Shape wanted) {
    if (wanted.rank() == 0 || numbers.shape().equals(wanted)) {
      return numbers;
    }
    if (longAxes(numbers.shape()).equals(longAxes(wanted))) {
      return numbers.reshape(wanted);
    }
    return numbers.reshape(ranked(numbers.shape(), wanted.rank()));
  }

  private static List<Integer> longAxes(Shape shape) {
    List<Integer> lengths = new ArrayList<>();
    for (int length : shape.lengths()) {
      if (length != 1) {
        lengths.add(length);
      }
    }
    return lengths;
  }

  /** The shape with as many axes, by leading ones of length 1; as it is where that cannot be. */
  private static Shape ranked(Shape shape, int rank) {
    List<Integer> lengths = new ArrayList<>();
    for (int length : shape.lengths()) {
      lengths.add(length);
    }
    while (lengths.size() > rank && lengths.get(0) == 1) {
      lengths.remove(0);
    }
    while (lengths.size() < rank) {
      lengths.add(0, 1);
    }
    return lengths.size() == rank ? Shape.of(lengths) : shape;
  }

  @Override
  public void close() {
    model.close();
  }
}
