package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quantsweep.proto.coreml.ActivationPReLU;
import org.quantsweep.proto.coreml.ActivationParametricSoftplus;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;

class LayerWeightsTest {
  private final Set<String> places = new TreeSet<>();

  @Test
  void everyWeightFieldOfTheSchemaIsInTheTable() {
    List<String> missing = new ArrayList<>();
    int layerTypes = 0;
    for (FieldDescriptor type : NeuralNetworkLayer.getDescriptor().getOneofs().get(0).getFields()) {
      layerTypes++;
      for (boolean softplus : new boolean[] {false, true}) {
        NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder().addInput("x");
        layer.setField(type, filled(type.getMessageType(), softplus));
        places.clear();
        walk("", (Message) layer.getField(type));
        Set<String> listed = new TreeSet<>();
        for (WeightField field : LayerWeights.of(layer.build())) {
          listed.add(field.name());
        }
        for (String place : places) {
          if (!listed.contains(place)) {
            missing.add(type.getName() + "/" + place);
          }
        }
        assertThat(places).as(type.getName()).containsAll(listed);
      }
    }
    assertThat(missing).isEmpty();
    assertThat(layerTypes).isEqualTo(158);
  }

  /** A message with every flag on, every number 2, and weights in every place for them. */
  private static Message filled(Descriptor descriptor, boolean softplus) {
    if (descriptor.equals(ActivationParams.getDescriptor())) {
      ActivationParams.Builder activation = ActivationParams.newBuilder();
      WeightParams weights = WeightParams.newBuilder().addFloatValue(1).build();
      return softplus
          ? activation
              .setParametricSoftplus(
                  ActivationParametricSoftplus.newBuilder().setAlpha(weights).setBeta(weights))
              .build()
          : activation.setPReLU(ActivationPReLU.newBuilder().setAlpha(weights)).build();
    }
    Message.Builder message = DynamicMessage.newBuilder(descriptor);
    for (FieldDescriptor field : descriptor.getFields()) {
      Object value =
          switch (field.getJavaType()) {
            case BOOLEAN -> !field.getName().startsWith("computeMeanVar");
            case INT -> 2;
            case LONG -> 2L;
            case MESSAGE ->
                field.isMapField() || field.getMessageType().equals(NeuralNetwork.getDescriptor())
                    ? null
                    : filled(field.getMessageType(), softplus);
            default -> null;
          };
      boolean weightsInside = descriptor.equals(WeightParams.getDescriptor());
      if (value != null && !weightsInside) {
        if (field.isRepeated()) {
          message.addRepeatedField(field, value);
          message.addRepeatedField(field, value);
        } else {
          message.setField(field, value);
        }
      }
    }
    try {
      Message typed = typed(descriptor);
      return typed == null
          ? message.build()
          : typed.newBuilderForType().mergeFrom(message.build().toByteArray()).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The generated class of a message of the layers' schema. */
  private static Message typed(Descriptor descriptor) {
    String name = descriptor.getFullName().replace("CoreML.Specification.", "");
    try {
      Class<?> type = Class.forName("org.quantsweep.proto.coreml." + name.replace('.', '$'));
      return (Message) type.getMethod("getDefaultInstance").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void walk(String path, Message message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
        continue;
      }
      int count = field.isRepeated() ? message.getRepeatedFieldCount(field) : 1;
      for (int i = 0; i < count; i++) {
        if (!field.isRepeated() && !message.hasField(field)) {
          continue;
        }
        String name = path + field.getName() + (field.isRepeated() ? "[" + i + "]" : "");
        if (field.getMessageType().equals(WeightParams.getDescriptor())) {
          places.add(name);
        } else {
          walk(
              name + ".",
              (Message)
                  (field.isRepeated()
                      ? message.getRepeatedField(field, i)
                      : message.getField(field)));
        }
      }
    }
  }
}
