package org.quantsweep.coreml;

import java.util.List;
import java.util.Optional;

/** What may be done to a model before it is quantized; its answers stay the same. */
public enum Rewrite {
  /** Batch norms are taken into the weights of the layers before them. */
  FOLD_BATCH_NORM("fold-batch-norm"),
  /** Layers that multiply their input with weights get a bias of zeros where they have none. */
  ADD_BIASES("add-biases");

  private final String text;

  Rewrite(String text) {
    this.text = text;
  }

  /** The rewritten model; the model given when there is nothing to do. */
  public CoreMLModel apply(CoreMLModel model) {
    return model.format().rewrite(model, this);
  }

  /** One after the other. */
  public static CoreMLModel apply(List<Rewrite> rewrites, CoreMLModel model) {
    CoreMLModel rewritten = model;
    for (Rewrite rewrite : rewrites) {
      rewritten = rewrite.apply(rewritten);
    }
    return rewritten;
  }

  /** The rewrite of that name. */
  public static Optional<Rewrite> named(String name) {
    for (Rewrite rewrite : values()) {
      if (rewrite.text.equals(name)) {
        return Optional.of(rewrite);
      }
    }
    return Optional.empty();
  }

  /** Its name in settings, recipes and provenance. */
  @Override
  public String toString() {
    return text;
  }
}
