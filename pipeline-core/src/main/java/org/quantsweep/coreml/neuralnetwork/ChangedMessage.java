package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.proto.coreml.Model;

/** A tree of the changed places of a message, to know its size without building it. */
final class ChangedMessage {
  private final Map<FieldStep, ChangedMessage> below = new LinkedHashMap<>();
  private int leafSize = -1;
  private int version;

  /**
   * Replaces weights.
   *
   * @param leastVersion the specification version that every model around them needs
   * @param size the bytes of their new message
   */
  void replace(MessagePath location, int leastVersion, int size) {
    replace(location.steps(), leastVersion, size);
  }

  private void replace(List<FieldStep> steps, int leastVersion, int size) {
    version = Math.max(version, leastVersion);
    if (steps.isEmpty()) {
      leafSize = size;
      return;
    }
    below
        .computeIfAbsent(steps.get(0), step -> new ChangedMessage())
        .replace(steps.subList(1, steps.size()), leastVersion, size);
  }

  /** The bytes of a message after the changes. */
  long size(Message message) {
    if (leafSize >= 0) {
      return leafSize;
    }
    long size = message.getSerializedSize();
    for (Map.Entry<FieldStep, ChangedMessage> entry : below.entrySet()) {
      FieldStep step = entry.getKey();
      FieldDescriptor field = message.getDescriptorForType().findFieldByNumber(step.number());
      Message child =
          (Message)
              (step.index() == FieldStep.SINGULAR
                  ? message.getField(field)
                  : message.getRepeatedField(field, step.index()));
      size -= WeightMessages.field(step.number(), child.getSerializedSize());
      size += WeightMessages.field(step.number(), entry.getValue().size(child));
    }
    if (message instanceof Model stage && stage.getSpecificationVersion() < version) {
      int number = Model.SPECIFICATIONVERSION_FIELD_NUMBER;
      if (stage.getSpecificationVersion() != 0) {
        size -= CodedOutputStream.computeInt32Size(number, stage.getSpecificationVersion());
      }
      size += CodedOutputStream.computeInt32Size(number, version);
    }
    return size;
  }
}
