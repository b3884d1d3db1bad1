package org.quantsweep.coreml.mlprogram;

import java.util.List;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A bias that an operation does not have and could have: a constant right before it, in the type of
 * its weights.
 *
 * @param weight of zeros, shape {@code [C_out]}; no operation makes it yet
 * @param operation that would take it
 */
record AddableBias(ProgramWeight weight, Operation operation) {
  /** The parameter that it is bound to. */
  static final String PARAMETER = "bias";

  /**
   * Of an operation.
   *
   * @param weights what its input is multiplied with
   * @param type of these
   * @param channels how many its output has
   */
  static AddableBias of(WeightTensor weights, FloatType type, int channels, Operation operation) {
    Shape shape = Shape.of(channels);
    WeightTensor tensor =
        new WeightTensor(
            weights.layer(),
            new WeightTensor.Place(PARAMETER, shape, 0, WeightTensor.Role.VECTOR),
            new WeightTensor.Stored(
                type == FloatType.HALF ? new WeightStorage.Float16() : new WeightStorage.Float32(),
                new ByteSize(0),
                () -> Tensor.wrap(shape, new float[channels])));
    return new AddableBias(
        new ProgramWeight(tensor, type, new WeightAxes(0, -1, 1), List.of()), operation);
  }
}
