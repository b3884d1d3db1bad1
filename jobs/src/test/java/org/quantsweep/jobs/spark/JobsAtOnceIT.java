package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JobsAtOnceIT {
  private static SparkSession spark;
  private static JavaSparkContext context;

  @BeforeAll
  static void open() {
    spark = SparkSessions.open("test", "local[2]");
    context = JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Test
  void jobsRunSideBySideAndAreTakenInTheirOrder() {
    // The first ends only after the second has begun.
    CountDownLatch begun = new CountDownLatch(1);
    List<Integer> asked = new ArrayList<>();
    List<Integer> asFound = new ArrayList<>();
    List<Long> taken = new ArrayList<>();
    Iterator<Integer> works =
        IntStream.range(0, 5).boxed().peek(work -> asked.add(work)).iterator();
    new JobsAtOnce(context, 2)
        .<Integer, Long>run(
            works,
            work -> {
              if (work == 0) {
                await(begun);
              } else {
                begun.countDown();
              }
              return context.parallelize(List.of(work, 10), 2).count() + 10L * work;
            },
            found -> {
              taken.add(found);
              asFound.add(asked.size());
            });
    assertThat(taken).containsExactly(2L, 12L, 22L, 32L, 42L);
    // Never more than two ahead of what was taken, and one that the iterator looked at.
    for (int place = 0; place < asFound.size(); place++) {
      assertThat(asFound.get(place)).isLessThanOrEqualTo(place + 3);
    }
  }

  @Test
  void whatFailsEndsTheOthersAndNothingMoreBegins() {
    List<Integer> asked = new ArrayList<>();
    List<Long> taken = new ArrayList<>();
    Iterator<Integer> works =
        IntStream.range(0, 9).boxed().peek(work -> asked.add(work)).iterator();
    assertThatThrownBy(
            () ->
                new JobsAtOnce(context, 2)
                    .<Integer, Long>run(
                        works,
                        work -> {
                          if (work == 1) {
                            throw new IllegalArgumentException("the second fails");
                          }
                          return context
                              .parallelize(List.of(1), 1)
                              .map(
                                  one -> {
                                    if (work == 2) {
                                      // Ended from outside, or the test takes a minute.
                                      Thread.sleep(60_000);
                                    }
                                    return one;
                                  })
                              .count();
                        },
                        taken::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the second fails");
    assertThat(taken).containsExactly(1L);
    assertThat(asked.size()).isLessThanOrEqualTo(4);
    // The session is as it was.
    assertThat(context.parallelize(List.of(1, 2), 2).count()).isEqualTo(2);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
