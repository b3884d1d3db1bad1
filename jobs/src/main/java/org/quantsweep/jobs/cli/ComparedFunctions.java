package org.quantsweep.jobs.cli;

import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;

/**
 * The functions that two models are compared as; empty for the one that a file prefers.
 *
 * @param ofFirst the reference's
 * @param ofSecond the judged model's
 */
record ComparedFunctions(Optional<String> ofFirst, Optional<String> ofSecond) {
  /** Of {@code NAME} or {@code A_NAME=B_NAME}; null where nothing was said. */
  static ComparedFunctions parse(String text) {
    if (text == null) {
      return new ComparedFunctions(Optional.empty(), Optional.empty());
    }
    int equals = text.indexOf('=');
    return equals < 0
        ? new ComparedFunctions(Optional.of(text), Optional.of(text))
        : new ComparedFunctions(part(text.substring(0, equals)), part(text.substring(equals + 1)));
  }

  private static Optional<String> part(String name) {
    return Optional.of(name).filter(own -> !own.isEmpty());
  }

  CoreMLModel first(CoreMLModel model) {
    return ofFirst.map(model::asFunction).orElse(model);
  }

  CoreMLModel second(CoreMLModel model) {
    return ofSecond.map(model::asFunction).orElse(model);
  }
}
