package org.quantsweep.search;

import java.util.Collection;
import java.util.List;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/**
 * How large plans are under an objective. What orders candidates is exact; what a line of many
 * plans goes by may be a promise, which is summed from its options.
 */
public interface PlanSizing {
  /** That of an objective. */
  static PlanSizing of(Objective objective, ModelEncoder encoder) {
    return objective == Objective.DOWNLOAD ? new DownloadSizing(encoder) : new DiskSizing(encoder);
  }

  /** What a search chooses from for a weight tensor, by its identity. */
  List<Scheme> offered(String tensor);

  /** Says which options are asked for next, so that they can be worked on at once. */
  default void prepare(Collection<TensorOption> options) {
    // Most are known at once.
  }

  /** What an option adds to a plan; only differences between options of a weight tensor count. */
  long bytes(TensorOption option);

  /** The bytes that a plan promises: exact where {@link #exact} costs nothing. */
  long promised(QuantizationPlan plan);

  /** Whether every plan promises its exact size. */
  boolean isExact();

  /** The bytes by which a plan's candidate is ordered. */
  ByteSize exact(QuantizationPlan plan);

  /** The bytes of a plan's files on disk. */
  ByteSize onDisk(QuantizationPlan plan);
}
