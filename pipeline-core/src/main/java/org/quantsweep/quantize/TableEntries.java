package org.quantsweep.quantize;

/** What the entries of look-up tables are stored as. */
public enum TableEntries {
  /** Floats. */
  FLOATS,
  /** Signed bytes with one scale for all of them. */
  INT8
}
