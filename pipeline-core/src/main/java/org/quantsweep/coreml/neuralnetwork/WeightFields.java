package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * Gathers the weights of one layer. Fields go by their names below the layer's type, such as {@code
 * weightParams[1].inputGateWeightMatrix}.
 */
final class WeightFields {
  private final NeuralNetworkLayer layer;
  private final FieldDescriptor type;
  private final List<WeightField> fields = new ArrayList<>();

  WeightFields(NeuralNetworkLayer layer) {
    this.layer = layer;
    this.type =
        NeuralNetworkLayer.getDescriptor().findFieldByNumber(layer.getLayerCase().getNumber());
  }

  /** What was gathered, in order. */
  List<WeightField> listed() {
    return List.copyOf(fields);
  }

  /** A matrix or a kernel; see {@link WeightField} for the axis and the scales. */
  void matrix(String name, int axis, long legalScales, List<Long> dimensions) {
    add(name, dimensions, axis, legalScales, false, true);
  }

  /** One number per channel. */
  void vector(String name, long length) {
    add(name, List.of(length), 0, 1, true, true);
  }

  /** The rule of the older constant layers: scales along the channels of [C, H, W], or one. */
  void shaped(String name, List<Long> shape, boolean isVector) {
    long legalScales = shape.size() == 3 && shape.get(0) > 1 ? shape.get(0) : 1;
    add(name, shape, 0, legalScales, isVector, true);
  }

  /** A vector whose length nothing but its values says. */
  void freeVector(String name, long legalScales) {
    WeightParams params = Located.find(layer, type, name).params();
    add(name, List.of(storedCount(params)), 0, legalScales, true, true);
  }

  /** Any field; see {@link WeightField} for what the arguments mean. */
  void add(
      String name,
      List<Long> dimensions,
      int axis,
      long legalScales,
      boolean isVector,
      boolean isRequired) {
    Located located = Located.find(layer, type, name);
    fields.add(
        new WeightField(
            located.steps(),
            name,
            dimensions,
            axis,
            legalScales,
            isVector,
            isRequired,
            located.params()));
  }

  private static long storedCount(WeightParams params) {
    return switch (StoredValues.of(params)) {
      case FLOAT32 -> params.getFloatValueCount();
      case FLOAT16 -> params.getFloat16Value().size() / 2;
      case INT8 -> params.getInt8RawValue().size();
      case QUANTIZED -> {
        long bits = params.getQuantization().getNumberOfBits();
        yield bits < 1 || bits > 8 ? 0 : params.getRawValue().size() * 8L / bits;
      }
      case NONE, SEVERAL -> 0;
    };
  }

  /** A weight field found by its name below the layer's type, such as {@code a[1].b}. */
  private record Located(List<FieldStep> steps, WeightParams params) {
    static Located find(NeuralNetworkLayer layer, FieldDescriptor type, String name) {
      List<FieldStep> steps = new ArrayList<>();
      steps.add(FieldStep.into(type.getNumber()));
      Message message = (Message) layer.getField(type);
      for (String part : name.split("\\.", -1)) {
        int bracket = part.indexOf('[');
        String fieldName = bracket < 0 ? part : part.substring(0, bracket);
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(fieldName);
        if (bracket < 0) {
          steps.add(FieldStep.into(field.getNumber()));
          message = (Message) message.getField(field);
        } else {
          int index = Integer.parseInt(part.substring(bracket + 1, part.length() - 1));
          steps.add(new FieldStep(field.getNumber(), index));
          message = (Message) message.getRepeatedField(field, index);
        }
      }
      return new Located(steps, (WeightParams) message);
    }
  }
}
