package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.search.Candidate;

/**
 * What a sweep's candidates take once they are deflated, for results. Files are made again here,
 * when the search is over, so that no judging waits for it.
 *
 * @param bytes of the candidates that were judged, of the file as given, and of all that the search
 *     went by these bytes for
 */
record DownloadSizes(Map<Candidate, ByteSize> bytes) {
  /** What the files that are deflated at once may take together in memory. */
  private static final long MOST_AT_ONCE = 256L << 20;

  /** What is deflated for results alone, in bytes of codes. */
  private static final long MOST_BYTES = 64_000_000;

  /** What a byte of floats counts as, because floats deflate several times slower than codes. */
  private static final long FLOATS = 8;

  /** Copies the map. */
  DownloadSizes {
    bytes = Collections.unmodifiableMap(new HashMap<>(bytes));
  }

  /**
   * Deflates what a search has not.
   *
   * @param looked candidates that were looked at, those first that matter most; where they are not
   *     ordered by these bytes, as many as {@link #MOST_BYTES} hold, and the first
   * @param given the file as given
   * @param isKnown whether candidates are ordered by these bytes
   */
  static DownloadSizes of(
      Collection<Candidate> looked, ModelFiles given, CandidateFiles files, boolean isKnown) {
    Map<Candidate, ByteSize> bytes = new HashMap<>();
    if (isKnown) {
      looked.forEach(candidate -> bytes.put(candidate, candidate.size()));
      return new DownloadSizes(bytes);
    }
    List<Candidate> order = affordable(looked, given.size().bytes());
    long largest = given.size().bytes();
    for (Candidate candidate : order) {
      largest = Math.max(largest, candidate.encodedSize().bytes());
    }
    int cores = Runtime.getRuntime().availableProcessors();
    long atOnce = Math.max(1, Math.min(cores, MOST_AT_ONCE / Math.max(1, largest)));
    ExecutorService threads = Executors.newFixedThreadPool((int) atOnce);
    try {
      List<Callable<ByteSize>> tasks = new ArrayList<>();
      for (Candidate candidate : order) {
        tasks.add(
            () ->
                DownloadSize.of(
                    candidate instanceof Candidate.AsGiven ? given : files.encode(candidate)));
      }
      int place = 0;
      for (Future<ByteSize> found : threads.invokeAll(tasks)) {
        bytes.put(order.get(place++), found.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("deflating was interrupted.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a candidate cannot be deflated.", e);
    } finally {
      threads.shutdownNow();
    }
    return new DownloadSizes(bytes);
  }

  /** From the first on, passing over what is too much. */
  static List<Candidate> affordable(Collection<Candidate> looked, long given) {
    List<Candidate> order = new ArrayList<>();
    long left = MOST_BYTES;
    for (Candidate candidate : looked) {
      long own = candidate.encodedSize().bytes();
      long cost = own > given / 2 ? own * FLOATS : own;
      if (order.isEmpty() || cost <= left) {
        order.add(candidate);
        left -= cost;
      }
    }
    return order;
  }

  /** Of the file as given. */
  Optional<Long> ofGiven() {
    return bytes.keySet().stream()
        .filter(Candidate.AsGiven.class::isInstance)
        .findFirst()
        .flatMap(this::of);
  }

  /** In bytes; empty for a candidate that was not judged. */
  Optional<Long> of(Candidate candidate) {
    return Optional.ofNullable(bytes.get(candidate)).map(ByteSize::bytes);
  }
}
