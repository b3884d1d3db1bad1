package org.quantsweep.coreml.mlprogram;

/** A value's name, and the type that the program declares for it. */
public record NamedType(String name, ProgramType type) {}
