package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Where a weight tensor lies in a model's message.
 *
 * @param layer its layer
 * @param field of the layer
 * @param location of the field's weights, from the model's message on
 */
record WeightPlace(NeuralNetworkLayer layer, WeightField field, MessagePath location) {
  /** The weight tensor there. */
  WeightTensor tensor(Layer layer) {
    Shape shape = shape();
    return new WeightTensor(
        layer,
        new WeightTensor.Place(
            field.name(),
            shape,
            field.channelAxis(),
            field.isVector() ? WeightTensor.Role.VECTOR : WeightTensor.Role.MATRIX),
        new WeightTensor.Stored(
            StoredValues.storage(field.params()),
            new ByteSize(field.params().getSerializedSize()),
            () ->
                Tensor.wrap(
                    shape, WeightDecoder.decode(field.params(), shape, field.channelAxis()))));
  }

  /** Whether the format has codes here. */
  boolean isQuantizable() {
    return field.legalScales() > 0;
  }

  /** How many scales a linear scheme with one for each channel has, at least 1. */
  int scales() {
    return Math.max(1, Math.toIntExact(field.legalScales()));
  }

  private Shape shape() {
    return Shape.of(field.dimensions());
  }
}
