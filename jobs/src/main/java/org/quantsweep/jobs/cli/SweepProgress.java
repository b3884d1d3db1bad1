package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.SearchEstimate;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.Verdict;

/**
 * Says on standard error how a sweep goes on: at most one line in ten seconds, and the ends. It is
 * told from several threads.
 */
final class SweepProgress implements SearchListener, AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** Of each part: a large set may have many within its limit. */
  private static final int MOST_REASONS = 20;

  private final PrintWriter err;
  private final LongSupplier nanoseconds;
  private final long started;
  private long lastLine;
  private final PhaseClocks phases;

  /** The smallest that is accepted; the most agreeing where nothing has to be met. */
  private CandidateEvaluation best;

  SweepProgress(PrintWriter err) {
    this(err, System::nanoTime);
  }

  /** By a clock that only goes forward. */
  SweepProgress(PrintWriter err, LongSupplier nanoseconds) {
    this.err = err;
    this.nanoseconds = nanoseconds;
    this.started = nanoseconds.getAsLong();
    this.lastLine = started;
    this.phases = new PhaseClocks(nanoseconds, "candidates");
  }

  @Override
  public synchronized void remarked(String remark) {
    err.println(remark);
  }

  @Override
  public synchronized void referenceDone(String part, long answered, Quarantine quarantine) {
    line(
        "the reference answers "
            + answered
            + " "
            + part
            + " samples; "
            + quarantine.count()
            + " quarantined");
    List<String> reasons = quarantine.reasons();
    reasons.stream().limit(MOST_REASONS).forEach(reason -> err.println("quarantined " + reason));
    if (reasons.size() > MOST_REASONS) {
      err.println("quarantined: " + (reasons.size() - MOST_REASONS) + " more");
    }
  }

  @Override
  public synchronized void waveDone(
      List<CandidateEvaluation> decided, int candidates, long inferences) {
    if (nanoseconds.getAsLong() - lastLine < INTERVAL.toNanos()) {
      return;
    }
    String best = "none yet";
    for (CandidateEvaluation evaluation : decided) {
      if (evaluation.verdict() == Verdict.ACCEPTED) {
        best = evaluation.candidate().name() + " (" + evaluation.candidate().size() + ")";
        break;
      }
    }
    double seconds = (nanoseconds.getAsLong() - started) * 1e-9;
    double left =
        decided.isEmpty() ? Double.NaN : seconds / decided.size() * (candidates - decided.size());
    line(
        decided.size()
            + " of "
            + candidates
            + " candidates decided, "
            + inferences
            + " inferences, best so far: "
            + best
            + (Double.isNaN(left) ? "" : ", at most about " + Math.round(left) + " s left"));
  }

  @Override
  public synchronized void planned(SearchEstimate estimate) {
    String work =
        String.format(
            Locale.ROOT,
            "%d weight tensors, at most %d options: calibration on %d samples, %s weights of all"
                + " forms to fit, %s alone on at most %d samples (about %d inferences), plans on %d"
                + " (about %d)",
            estimate.tensors(),
            estimate.options(),
            estimate.calibrationSamples(),
            count(estimate.fittedWeights()),
            estimate.foretells() ? "some options" : "each option",
            estimate.sensitivitySamples(),
            estimate.sensitivityInferences(),
            estimate.selectionSamples(),
            estimate.planInferences());
    String time =
        String.format(
            Locale.ROOT,
            "; about %s in all at %.1f ms an inference on %d cores, less what is known from before",
            time(estimate.seconds()),
            1e3 * estimate.secondsPerInference(),
            estimate.cores());
    // Nothing was run where an earlier sweep left every evaluation: then there is no time to tell.
    line(work + (estimate.secondsPerInference() > 0 ? time : ""));
  }

  @Override
  public synchronized void leftOut(List<LeftOut> options) {
    LeftOut.lines(options).forEach(this::line);
  }

  private static String time(double seconds) {
    return seconds < 120
        ? Math.max(1, Math.round(seconds)) + " s"
        : Math.round(seconds / 60) + " min";
  }

  @Override
  public synchronized void narrowed(int offered, int best, int kept) {
    line(
        "options: "
            + offered
            + " offered, "
            + best
            + " of them beaten by no other in bytes and error"
            + (kept == best ? "" : ", " + kept + " of these near the best mixtures"));
  }

  @Override
  public synchronized void phaseStarted(String phase, long inferences) {
    line(phase + (inferences == 0 ? "" : ", about " + inferences + " inferences"));
    phases.restart(phase);
    best = null;
  }

  @Override
  public synchronized void phaseResumed(String phase) {
    phases.enter(phase);
  }

  @Override
  public synchronized void phaseAdvanced(String phase, String unit, long done, long of) {
    if (!phase.equals(phases.current())) {
      phases.enter(phase);
    }
    if (nanoseconds.getAsLong() - lastLine < INTERVAL.toNanos() || done == 0) {
      return;
    }
    String left =
        done < of ? ", about " + time(phases.seconds() / done * (of - done)) + " left" : "";
    line(phase + ": " + count(done) + " of " + count(of) + " " + unit + left);
  }

  /** Large ones in millions: nobody reads their last digits. */
  private static String count(long number) {
    return number < 1_000_000
        ? Long.toString(number)
        : String.format(Locale.ROOT, "%.1f million", number * 1e-6);
  }

  @Override
  public synchronized void candidatesJudged(
      Collection<CandidateEvaluation> decided, int judged, int left) {
    for (CandidateEvaluation evaluation : decided) {
      if (isBetter(evaluation)) {
        best = evaluation;
      }
    }
    if (nanoseconds.getAsLong() - lastLine < INTERVAL.toNanos() || judged == 0) {
      return;
    }
    double seconds = phases.seconds();
    line(
        phases.current()
            + ": "
            + judged
            + (left == 0 ? "" : " of at most " + (judged + left))
            + " judged, best so far: "
            + (best == null ? "none yet" : told(best))
            + (left == 0 ? "" : ", at most about " + time(seconds / judged * left) + " left"));
  }

  private boolean isBetter(CandidateEvaluation evaluation) {
    if (evaluation.verdict() == Verdict.JUDGED) {
      return best == null || CandidateEvaluation.MOST_AGREEING.compare(evaluation, best) < 0;
    }
    return evaluation.verdict().isAccepted()
        && (best == null || evaluation.candidate().compareTo(best.candidate()) < 0);
  }

  private static String told(CandidateEvaluation best) {
    String size = best.candidate().size().toString();
    return best.verdict() == Verdict.JUDGED
        ? size
            + ", "
            + best.counts().agreeing()
            + " of "
            + best.counts().judged()
            + " samples agree"
        : size;
  }

  @Override
  public void close() {
    err.flush();
  }

  private void line(String text) {
    lastLine = nanoseconds.getAsLong();
    err.println(Math.round((lastLine - started) * 1e-9) + " s: " + text);
  }
}
