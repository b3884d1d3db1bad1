package org.quantsweep.benchmark;

import java.util.Random;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleCollector;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.RankSet;
import org.quantsweep.sweep.ReferenceEvidence;

/** Sample sets without samples: drawn digests, drawn margins, drawn agreements. */
final class MadeSamples {
  private MadeSamples() {}

  /** So many drawn digests, in no order. */
  static SampleIndex index(int count) {
    Random random = new Random(1);
    byte[] bytes = new byte[Sha256Digest.BYTES];
    try (SampleCollector collector = new SampleCollector()) {
      for (int i = 0; i < count; i++) {
        random.nextBytes(bytes);
        collector.add(Sha256Digest.ofBytes(bytes, 0), 1);
      }
      return collector.index();
    }
  }

  /** The margin of a sample, in [0, 1). */
  static double margin(int rank) {
    return (mixed(rank) >>> 11) * 0x1.0p-53;
  }

  /** What a task finds of the reference on some samples. */
  static ReferenceEvidence reference(int first, int end) {
    ReferenceEvidence.Union found = new ReferenceEvidence.Union();
    for (int rank = first; rank < end; rank++) {
      found.answer(rank, margin(rank));
    }
    return found.united();
  }

  /**
   * Those of some samples that agree under a candidate: near the margin 0 few do.
   *
   * @param share of all samples that disagrees
   */
  static RankSet agreeing(RankSet ranks, int candidate, double share) {
    return ranks.where(
        rank -> {
          double chance = 2 * share * (1 - margin(rank));
          return (mixed(31L * rank + candidate + 1) >>> 11) * 0x1.0p-53 >= chance;
        });
  }

  private static long mixed(long value) {
    long mixed = (value + 1) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
