package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.BadInputException;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * What of a sweep's samples is used: of each part, those that the reference answers. Each part has
 * its own n and its own quarantine. Nobody knows which part an unreadable file of the main set
 * belongs to; there it counts once, as selection's.
 *
 * @param answers what the reference says, of every part that is not empty
 */
record AnsweredSamples(SweepSamples samples, Map<SampleRole, ReferenceEvidence> answers) {
  /** Copies the map. */
  AnsweredSamples {
    EnumMap<SampleRole, ReferenceEvidence> copied = new EnumMap<>(SampleRole.class);
    copied.putAll(answers);
    answers = Collections.unmodifiableMap(copied);
  }

  /** What the reference says of a part. */
  ReferenceEvidence answers(SampleRole role) {
    return answers.getOrDefault(role, ReferenceEvidence.none());
  }

  /** The denominator n of a part, copies counted. */
  long n(SampleRole role) {
    return answers(role).answered(samples.part(role).index());
  }

  /** What of a part cannot be used; its size is that of the part and of what could not be read. */
  Quarantine quarantine(SampleRole role) {
    boolean ownsUnreadable =
        role == SampleRole.SELECTION || samples.part(role).set() != SampleSet.MAIN;
    return ownsUnreadable
        ? samples.unreadable(samples.part(role).set()).plus(unanswered(role))
        : unanswered(role);
  }

  private Quarantine unanswered(SampleRole role) {
    return answers(role).quarantine(samples.part(role).index());
  }

  /**
   * Refuses samples of which the reference answers none in a part, or too few in a set. Each set
   * has its own size and its own limit; the parts of the main set share that of the whole, since
   * digests and not the samples decide which part a failure falls into.
   *
   * @throws BadInputException with the reasons
   */
  void requireUsable(SweepSettings settings) {
    answers.keySet().forEach(this::requireAnswered);
    for (SampleSet set : SampleSet.values()) {
      if (samples.given().containsKey(set)) {
        whole(set)
            .requireWithin(
                settings.quarantineLimit(), SweepSamples.location(settings, set), set.samples());
      }
    }
    if (samples.calibration().set() == SampleSet.CALIBRATION) {
      // Of a large set few are taken, and many of these are few of the set.
      unanswered(SampleRole.CALIBRATION)
          .requireWithin(
              settings.quarantineLimit(),
              SweepSamples.location(settings, SampleSet.CALIBRATION),
              SampleSet.CALIBRATION.samples());
    }
  }

  /** What of a set cannot be used, over all of its parts. */
  private Quarantine whole(SampleSet set) {
    Quarantine all = samples.unreadable(set);
    long count = all.count();
    List<String> reasons = new ArrayList<>(all.reasons());
    for (SampleRole role : answers.keySet()) {
      if (samples.part(role).set() == set) {
        Quarantine own = unanswered(role);
        count += own.count();
        reasons.addAll(own.reasons());
      }
    }
    return new Quarantine(samples.given().get(set).size(), count, reasons);
  }

  /** Every rule would be met by nothing. */
  private void requireAnswered(SampleRole role) {
    if (n(role) == 0) {
      throw new BadInputException(
          "the reference answers none of the "
              + samples.part(role).index().total()
              + " "
              + role
              + " samples, so nothing can be judged on them:"
              + Quarantine.lines(unanswered(role).reasons())
              + "\n"
              + unanswered(role).cure());
    }
  }
}
