package org.quantsweep.search;

import java.util.Collection;
import java.util.List;
import org.quantsweep.sample.Quarantine;

/** Hears how a search goes on, for progress; it changes nothing. */
public interface SearchListener {
  /** Hears nothing. */
  SearchListener SILENT = new SearchListener() {};

  /**
   * The reference was run on a part of the samples.
   *
   * @param part what its samples are for, for example {@code selection}
   * @param answered on how many it answers, copies counted: n
   * @param quarantine what of the part cannot be used
   */
  default void referenceDone(String part, long answered, Quarantine quarantine) {}

  /** Something of the samples is to be told, though they are taken: files that were left out. */
  default void remarked(String remark) {}

  /** A wave of so many candidate inferences begins; so many candidates are decided. */
  default void waveStarted(int decided, int candidates, long inferences) {}

  /** A wave is done: what is decided so far, in ascending order of size. */
  default void waveDone(List<CandidateEvaluation> decided, int candidates, long inferences) {}

  /** Options are left out, because weight tensors cannot have them. */
  default void leftOut(List<LeftOut> options) {}

  /**
   * Options were narrowed by their bytes and errors, before any of them is run.
   *
   * @param offered by the format, for all weight tensors
   * @param best which no other of the same weight tensor beats in bytes and error
   * @param kept which are run alone or foretold; the others are far from the best mixtures of their
   *     neighbours
   */
  default void narrowed(int offered, int best, int kept) {}

  /** A search over plans begins. */
  default void planned(SearchEstimate estimate) {}

  /**
   * A phase begins.
   *
   * @param phase in a few words, for example {@code sensitivities}
   * @param inferences an estimate of how many full runs of the model it takes; 0 when unknown
   */
  default void phaseStarted(String phase, long inferences) {}

  /** A phase that was left for another one goes on. */
  default void phaseResumed(String phase) {}

  /**
   * A part of a phase is done; it becomes the one that goes on.
   *
   * @param unit what is counted, for example {@code samples}
   * @param of how many there are in all, as far as that can be told
   */
  default void phaseAdvanced(String phase, String unit, long done, long of) {}

  /**
   * Candidates were decided outside of the uniform family.
   *
   * @param judged how many were asked for in this phase, these included
   * @param left how many more are asked for at most
   */
  default void candidatesJudged(Collection<CandidateEvaluation> decided, int judged, int left) {}
}
