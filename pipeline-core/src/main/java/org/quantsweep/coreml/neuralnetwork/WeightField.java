package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * A place for weights in a layer, as the layer's own parameters describe it: nothing is checked
 * yet, so that a reader can say all that is wrong at once.
 *
 * @param steps from the layer to the weights
 * @param name how the field is called below its layer type, for example {@code weights} or {@code
 *     weightParams[0].inputGateWeightMatrix}
 * @param dimensions lengths of the axes, outermost first, in the order in which the values are
 *     stored; as the file says them, so that any may be absurd
 * @param channelAxis the axis along which scales lie
 * @param legalScales how many scales a linear quantization may have, other than 1; 0 where the
 *     format allows no quantization, or only a custom layer could read it
 * @param isVector whether it is one number per channel: a bias, a slope, a statistic
 * @param isRequired whether the layer is broken without it
 * @param params what the file holds there
 */
public record WeightField(
    List<FieldStep> steps,
    String name,
    List<Long> dimensions,
    int channelAxis,
    long legalScales,
    boolean isVector,
    boolean isRequired,
    WeightParams params) {
  /** Copies the lists. */
  public WeightField {
    steps = List.copyOf(steps);
    dimensions = List.copyOf(dimensions);
  }
}
