package org.quantsweep.coreml.mlprogram;

/** What an operation's parameter is bound to. */
public sealed interface Binding {
  /** Another value, by its name. */
  record Name(String name) implements Binding {}

  /** A constant that is written where it is used. */
  record Literal(ProgramValue value) implements Binding {}
}
