package org.quantsweep.sweep;

/** Hears how fitting goes on, from any thread; it changes nothing. */
public interface FitProgress {
  /** Hears nothing. */
  FitProgress SILENT =
      new FitProgress() {
        @Override
        public void gathering(long samples) {}

        @Override
        public void gathered(long samples) {}

        @Override
        public void fitted(long weights) {}
      };

  /**
   * So many samples are to go through the layers of a group: none where its statistics are known.
   */
  void gathering(long samples);

  /** So many more samples have gone through the layers of a group, for their statistics. */
  void gathered(long samples);

  /** So many more weights are fitted, those of each form counted. */
  void fitted(long weights);
}
