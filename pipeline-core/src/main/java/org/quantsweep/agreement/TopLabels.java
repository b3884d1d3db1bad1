package org.quantsweep.agreement;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The top class of each output that is compared: all that a comparison of classes sees of the
 * reference's answer. It is stored, so that the reference need not be run again.
 */
public final class TopLabels implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Form form;
  private final int[] classes;

  /**
   * Which outputs are compared.
   *
   * @param outputs their names
   * @param shapes their shapes
   */
  public record Form(List<String> outputs, List<Shape> shapes) implements Serializable {
    /** Copies the lists. */
    public Form {
      outputs = List.copyOf(outputs);
      shapes = List.copyOf(shapes);
    }

    /** Writes it, for {@link #read}. */
    public void write(DataOutput out) throws IOException {
      out.writeInt(outputs.size());
      for (int i = 0; i < outputs.size(); i++) {
        out.writeUTF(outputs.get(i));
        int[] lengths = shapes.get(i).lengths();
        out.writeInt(lengths.length);
        for (int length : lengths) {
          out.writeInt(length);
        }
      }
    }

    /** Reads what {@link #write} wrote. */
    public static Form read(DataInput in) throws IOException {
      List<String> outputs = new ArrayList<>();
      List<Shape> shapes = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        outputs.add(in.readUTF());
        List<Integer> lengths = new ArrayList<>();
        for (int axes = in.readInt(); axes > 0; axes--) {
          lengths.add(in.readInt());
        }
        shapes.add(Shape.of(lengths));
      }
      return new Form(outputs, shapes);
    }
  }

  /**
   * Checks the lengths.
   *
   * @param form the outputs; the same for most samples
   * @param classes the place of the largest number of each of them
   * @throws IllegalArgumentException when there is not one class for each output, or none such
   */
  public TopLabels(Form form, int[] classes) {
    this.form = form;
    this.classes = classes.clone();
    if (classes.length != form.outputs().size() || classes.length != form.shapes().size()) {
      throw new IllegalArgumentException(
          "top classes ("
              + classes.length
              + ") must be as many as outputs "
              + form.outputs()
              + ".");
    }
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] < 0 || classes[i] >= form.shapes().get(i).elementCount()) {
        throw new IllegalArgumentException(
            "top class ("
                + classes[i]
                + ") of output '"
                + form.outputs().get(i)
                + "' must be in its shape "
                + form.shapes().get(i)
                + ".");
      }
    }
  }

  /** An answer that is compared like the one that they are of. */
  public Prediction standIn() {
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    for (int i = 0; i < classes.length; i++) {
      Shape shape = form.shapes().get(i);
      float[] numbers = new float[Math.toIntExact(shape.elementCount())];
      numbers[classes[i]] = 1;
      outputs.put(form.outputs().get(i), new OutputValue.Array(Tensor.wrap(shape, numbers)));
    }
    return new Prediction(outputs);
  }

  /** The outputs. */
  public Form form() {
    return form;
  }

  /** The place of the largest number of each output; a copy. */
  public int[] classes() {
    return classes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TopLabels labels
        && form.equals(labels.form)
        && Arrays.equals(classes, labels.classes);
  }

  @Override
  public int hashCode() {
    return 31 * form.hashCode() + Arrays.hashCode(classes);
  }

  @Override
  public String toString() {
    return "TopLabels" + Arrays.toString(classes);
  }
}
