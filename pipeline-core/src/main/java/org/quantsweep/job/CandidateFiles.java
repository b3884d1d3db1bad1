package org.quantsweep.job;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.PlanCatalog;

/** Makes the files of a sweep's candidates, and remembers their digests. */
final class CandidateFiles {
  private final UniformFamily family;
  private final PlanCatalog plans;
  private final WorkAhead ahead;
  private final Map<Candidate, Sha256Digest> digests = new ConcurrentHashMap<>();

  /**
   * Of a sweep's candidates.
   *
   * @param ahead has uniform candidates' files that it made already
   */
  CandidateFiles(UniformFamily family, PlanCatalog plans, WorkAhead ahead) {
    this.family = family;
    this.plans = plans;
    this.ahead = ahead;
  }

  UniformFamily family() {
    return family;
  }

  PlanCatalog plans() {
    return plans;
  }

  ModelFiles encode(Candidate candidate) {
    ModelFiles files =
        candidate.plan().isPresent()
            ? plans.encode(candidate)
            : ahead.file(candidate, family::encode);
    digests.put(candidate, files.digest());
    return files;
  }

  /** The option of each weight tensor that has one; empty for the file as given. */
  Optional<QuantizationPlan> plan(Candidate candidate) {
    return candidate.plan().isPresent()
        ? Optional.of(plans.plan(candidate))
        : family.plan(candidate);
  }

  /** The digests of the candidates that were encoded so far. */
  Map<Candidate, Sha256Digest> digests() {
    return Map.copyOf(digests);
  }
}
