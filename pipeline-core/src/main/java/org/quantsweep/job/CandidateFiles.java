package org.quantsweep.job;

import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.PlanCatalog;

/** Makes the files of a sweep's candidates. */
record CandidateFiles(UniformFamily family, PlanCatalog plans) {
  ModelFiles encode(Candidate candidate) {
    return candidate.plan().isPresent() ? plans.encode(candidate) : family.encode(candidate);
  }
}
