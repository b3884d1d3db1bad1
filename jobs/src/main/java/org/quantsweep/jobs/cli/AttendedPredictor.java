package org.quantsweep.jobs.cli;

import java.util.List;
import java.util.Optional;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.InputDescription;

/** A predictor that somebody looks at while it answers; else it is the one that was given. */
abstract class AttendedPredictor implements Predictor {
  private final Predictor model;

  AttendedPredictor(Predictor model) {
    this.model = model;
  }

  /** The one that answers. */
  final Predictor model() {
    return model;
  }

  @Override
  public final List<InputDescription> inputs() {
    return model.inputs();
  }

  @Override
  public final Optional<String> preferredRefusal() {
    return model.preferredRefusal();
  }

  @Override
  public void close() {
    model.close();
  }
}
