package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quantsweep.digest.Sha256Digest;

/** Tasks that open the same thing at once. */
@Timeout(20)
class ExecutorCacheTest {
  private static final Sha256Digest DIGEST = Sha256Digest.ofText("model");

  private final ExecutorCache<AutoCloseable> cache = new ExecutorCache<>(1);
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void whoWaitsForWhatEndsInAnErrorHearsOfIt() throws Exception {
    LinkageError error = new LinkageError("no native library");
    CountDownLatch opening = new CountDownLatch(1);
    Future<AutoCloseable> first =
        threads.submit(
            () -> {
              try (ExecutorCache<AutoCloseable>.Lease lease = cache.lease("engine")) {
                return lease.get(
                    DIGEST,
                    () -> {
                      opening.countDown();
                      pause();
                      throw error;
                    });
              }
            });
    opening.await();
    Future<AutoCloseable> second =
        threads.submit(
            () -> {
              try (ExecutorCache<AutoCloseable>.Lease lease = cache.lease("engine")) {
                return lease.get(DIGEST, () -> () -> {});
              }
            });
    assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCause(error);
    assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCause(error);
  }

  @Test
  void aLaterTaskOpensItAgain() {
    AutoCloseable opened = () -> {};
    try (ExecutorCache<AutoCloseable>.Lease lease = cache.lease("engine")) {
      assertThatThrownBy(
              () ->
                  lease.get(
                      DIGEST,
                      () -> {
                        throw new OutOfMemoryError("for a moment");
                      }))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(lease.get(DIGEST, () -> opened)).isSameAs(opened);
    }
    try (ExecutorCache<AutoCloseable>.Lease lease = cache.lease("engine")) {
      assertThat(
              lease.get(
                  DIGEST,
                  () -> {
                    throw new IllegalStateException("it is open.");
                  }))
          .isSameAs(opened);
    }
  }

  /** Long enough for the other thread to wait. */
  private static void pause() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
