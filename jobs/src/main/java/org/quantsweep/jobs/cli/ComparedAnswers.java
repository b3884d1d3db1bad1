package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.datasets.SteppedPreparation;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.FeatureMatch;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.jobs.guard.GuardedEngine;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.LocalSweepRunner;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepPlanner;

/**
 * What model B answers on samples, against what model A does.
 *
 * @param counts over the samples that A answers
 * @param quarantine what of the samples cannot be used
 * @param remarks what is odd about the answers
 */
record ComparedAnswers(AgreementCounts counts, Quarantine quarantine, List<String> remarks) {
  /** Copies the list. */
  ComparedAnswers {
    remarks = List.copyOf(remarks);
  }

  /** Looks at more of it while the samples are open. */
  interface Look {
    /** Looks at nothing. */
    Look NONE = (source, preparation, answered, found) -> {};

    /**
     * Looks.
     *
     * @param answered what A answers
     * @param found where B agrees
     */
    void at(
        SampleSource source,
        SamplePreparation preparation,
        ReferenceEvidence answered,
        Evidence found);
  }

  /**
   * The two models.
   *
   * @param first the name of A, for messages
   * @param second the name of B
   * @param model A
   * @param other B
   * @param judged the files of B
   * @param match which features belong together
   */
  record Models(
      String first,
      String second,
      CoreMLModel model,
      CoreMLModel other,
      ModelFiles judged,
      FeatureMatch match) {}

  /**
   * How they are run.
   *
   * @param steps whether the first axis of arrays counts calls
   * @param quarantineLimit the largest share of samples that may be unreadable, in [0, 1]
   * @param limit the longest that one run may take
   */
  record Settings(
      boolean steps,
      Criterion criterion,
      double quarantineLimit,
      Duration limit,
      FloatPrecision precision) {}

  /**
   * Runs both.
   *
   * @param err hears what is odd
   * @param counted hears what of the samples cannot be used, also where that is too much
   * @param look looks at more of it
   * @throws BadInputException when A answers none of the samples, or too few
   */
  static ComparedAnswers of(
      Models models,
      InputFile samples,
      Settings settings,
      PrintWriter err,
      Consumer<Quarantine> counted,
      Look look) {
    SamplePreparation preparation =
        SteppedPreparation.of(PicturePreparation.DEFAULT, settings.steps());
    AgreementCounts counts;
    Quarantine quarantine;
    int cores = Runtime.getRuntime().availableProcessors();
    UnansweredCalls unanswered = new UnansweredCalls();
    InferenceEngine engine = GuardedEngine.onnxRuntime(settings.limit(), settings.precision());
    InferenceEngine single = InferenceEngines.onnxRuntime(settings.limit());
    HalfOverflow ofFirst = new HalfOverflow(models.first(), models.model(), single);
    HalfOverflow ofSecond = new HalfOverflow(models.second(), models.other(), single);
    ModelFiles judged = models.judged();
    try (CommandSamples given = CommandSamples.open(samples);
        LocalSweepRunner runner =
            new LocalSweepRunner(
                new LocalSweepRunner.Models(
                    ofFirst.watching(engine.open(models.model())),
                    files ->
                        unanswered.noting(
                            models
                                .match()
                                .renamed(ofSecond.watching(engine.open(models.other()))))),
                given.source(),
                preparation,
                settings.criterion(),
                cores)) {
      SampleIndex index = given.source().index();
      ReferenceEvidence answered = runner.runReference();
      quarantine =
          Quarantine.unreadable(given.source().unreadable()).plus(answered.quarantine(index));
      given.remarks().forEach(err::println);
      quarantine.reasons().forEach(reason -> err.println("quarantined " + reason));
      BitSet ranks = answered.answered();
      counted.accept(quarantine);
      if (ranks.isEmpty()) {
        throw new BadInputException(
            samples
                + ": model A answers none of these samples, so nothing can be compared.\n"
                + quarantine.cure());
      }
      quarantine.requireWithin(settings.quarantineLimit(), samples.toString(), "samples");
      Map<Sha256Digest, Evidence> evidence =
          runner.evaluate(
              SweepPlanner.tasks(index, Map.of(judged.digest(), ranks)),
              new HashMap<>(Map.of(judged.digest(), judged)));
      Evidence found = evidence.getOrDefault(judged.digest(), Evidence.none());
      counts = found.counts(index);
      look.at(given.source(), preparation, answered, found);
    }
    List<String> remarks = new ArrayList<>();
    unanswered.note(models.second()).ifPresent(remarks::add);
    ofFirst.warning().ifPresent(remarks::add);
    ofSecond.warning().ifPresent(remarks::add);
    remarks.forEach(err::println);
    return new ComparedAnswers(counts, quarantine, remarks);
  }
}
