package org.quantsweep.job;

import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.OptionStore;

/** Opens what keeps findings from one sweep to the next. */
public interface SweepStores {
  /** What keeps evaluations; the caller closes it. */
  EvaluationStore openEvaluations();

  /** What keeps fitted options and sensitivities; the caller closes it. */
  OptionStore openOptions();
}
