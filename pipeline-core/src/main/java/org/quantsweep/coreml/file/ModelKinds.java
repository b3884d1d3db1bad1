package org.quantsweep.coreml.file;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.proto.coreml.Model;

/** Which kind of model a message holds. */
final class ModelKinds {
  private ModelKinds() {}

  /**
   * The kind of a message.
   *
   * @throws IllegalArgumentException when it holds no model, or one that this format has no name
   *     for
   */
  static ModelKind of(Model message) {
    String name = field(message).map(FieldDescriptor::getName).orElse("");
    return Arrays.stream(ModelKind.values())
        .filter(kind -> kind.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("a model of type '" + name + "' has no kind."));
  }

  private static Optional<FieldDescriptor> field(Model message) {
    OneofDescriptor type = Model.getDescriptor().getOneofs().get(0);
    return Optional.ofNullable(message.getOneofFieldDescriptor(type));
  }

  /** The models that a pipeline runs one after the other. */
  static List<Model> stages(Model message) {
    return switch (message.getTypeCase()) {
      case PIPELINE -> message.getPipeline().getModelsList();
      case PIPELINECLASSIFIER -> message.getPipelineClassifier().getPipeline().getModelsList();
      case PIPELINEREGRESSOR -> message.getPipelineRegressor().getPipeline().getModelsList();
      default -> List.of();
    };
  }

  /** Whether it is an ML Program, or a pipeline with one among its stages. */
  static boolean hasProgram(Model message) {
    return message.hasMlProgram() || stages(message).stream().anyMatch(ModelKinds::hasProgram);
  }
}
