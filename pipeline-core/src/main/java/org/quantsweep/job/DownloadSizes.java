package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @param ahead what was deflated while the search ran
   */
  static DownloadSizes of(
      Collection<Candidate> looked,
      ModelFiles given,
      CandidateFiles files,
      boolean isKnown,
      WorkAhead ahead) {
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
    ahead.stopDeflating();
    int cores = Runtime.getRuntime().availableProcessors();
    long atOnce = Math.max(1, Math.min(cores, MOST_AT_ONCE / Math.max(1, largest)));
    ExecutorService threads = Executors.newFixedThreadPool((int) atOnce);
    try {
      Map<Candidate, Future<ByteSize>> sizes = new LinkedHashMap<>();
      for (Candidate candidate : order) {
        sizes.put(
            candidate,
            ahead
                .downloadSize(candidate)
                .orElseGet(
                    () ->
                        threads.submit(
                            () ->
                                DownloadSize.of(
                                    candidate instanceof Candidate.AsGiven
                                        ? given
                                        : files.encode(candidate)))));
      }
      for (Map.Entry<Candidate, Future<ByteSize>> size : sizes.entrySet()) {
        bytes.put(size.getKey(), size.getValue().get());
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
    Budget budget = new Budget(given, MOST_BYTES, true);
    for (Candidate candidate : looked) {
      if (budget.takes(candidate)) {
        order.add(candidate);
      }
    }
    return order;
  }

  /** What may be deflated for results alone, in bytes of codes. */
  static final class Budget {
    private final long given;
    private long left;
    private boolean takesAny;

    private Budget(long given, long left, boolean takesAny) {
      this.given = given;
      this.left = left;
      this.takesAny = takesAny;
    }

    /** Of what is deflated ahead; nothing where candidates are ordered by these bytes. */
    static Budget ahead(ModelFiles given, boolean isKnown) {
      return new Budget(given.size().bytes(), isKnown ? 0 : MOST_BYTES, false);
    }

    boolean takes(Candidate candidate) {
      long own = candidate.encodedSize().bytes();
      long cost = own > given / 2 ? own * FLOATS : own;
      if (cost > left && !takesAny) {
        return false;
      }
      takesAny = false;
      left -= cost;
      return true;
    }
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
