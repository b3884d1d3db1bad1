package org.quantsweep.jobs.spark;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.TensorOption;

/**
 * The fitted options that were asked for last, up to so many bytes of codes. A code of a weight is
 * a byte here. What goes is read again when it is asked for.
 */
final class KeptOptions {
  private final long mostBytes;
  private final Map<TensorOption, FittedOption> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** Nothing yet. */
  KeptOptions(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** A quarter of the heap, which plans and their files share. */
  static KeptOptions ofHeap() {
    return new KeptOptions(Runtime.getRuntime().maxMemory() / 4);
  }

  /** Those of some options that are here. */
  Map<TensorOption, FittedOption> of(Iterable<TensorOption> options) {
    Map<TensorOption, FittedOption> found = new HashMap<>();
    for (TensorOption option : options) {
      FittedOption own = kept.get(option);
      if (own != null) {
        found.put(option, own);
      }
    }
    return found;
  }

  /** Takes an option, and lets go of those that were not asked for longest. */
  void put(TensorOption option, FittedOption found) {
    FittedOption before = kept.put(option, found);
    bytes += bytes(found) - (before == null ? 0 : bytes(before));
    Iterator<FittedOption> oldest = kept.values().iterator();
    while (bytes > mostBytes && oldest.hasNext()) {
      bytes -= bytes(oldest.next());
      oldest.remove();
    }
  }

  void clear() {
    kept.clear();
    bytes = 0;
  }

  /** Beside the codes an option has little. */
  private static long bytes(FittedOption option) {
    return 1024 + option.weights().map(codes -> codes.weights().shape().elementCount()).orElse(0L);
  }
}
