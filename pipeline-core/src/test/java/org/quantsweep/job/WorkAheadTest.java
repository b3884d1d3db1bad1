package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Candidate;

class WorkAheadTest {
  private static final int GIVEN = 10_000;

  /** Content whose reader says that it has begun, and waits. */
  private record HeldContent(FileContent content, CountDownLatch begun, CountDownLatch go)
      implements FileContent {
    @Override
    public ByteSize size() {
      return content.size();
    }

    @Override
    public Sha256Digest digest() {
      return content.digest();
    }

    @Override
    public InputStream open() throws IOException {
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
      return content.open();
    }
  }

  private final List<Candidate> encoded = Collections.synchronizedList(new ArrayList<>());

  private static Candidate candidate(int bits, long bytes) {
    ByteSize size = new ByteSize(bytes);
    return new Candidate.Uniform(Scheme.parse("linear:" + bits), size, size);
  }

  private static ModelFiles files(Candidate candidate) {
    byte[] bytes = new byte[(int) Math.min(GIVEN, candidate.encodedSize().bytes())];
    bytes[0] = (byte) candidate.name().hashCode();
    return ModelFiles.lone(bytes);
  }

  private ModelFiles encode(Candidate candidate) {
    encoded.add(candidate);
    return files(candidate);
  }

  private static WorkAhead ahead(boolean isKnown) {
    return new WorkAhead(DownloadSizes.Budget.ahead(ModelFiles.lone(new byte[GIVEN]), isKnown));
  }

  @Test
  void filesAreMadeOnceByAscendingSizeAndFewAheadOfWhatIsAskedFor() {
    List<Candidate> all = new ArrayList<>();
    for (int bits = 8; bits >= 1; bits--) {
      all.add(candidate(bits, 100 + bits));
    }
    List<Candidate> ascending = all.stream().sorted().toList();
    try (WorkAhead ahead = ahead(true)) {
      ahead.expect(all, this::encode);
      for (int place = 0; place < ascending.size(); place++) {
        Candidate next = ascending.get(place);
        assertThat(ahead.file(next, this::encode)).isEqualTo(files(next));
        assertThat(encoded.size()).isLessThanOrEqualTo(place + 1 + WorkAhead.FILES);
      }
      assertThat(encoded).isEqualTo(ascending);
      // It was handed over: who asks again has it made again.
      ahead.file(ascending.get(0), this::encode);
      assertThat(encoded).hasSize(9);
    }
  }

  @Test
  void largeFilesAreNotMadeAhead() {
    Candidate large = candidate(4, WorkAhead.MOST_BYTES + 1);
    try (WorkAhead ahead = ahead(true)) {
      ahead.expect(List.of(large), this::encode);
      WorkAhead.result(ahead.begin(() -> true));
      assertThat(encoded).isEmpty();
      assertThat(ahead.file(large, this::encode)).isEqualTo(files(large));
    }
  }

  @Test
  void aFailureIsToldToWhoeverAsksForTheFile() {
    Candidate broken = candidate(4, 100);
    Function<Candidate, ModelFiles> fails =
        candidate -> {
          throw new IllegalArgumentException("broken");
        };
    try (WorkAhead ahead = ahead(true)) {
      ahead.expect(List.of(broken), fails);
      assertThatThrownBy(() -> ahead.file(broken, fails))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("broken");
    }
  }

  @Test
  void whatIsAskedForIsDeflatedWithinTheBudgetAndWhereNobodyKnowsIt() {
    Candidate one = candidate(4, 100);
    Candidate tooMuch = candidate(5, 64_000_000);
    try (WorkAhead ahead = ahead(false)) {
      ahead.file(one, this::encode);
      ahead.file(tooMuch, this::encode);
      assertThat(WorkAhead.result(ahead.downloadSize(one).orElseThrow()))
          .isEqualTo(DownloadSize.of(files(one)));
      assertThat(ahead.downloadSize(tooMuch)).isEmpty();
    }
    try (WorkAhead known = ahead(true)) {
      known.file(one, this::encode);
      assertThat(known.downloadSize(one)).isEmpty();
    }
  }

  @Test
  void whatWasNotBegunIsDroppedWhenSizesAreAskedFor() throws InterruptedException {
    Candidate slow = candidate(4, 100);
    Candidate waiting = candidate(5, 110);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ModelFiles held =
        ModelFiles.lone(new HeldContent(files(slow).files().values().iterator().next(), begun, go));
    try (WorkAhead ahead = ahead(false)) {
      ahead.deflate(slow, held);
      begun.await();
      ahead.deflate(waiting, files(waiting));
      ahead.stopDeflating();
      go.countDown();
      assertThat(WorkAhead.result(ahead.downloadSize(slow).orElseThrow()))
          .isEqualTo(DownloadSize.of(files(slow)));
      assertThat(ahead.downloadSize(waiting)).isEmpty();
      Candidate late = candidate(6, 120);
      assertThat(ahead.file(late, this::encode)).isEqualTo(files(late));
      assertThat(ahead.downloadSize(late)).isEmpty();
    }
  }
}
