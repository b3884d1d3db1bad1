package org.quantsweep.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Numbers of the sample's own for whatever a model wants.
 *
 * @param calls of each sample
 */
public record DrawnInputs(int calls) implements SamplePreparation {
  @Override
  public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs) {
    return prepareCalls(sample, inputs).get(0);
  }

  @Override
  public List<SortedMap<String, Tensor>> prepareCalls(
      Sample sample, List<InputDescription> inputs) {
    Random random = new Random(sample.digest().hex().hashCode());
    List<SortedMap<String, Tensor>> prepared = new ArrayList<>();
    for (int call = 0; call < calls; call++) {
      TreeMap<String, Tensor> arrays = new TreeMap<>();
      for (InputDescription input : inputs) {
        boolean isPicture = input instanceof InputDescription.Picture;
        Shape shape = shape(input);
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = isPicture ? random.nextInt(256) : (float) random.nextGaussian();
        }
        arrays.put(input.name(), Tensor.wrap(shape, values));
      }
      prepared.add(arrays);
    }
    return prepared;
  }

  private static Shape shape(InputDescription input) {
    return input instanceof InputDescription.Picture picture
        ? Shape.of(picture.colorSpace().channels(), picture.height(), picture.width())
        : ((InputDescription.Array) input).shape();
  }

  @Override
  public Sha256Digest digest() {
    return Sha256Digest.ofText("drawn, " + calls + " calls");
  }
}
