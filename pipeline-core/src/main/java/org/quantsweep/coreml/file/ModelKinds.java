package org.quantsweep.coreml.file;

import java.util.List;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.proto.coreml.Model;

/** Which kind of model a message holds. */
final class ModelKinds {
  private ModelKinds() {}

  static ModelKind of(Model message) {
    return switch (message.getTypeCase()) {
      case NEURALNETWORK -> ModelKind.NEURAL_NETWORK;
      case NEURALNETWORKCLASSIFIER -> ModelKind.NEURAL_NETWORK_CLASSIFIER;
      case NEURALNETWORKREGRESSOR -> ModelKind.NEURAL_NETWORK_REGRESSOR;
      case PIPELINE -> ModelKind.PIPELINE;
      case PIPELINECLASSIFIER -> ModelKind.PIPELINE_CLASSIFIER;
      case PIPELINEREGRESSOR -> ModelKind.PIPELINE_REGRESSOR;
      case MLPROGRAM -> ModelKind.ML_PROGRAM;
      default -> ModelKind.OTHER;
    };
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
