package org.quantsweep.coreml;

/** Where the odd element goes when padding cannot be split evenly between both ends of an axis. */
public enum HeavySide {
  /** Before the first element (top, left). */
  START,
  /** Behind the last element (bottom, right). */
  END
}
