package org.quantsweep.calibration;

/** Where the fit of a table with scales begins. */
final class ScaledTableStart {
  private final float[] entries;
  private final float[] scales;

  /**
   * A table and scales.
   *
   * @param entries ascending numbers of the type, not copied
   * @param scales of the blocks, not copied; 0 for blocks of zeros
   */
  ScaledTableStart(float[] entries, float[] scales) {
    this.entries = entries;
    this.scales = scales;
  }

  /** Not copied: whoever takes them must not write to them. */
  float[] entries() {
    return entries;
  }

  /** Not copied: whoever takes them must not write to them. */
  float[] scales() {
    return scales;
  }
}
