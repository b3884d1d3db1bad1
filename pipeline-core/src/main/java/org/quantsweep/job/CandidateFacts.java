package org.quantsweep.job;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.bundle.Bits;
import org.quantsweep.report.bundle.CandidateEvidence;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;

/** What a report says of the candidates that were judged. */
final class CandidateFacts {
  /** The bytes of all bitmaps together; who lies farthest from the answer goes without. */
  static final long MOST_BITMAPS = 1L << 24;

  private final SweptModel model;
  private final AnsweredSamples answered;
  private final CandidateFiles files;
  private final RememberedEvaluations evaluations;
  private final DownloadSizes downloads;
  private final SweepFindings findings;
  private final Optional<Candidate> chosen;

  CandidateFacts(
      SweptModel model,
      AnsweredSamples answered,
      CandidateFiles files,
      RememberedEvaluations evaluations,
      DownloadSizes downloads,
      SweepFindings findings) {
    this.model = model;
    this.answered = answered;
    this.files = files;
    this.evaluations = evaluations;
    this.downloads = downloads;
    this.findings = findings;
    this.chosen = findings.selection().candidate();
  }

  /** Ascending in bytes. */
  List<CandidateEvidence> all() {
    Map<Candidate, Map<SampleRole, Evidence>> found = found();
    Set<Candidate> shown = withinRoom(found);
    ModelFormat format = model.read().format();
    List<CandidateEvidence> all = new ArrayList<>();
    for (Candidate candidate : new TreeSet<>(found.keySet())) {
      TreeMap<String, CandidateEvidence.Judged> parts = new TreeMap<>();
      if (shown.contains(candidate)) {
        found
            .get(candidate)
            .forEach(
                (role, evidence) ->
                    parts.put(
                        role.toString(),
                        new CandidateEvidence.Judged(
                            Bits.of(evidence.judged()), Bits.of(evidence.agreed()))));
      }
      all.add(
          new CandidateEvidence(
              SweepResults.scheme(format, candidate),
              SweepResults.plan(candidate),
              kind(candidate),
              digest(candidate).hex(),
              candidate.encodedSize().bytes(),
              downloads.of(candidate).orElse(null),
              parts));
    }
    return all;
  }

  private static String kind(Candidate candidate) {
    if (candidate instanceof Candidate.AsGiven) {
      return "given";
    }
    return candidate.plan().isPresent() ? "plan" : "uniform";
  }

  /**
   * What is known of the model as given and of every candidate that was judged, by part. Candidates
   * that were only worked on ahead are left out: a sweep that continues does not ask for them.
   */
  private Map<Candidate, Map<SampleRole, Evidence>> found() {
    Set<Candidate> judged = new HashSet<>();
    judged.add(files.family().asGiven());
    findings.evaluations().values().stream()
        .filter(own -> own.verdict().isJudged())
        .map(CandidateEvaluation::candidate)
        .forEach(judged::add);
    findings
        .tested()
        .ifPresent(
            own -> own.confirmation().tested().forEach(test -> judged.add(test.candidate())));
    Map<Candidate, Map<SampleRole, Evidence>> found = new HashMap<>();
    for (Candidate candidate : judged) {
      TreeMap<SampleRole, Evidence> parts = new TreeMap<>();
      for (SampleRole role : List.of(SampleRole.SELECTION, SampleRole.CONFIRMATION)) {
        SampleIndex index = answered.samples().part(role).index();
        Evidence evidence =
            candidate instanceof Candidate.AsGiven
                ? itself(answered.answers(role))
                : evaluations.of(index, digest(candidate));
        if (!evidence.isEmpty()) {
          parts.put(role, evidence);
        }
      }
      if (!parts.isEmpty()) {
        found.put(candidate, parts);
      }
    }
    return found;
  }

  private Sha256Digest digest(Candidate candidate) {
    return candidate instanceof Candidate.AsGiven
        ? model.given().digest()
        : files.digests().get(candidate);
  }

  private static Evidence itself(ReferenceEvidence answers) {
    BitSet all = answers.answered();
    return Evidence.of(all, all);
  }

  /** Whose bitmaps are kept: the answer's, the uniform ones', then by nearness to the answer. */
  private Set<Candidate> withinRoom(Map<Candidate, Map<SampleRole, Evidence>> found) {
    long near = chosen.map(own -> own.encodedSize().bytes()).orElse(0L);
    List<Candidate> order = new ArrayList<>(found.keySet());
    order.sort(
        Comparator.comparingInt(this::place)
            .thenComparingLong(own -> Math.abs(own.encodedSize().bytes() - near))
            .thenComparing(Comparator.naturalOrder()));
    Set<Candidate> shown = new HashSet<>();
    long bytes = 0;
    for (Candidate candidate : order) {
      for (SampleRole role : found.get(candidate).keySet()) {
        bytes += 2L * (answered.samples().part(role).index().size() / Byte.SIZE + 1);
      }
      if (bytes > MOST_BITMAPS) {
        return shown;
      }
      shown.add(candidate);
    }
    return shown;
  }

  private int place(Candidate candidate) {
    if (chosen.equals(Optional.of(candidate))) {
      return 0;
    }
    return candidate.plan().isPresent() ? 2 : 1;
  }
}
