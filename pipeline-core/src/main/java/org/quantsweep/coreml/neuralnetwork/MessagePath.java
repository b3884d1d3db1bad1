package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.WeightParams;

/** The way from a model's message to one of its weights: which field, and which of its values. */
public record MessagePath(List<FieldStep> steps) implements Serializable {
  /** Copies the list. */
  public MessagePath {
    steps = List.copyOf(steps);
  }

  /** This path with more steps at its end. */
  MessagePath then(List<FieldStep> more) {
    List<FieldStep> all = new ArrayList<>(steps);
    all.addAll(more);
    return new MessagePath(all);
  }

  /** The weights at the end of this path. */
  public WeightParams get(Model model) {
    Message message = model;
    for (FieldStep step : steps) {
      FieldDescriptor field = message.getDescriptorForType().findFieldByNumber(step.number());
      message =
          (Message)
              (step.index() == FieldStep.SINGULAR
                  ? message.getField(field)
                  : message.getRepeatedField(field, step.index()));
    }
    return (WeightParams) message;
  }

  /** Replaces the weights at the end of this path; everything else stays as it is. */
  public void set(Model.Builder model, WeightParams weights) {
    Message.Builder builder = model;
    for (FieldStep step : steps) {
      FieldDescriptor field = builder.getDescriptorForType().findFieldByNumber(step.number());
      builder =
          step.index() == FieldStep.SINGULAR
              ? builder.getFieldBuilder(field)
              : builder.getRepeatedFieldBuilder(field, step.index());
    }
    ((WeightParams.Builder) builder).clear().mergeFrom(weights);
  }
}
