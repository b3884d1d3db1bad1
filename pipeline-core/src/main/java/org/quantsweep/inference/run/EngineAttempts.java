package org.quantsweep.inference.run;

import org.quantsweep.inference.EngineFaultException;

/**
 * Asks an engine, and once more where the failure is its own: memory that is short now may be there
 * a moment later. The one place that tells faults of the data from faults of the engine.
 *
 * @param name of the model, for messages
 */
record EngineAttempts(String name) {
  /** What an engine is asked for. */
  @FunctionalInterface
  interface Request<T> {
    T ask() throws GraphEngineException;
  }

  /**
   * The answer.
   *
   * @throws GraphEngineException when the data is at fault
   * @throws EngineFaultException when the engine is at fault, twice
   */
  <T> T of(Request<T> request) throws GraphEngineException {
    try {
      return request.ask();
    } catch (GraphEngineException first) {
      if (first.fault() != GraphEngineException.Fault.ENGINE) {
        throw unlessOverdue(first);
      }
    }
    try {
      return request.ask();
    } catch (GraphEngineException second) {
      if (second.fault() == GraphEngineException.Fault.ENGINE) {
        throw new EngineFaultException(
            name
                + ": the engine failed twice ("
                + second.getMessage()
                + "). That tells nothing of the model or its samples, so nothing follows from it.\n"
                + "Maybe leave more memory beside the Java heap, or run fewer tasks at once, and"
                + " give the same command again.",
            second);
      }
      throw unlessOverdue(second);
    }
  }

  /** A failure of the data; of a run that took too long it is not known what it would say. */
  private GraphEngineException unlessOverdue(GraphEngineException failure) {
    if (failure.fault() == GraphEngineException.Fault.OVERDUE) {
      throw new EngineFaultException(
          name
              + ": "
              + failure.getMessage()
              + ". A slow machine is no answer, so nothing follows from it.\n"
              + "Maybe give it longer with --run-limit.",
          failure);
    }
    return failure;
  }
}
