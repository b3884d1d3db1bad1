package org.quantsweep.coreml;

import java.util.Locale;

/** What a model file holds: every kind that the format names ({@code Model.proto}). */
public enum ModelKind {
  /** Layers, with pictures and arrays at both ends. */
  NEURAL_NETWORK,
  /** Layers that end in probabilities of classes. */
  NEURAL_NETWORK_CLASSIFIER,
  /** Layers that end in numbers. */
  NEURAL_NETWORK_REGRESSOR,
  /** Models run one after the other. */
  PIPELINE,
  /** A pipeline that ends in a class. */
  PIPELINE_CLASSIFIER,
  /** A pipeline that ends in a number. */
  PIPELINE_REGRESSOR,
  /** A program in Core ML's intermediate language. */
  ML_PROGRAM,
  /** A generalized linear model of numbers. */
  GLM_REGRESSOR,
  /** Support vectors for numbers. */
  SUPPORT_VECTOR_REGRESSOR,
  /** Trees that add up to numbers. */
  TREE_ENSEMBLE_REGRESSOR,
  /** A linear model of probabilities that learns on the device. */
  BAYESIAN_PROBIT_REGRESSOR,
  /** A generalized linear model of classes. */
  GLM_CLASSIFIER,
  /** Support vectors for classes. */
  SUPPORT_VECTOR_CLASSIFIER,
  /** Trees that vote for a class. */
  TREE_ENSEMBLE_CLASSIFIER,
  /** The class of the nearest examples. */
  K_NEAREST_NEIGHBORS_CLASSIFIER,
  /** Recommends what is similar to known items. */
  ITEM_SIMILARITY_RECOMMENDER,
  /** Code of an app. */
  CUSTOM_MODEL,
  /** A model in another file. */
  LINKED_MODEL,
  /** Classes whose probability is high enough. */
  CLASS_CONFIDENCE_THRESHOLDING,
  /** A one at the place of a category. */
  ONE_HOT_ENCODER,
  /** Puts a value where one is missing. */
  IMPUTER,
  /** Puts features behind each other. */
  FEATURE_VECTORIZER,
  /** Puts the values of a dictionary in order. */
  DICT_VECTORIZER,
  /** Shifts and scales numbers. */
  SCALER,
  /** A table of categories. */
  CATEGORICAL_MAPPING,
  /** Divides by a norm. */
  NORMALIZER,
  /** Takes places of an array. */
  ARRAY_FEATURE_EXTRACTOR,
  /** The last stage of a detector. */
  NON_MAXIMUM_SUPPRESSION,
  /** Answers what it is given. */
  IDENTITY,
  /** Apple's classifier of texts. */
  TEXT_CLASSIFIER,
  /** Apple's tagger of words. */
  WORD_TAGGER,
  /** Apple's own features of pictures. */
  VISION_FEATURE_PRINT,
  /** Apple's preparation of sounds. */
  SOUND_ANALYSIS_PREPROCESSING,
  /** A table of names. */
  GAZETTEER,
  /** Vectors of words. */
  WORD_EMBEDDING,
  /** Apple's own features of sounds. */
  AUDIO_FEATURE_PRINT,
  /** A model in a form of its own. */
  SERIALIZED_MODEL;

  /** Whether it has layers of its own. */
  public boolean isNeuralNetwork() {
    return this == NEURAL_NETWORK
        || this == NEURAL_NETWORK_CLASSIFIER
        || this == NEURAL_NETWORK_REGRESSOR;
  }

  /** Whether it is made of other models. */
  public boolean isPipeline() {
    return this == PIPELINE || this == PIPELINE_CLASSIFIER || this == PIPELINE_REGRESSOR;
  }

  /** As the format names it, for example {@code oneHotEncoder}. */
  @Override
  public String toString() {
    StringBuilder name = new StringBuilder();
    for (String word : name().split("_")) {
      String lower = word.toLowerCase(Locale.ROOT);
      name.append(
          name.isEmpty()
              ? lower
              : lower.substring(0, 1).toUpperCase(Locale.ROOT) + lower.substring(1));
    }
    return name.toString();
  }
}
