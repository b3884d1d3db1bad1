package org.quantsweep.search;

import java.util.List;
import org.quantsweep.sweep.ReferenceEvidence;

/** Hears how a search goes on, for progress; it changes nothing. */
public interface SearchListener {
  /** Hears nothing. */
  SearchListener SILENT = new SearchListener() {};

  /** The reference has answered every sample. */
  default void referenceDone(ReferenceEvidence evidence) {}

  /** A wave of so many candidate inferences begins; so many candidates are decided. */
  default void waveStarted(int decided, int candidates, long inferences) {}

  /** A wave is done: what is decided so far, in ascending order of size. */
  default void waveDone(List<CandidateEvaluation> decided, int candidates, long inferences) {}
}
