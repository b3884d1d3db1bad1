package org.quantsweep.coreml;

/** Placeholder: the model file comes with the reader. */
public final class CoreMLModel {}
