package org.quantsweep.inference.run;

/** An engine cannot open or run a graph. */
public final class GraphEngineException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the engine's own words, and what led to it. */
  public GraphEngineException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
