package org.quantsweep.sweep;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;

/** Runs the tasks of a sweep: in this process, or on a cluster. Both give the same evidence. */
public interface SweepRunner extends AutoCloseable {
  /** Runs nothing: over no samples. */
  SweepRunner NONE =
      new SweepRunner() {
        @Override
        public ReferenceEvidence runReference() {
          return ReferenceEvidence.none();
        }

        @Override
        public Map<Sha256Digest, Evidence> evaluate(
            List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
          return Map.of();
        }

        @Override
        public SweepCost cost() {
          return SweepCost.NONE;
        }

        @Override
        public void close() {}
      };

  /**
   * Runs the reference on every sample of the set.
   *
   * @throws org.quantsweep.UsageException when the criterion fits none of the model's outputs
   */
  ReferenceEvidence runReference();

  /**
   * As {@link #runReference()}, and hands over what a part of the work found as soon as that part
   * ends: what is stored by then is not lost with the process.
   *
   * @param found is called by one thread at a time; it may be left out for what {@link #know} told
   */
  default ReferenceEvidence runReference(Consumer<ReferenceEvidence> found) {
    ReferenceEvidence all = runReference();
    found.accept(all);
    return all;
  }

  /**
   * Takes what is known of the reference, by rank: it does not run again where that suffices. It
   * takes nothing any more once something was run.
   */
  default void know(ReferenceEvidence known) {}

  /** How many tasks run at once: how much work is worth doing ahead, never what comes out. */
  default int slots() {
    return 1;
  }

  /**
   * Judges candidates.
   *
   * @param tasks as {@link SweepPlanner} cuts them
   * @param models every model that the tasks name, by digest
   */
  Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models);

  /** What was done so far. */
  SweepCost cost();

  @Override
  void close();
}
