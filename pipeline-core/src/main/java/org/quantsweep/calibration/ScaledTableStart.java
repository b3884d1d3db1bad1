package org.quantsweep.calibration;

/** Where the fit of a table with scales begins. */
final class ScaledTableStart {
  private final float[] entries;
  private final float[] scales;

  /**
   * A start.
   *
   * @param entries ascending numbers of the type, not copied
   * @param scales of the blocks, not copied; 0 for blocks of zeros
   */
  ScaledTableStart(float[] entries, float[] scales) {
    this.entries = entries;
    this.scales = scales;
  }

  float[] entries() {
    return entries;
  }

  float[] scales() {
    return scales;
  }
}
