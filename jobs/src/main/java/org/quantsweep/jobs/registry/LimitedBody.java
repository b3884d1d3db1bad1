package org.quantsweep.jobs.registry;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Copies the body of an answer, and refuses one that is longer than it may be. */
final class LimitedBody implements HttpResponse.BodySubscriber<Void> {
  private final OutputStream target;
  private final long limit;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private Flow.Subscription subscription;
  private long bytes;

  LimitedBody(OutputStream target, long limit) {
    this.target = target;
    this.limit = limit;
  }

  @Override
  public CompletionStage<Void> getBody() {
    return done;
  }

  @Override
  public void onSubscribe(Flow.Subscription started) {
    subscription = started;
    started.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        bytes += buffer.remaining();
        if (bytes > limit) {
          throw new MlflowFailure(
              "the answer is longer than " + limit + " bytes, which it may not be",
              "look what the server holds there.");
        }
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        target.write(part);
      }
      subscription.request(1);
    } catch (IOException e) {
      subscription.cancel();
      done.completeExceptionally(e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    done.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    done.complete(null);
  }
}
