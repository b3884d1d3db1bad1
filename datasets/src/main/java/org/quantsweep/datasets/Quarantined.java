package org.quantsweep.datasets;

import java.io.Serializable;

/** A file that is no sample, with the reason in one line. */
public record Quarantined(String path, String reason) implements Serializable {}
