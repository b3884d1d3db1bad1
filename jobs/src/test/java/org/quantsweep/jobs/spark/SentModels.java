package org.quantsweep.jobs.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.BroadcastBlockId;
import org.quantsweep.digest.Sha256Digest;
import scala.Option;

/** Hears which models the driver sends, each as often as it is broadcast. */
public final class SentModels extends SparkListener {
  private final List<Sha256Digest> sent = new ArrayList<>();

  /** The models' digests, in the order in which they were sent. */
  public synchronized List<Sha256Digest> sent() {
    return List.copyOf(sent);
  }

  /** The first piece of a broadcast is told; the whole lies beside it in the driver. */
  @Override
  public synchronized void onBlockUpdated(SparkListenerBlockUpdated updated) {
    if (updated.blockUpdatedInfo().blockId() instanceof BroadcastBlockId piece
        && piece.field().equals("piece0")
        && updated.blockUpdatedInfo().storageLevel().isValid()) {
      Option<BlockResult> whole =
          SparkEnv.get()
              .blockManager()
              .getLocalValues(new BroadcastBlockId(piece.broadcastId(), ""));
      if (whole.isDefined()) {
        // To its end, which gives the block back.
        for (var values = whole.get().data(); values.hasNext(); ) {
          if (values.next() instanceof SharedModel.Shipped model) {
            sent.add(model.digest());
          }
        }
      }
    }
  }
}
