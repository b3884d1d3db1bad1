package org.quantsweep.coreml.rewrite;

import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;

/** What may be done to a model before it is quantized; its answers stay the same. */
public enum Rewrite {
  /** {@link BatchNormFolding}. */
  FOLD_BATCH_NORM(BatchNormFolding.NAME) {
    @Override
    public CoreMLModel apply(CoreMLModel model) {
      return BatchNormFolding.fold(model);
    }
  },
  /** {@link BiasAddition}. */
  ADD_BIASES(BiasAddition.NAME) {
    @Override
    public CoreMLModel apply(CoreMLModel model) {
      return BiasAddition.add(model);
    }
  };

  private final String text;

  Rewrite(String text) {
    this.text = text;
  }

  /** The rewritten model; the model given when there is nothing to do. */
  public abstract CoreMLModel apply(CoreMLModel model);

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
