package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A bias that a convolution, an inner product or a batched product does not have and could have. It
 * is stored in half precision, two bytes a channel: it makes up for errors of codes, which need no
 * more digits, and Core ML's validator lets quantized weights go with a bias of any kind.
 */
final class AddableBias {
  private static final String FIELD = "bias";
  private static final String FLAG = "hasBias";

  private final WeightTensor tensor;
  private final MessagePath location;
  private final FieldDescriptor flag;

  private AddableBias(WeightTensor tensor, MessagePath location, FieldDescriptor flag) {
    this.tensor = tensor;
    this.location = location;
    this.flag = flag;
  }

  /**
   * That of the layer that multiplies its input with some weights.
   *
   * @param place where the weights lie
   */
  static Optional<AddableBias> of(WeightTensor weights, WeightPlace place) {
    NeuralNetworkLayer layer = place.layer();
    long channels = channels(layer);
    if (channels == 0 || layer.getInputCount() != 1 || !weights.field().equals("weights")) {
      return Optional.empty();
    }
    Message parameters =
        (Message)
            layer.getField(
                NeuralNetworkLayer.getDescriptor()
                    .findFieldByNumber(layer.getLayerCase().getNumber()));
    Descriptor type = parameters.getDescriptorForType();
    FieldDescriptor bias = type.findFieldByName(FIELD);
    FieldDescriptor flag = type.findFieldByName(FLAG);
    // What stands there without its flag counts for nothing, but it is not ours to replace.
    if ((Boolean) parameters.getField(flag) || parameters.hasField(bias)) {
      return Optional.empty();
    }
    List<FieldStep> steps = new ArrayList<>(place.location().steps());
    steps.set(steps.size() - 1, FieldStep.into(bias.getNumber()));
    Shape shape = Shape.of(Math.toIntExact(channels));
    WeightTensor tensor =
        new WeightTensor(
            weights.layer(),
            new WeightTensor.Place(FIELD, shape, 0, WeightTensor.Role.VECTOR),
            new WeightTensor.Stored(
                new WeightStorage.Float16(),
                new ByteSize(0),
                () -> Tensor.wrap(shape, new float[shape.length(0)])));
    return Optional.of(new AddableBias(tensor, new MessagePath(steps), flag));
  }

  /** Output channels of a layer of a type that may have a bias; 0 for others. */
  private static long channels(NeuralNetworkLayer layer) {
    return switch (layer.getLayerCase()) {
      case CONVOLUTION -> layer.getConvolution().getOutputChannels();
      case INNERPRODUCT -> layer.getInnerProduct().getOutputChannels();
      case BATCHEDMATMUL -> layer.getBatchedMatmul().getWeightMatrixSecondDimension();
      default -> 0;
    };
  }

  /** It, of zeros. */
  WeightTensor tensor() {
    return tensor;
  }

  /** The message of values, shape {@code [C_out]}. */
  static WeightParams message(Tensor values) {
    return WeightParams.newBuilder()
        .setFloat16Value(ByteString.copyFrom(HalfPrecisionCodec.encode(values.sharedArray())))
        .build();
  }

  /** Puts it into a model's message. */
  void store(Model.Builder model, Tensor values) {
    location.set(model, message(values));
    Message.Builder parameters = model;
    for (FieldStep step : location.steps().subList(0, location.steps().size() - 1)) {
      FieldDescriptor field = parameters.getDescriptorForType().findFieldByNumber(step.number());
      parameters =
          step.index() == FieldStep.SINGULAR
              ? parameters.getFieldBuilder(field)
              : parameters.getRepeatedFieldBuilder(field, step.index());
    }
    parameters.setField(flag, true);
  }

  /** The bytes that its layer grows by. */
  int bytes() {
    int number = location.steps().get(location.steps().size() - 1).number();
    return WeightMessages.field(number, messageSize())
        + CodedOutputStream.computeBoolSize(flag.getNumber(), true);
  }

  private int messageSize() {
    return WeightMessages.field(WeightParams.FLOAT16VALUE_FIELD_NUMBER, 2 * tensor.elementCount());
  }

  /** Notes the bytes of it, or that it is not there. */
  void size(ChangedMessage root, boolean isThere) {
    if (isThere) {
      root.add(location, messageSize(), flag.getNumber());
    } else {
      root.restore(location);
    }
  }
}
