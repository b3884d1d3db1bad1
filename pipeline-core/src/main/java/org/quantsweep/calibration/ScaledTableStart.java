package org.quantsweep.calibration;

/**
 * Where the fit of a table with scales begins.
 *
 * @param entries ascending numbers of the type, not copied
 * @param scales of the blocks, not copied; 0 for blocks of zeros
 */
record ScaledTableStart(float[] entries, float[] scales) {}
