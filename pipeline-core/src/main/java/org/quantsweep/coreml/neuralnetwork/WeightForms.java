package org.quantsweep.coreml.neuralnetwork;

/** In which forms the layers of a type take their weights, besides float32. */
enum WeightForms {
  /** No other. */
  FLOAT32,
  /** Float16, and codes where a field has legal scales. */
  ANY_FLOAT,
  /** As {@link #ANY_FLOAT}, and signed bytes for a product that quantizes its input. */
  ANY_FLOAT_OR_INT8,
  /** Any: only the code of a custom layer knows what its weights mean. */
  OPAQUE
}
