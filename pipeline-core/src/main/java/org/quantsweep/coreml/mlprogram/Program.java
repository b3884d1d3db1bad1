package org.quantsweep.coreml.mlprogram;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** A program: its functions by name. */
public record Program(SortedMap<String, ProgramFunction> functions) {
  /** Copies the map. */
  public Program {
    functions = Collections.unmodifiableSortedMap(new TreeMap<>(functions));
  }
}
