package org.quantsweep.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.search.Candidate;

/**
 * What a sweep is going to need, made beside it: while Spark starts, samples are written and waves
 * run, a core often has nothing to do. Candidates' files come in the order in which they are
 * judged, a few before they are asked for; what they deflate to follows. Nothing that a sweep says
 * depends on how far this came.
 */
final class WorkAhead implements AutoCloseable {
  /** How many files are made before they are asked for. */
  static final int FILES = 4;

  /** What they take together; those that wait to be deflated take as much once more. */
  static final long MOST_BYTES = 32L << 20;

  private final ThreadPoolExecutor encoding = thread("candidates");
  private final ThreadPoolExecutor deflating = thread("downloads");
  private final Queue<Candidate> coming = new ArrayDeque<>();
  private final Map<Candidate, Future<ModelFiles>> made = new HashMap<>();
  private final Map<Candidate, Future<ByteSize>> sizes = new ConcurrentHashMap<>();
  private long madeBytes;
  private long waitingBytes;
  private boolean deflatesNoMore;
  private final DownloadSizes.Budget budget;

  /**
   * Nothing is made yet.
   *
   * @param budget of what is deflated
   */
  WorkAhead(DownloadSizes.Budget budget) {
    this.budget = budget;
  }

  /** What nobody waits for must not keep a process. */
  private static ThreadPoolExecutor thread(String name) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Begins with what else is asked for later: it comes before all files. */
  <T> Future<T> begin(Callable<T> work) {
    return encoding.submit(work);
  }

  /**
   * Begins with the files of candidates, by ascending size.
   *
   * @param encode makes one
   */
  synchronized void expect(
      Collection<Candidate> candidates, Function<Candidate, ModelFiles> encode) {
    candidates.stream()
        .filter(candidate -> !(candidate instanceof Candidate.AsGiven))
        .sorted()
        .forEach(coming::add);
    makeNext(encode);
  }

  private void makeNext(Function<Candidate, ModelFiles> encode) {
    while (!coming.isEmpty() && made.size() < FILES && !encoding.isShutdown()) {
      long bytes = coming.element().encodedSize().bytes();
      if (madeBytes + bytes > MOST_BYTES) {
        return;
      }
      madeBytes += bytes;
      Candidate next = coming.remove();
      made.put(next, encoding.submit(() -> encode.apply(next)));
    }
  }

  /**
   * A candidate's file: as it was made here, once, or made now.
   *
   * @param encode makes one
   */
  ModelFiles file(Candidate candidate, Function<Candidate, ModelFiles> encode) {
    Future<ModelFiles> ready;
    synchronized (this) {
      ready = made.remove(candidate);
      if (ready == null) {
        coming.remove(candidate);
      } else {
        madeBytes -= candidate.encodedSize().bytes();
      }
      makeNext(encode);
    }
    ModelFiles file = ready == null ? encode.apply(candidate) : result(ready);
    deflate(candidate, file);
    return file;
  }

  /** Begins to deflate a file that is there, once, where that is asked for later and affordable. */
  void deflate(Candidate candidate, ModelFiles file) {
    long bytes = file.size().bytes();
    synchronized (this) {
      if (deflatesNoMore
          || sizes.containsKey(candidate)
          || waitingBytes + bytes > MOST_BYTES
          || !budget.takes(candidate)) {
        return;
      }
      waitingBytes += bytes;
      sizes.put(
          candidate,
          deflating.submit(
              () -> {
                try {
                  return DownloadSize.of(file);
                } finally {
                  deflated(bytes);
                }
              }));
    }
  }

  private synchronized void deflated(long bytes) {
    waitingBytes -= bytes;
  }

  /** What a candidate deflates to, where that was at least begun here; what was not is dropped. */
  Optional<Future<ByteSize>> downloadSize(Candidate candidate) {
    Future<ByteSize> size = sizes.get(candidate);
    return size == null || size.isCancelled() ? Optional.empty() : Optional.of(size);
  }

  /** Whoever is to wait for sizes makes by itself those that are not begun. */
  synchronized void stopDeflating() {
    deflatesNoMore = true;
    stop(deflating);
  }

  /** Not by an interrupt, which would close files that others read. */
  private static void stop(ThreadPoolExecutor thread) {
    List<Runnable> waiting = new ArrayList<>();
    thread.getQueue().drainTo(waiting);
    waiting.forEach(work -> ((Future<?>) work).cancel(false));
    thread.shutdown();
  }

  static <T> T result(Future<T> work) {
    try {
      return work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the sweep was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (CancellationException e) {
      throw new IllegalStateException("the sweep has ended.", e);
    }
  }

  @Override
  public void close() {
    stop(encoding);
    stopDeflating();
  }
}
