package org.quantsweep.inference.run;

/** An engine cannot open or run a graph. */
public final class GraphEngineException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whose fault it is: what follows from a failure depends on it. */
  public enum Fault {
    /** Of the graph or of what it is fed with: it would fail anywhere. */
    DATA,
    /** Of the engine or of the machine, such as a lack of memory: it tells nothing of the graph. */
    ENGINE,
    /** A run went on for longer than it may. */
    OVERDUE
  }

  private final Fault fault;

  /** With the engine's own words, and what led to it. */
  public GraphEngineException(Fault fault, String reason, Throwable cause) {
    super(reason, cause);
    this.fault = fault;
  }

  /** Whose fault it is. */
  public Fault fault() {
    return fault;
  }
}
