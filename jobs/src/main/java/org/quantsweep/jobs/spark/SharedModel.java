package org.quantsweep.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.util.UUID;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.jobs.files.HadoopContent;
import org.quantsweep.jobs.files.HadoopStorage;

/**
 * A model on its way to executors. Its content goes by broadcast, or lies on storage where it is
 * too large for that; each executor fetches it once either way.
 */
final class SharedModel implements Serializable, AutoCloseable {
  /**
   * The largest content that is broadcast. Driver and executors hold a broadcast twice for a while,
   * as an object and in blocks, and a wave ships several candidates: of larger ones that makes
   * gigabytes of heap beside what the engine needs.
   */
  static final ByteSize LARGEST_BROADCAST = new ByteSize(256L << 20);

  private static final long serialVersionUID = 1L;
  private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8L;

  private final Sha256Digest digest;
  private final Broadcast<Shipped> shipped;
  private final transient Runnable withdrawal;

  private SharedModel(Sha256Digest digest, Broadcast<Shipped> shipped, Runnable withdrawal) {
    this.digest = digest;
    this.shipped = shipped;
    this.withdrawal = withdrawal;
  }

  /**
   * Sends a model.
   *
   * @param folder on storage that driver and executors reach; it is made where a large model does
   *     not lie on such storage already, and the model is taken away from there at the end
   * @throws BadInputException when the model cannot be read, or written there
   */
  static SharedModel share(JavaSparkContext spark, ModelFiles model, String folder) {
    return share(spark, model, folder, LARGEST_BROADCAST);
  }

  /** With a limit of one's own for what is broadcast. */
  static SharedModel share(
      JavaSparkContext spark, ModelFiles model, String folder, ByteSize largestBroadcast) {
    if (model.size().compareTo(largestBroadcast) <= 0) {
      return new SharedModel(
          model.digest(), spark.broadcast(new Shipped(inMemory(model), false)), () -> {});
    }
    if (executorsReach(model, spark)) {
      return new SharedModel(model.digest(), spark.broadcast(new Shipped(model, true)), () -> {});
    }
    HadoopStorage storage = new HadoopStorage(spark.hadoopConfiguration());
    // Another sweep may share the folder and take its own away: none is used by two.
    Path own = new Path(folder, model.digest().abbreviated() + "-" + UUID.randomUUID());
    String location = new Path(own, "model").toString();
    try {
      storage.write(location, model);
      return new SharedModel(
          model.digest(),
          spark.broadcast(new Shipped(storage.stored(location, model), true)),
          () -> delete(storage, own));
    } catch (IOException e) {
      throw new BadInputException(
          folder
              + ": a model of "
              + model.size()
              + " cannot be written here for the executors ("
              + e.getMessage()
              + ").\nMaybe name a writable place with --evaluations.",
          e);
    }
  }

  private static ModelFiles inMemory(ModelFiles model) {
    try {
      return model.inMemory(model.size());
    } catch (IOException e) {
      throw new BadInputException(
          "the model cannot be read any more ("
              + e.getMessage()
              + ").\nMaybe leave its file alone while a sweep runs.",
          e);
    }
  }

  /** Files of a driver's machine are another machine's only where that is the same. */
  private static boolean executorsReach(ModelFiles model, JavaSparkContext spark) {
    return model.files().values().stream()
        .allMatch(
            content ->
                content instanceof HadoopContent stored
                    && (spark.isLocal() || !"file".equals(stored.location().getScheme())));
  }

  private static void delete(HadoopStorage storage, Path own) {
    try {
      storage.delete(own.toString());
    } catch (IOException e) {
      // It is of no use to anybody, and the sweep has its result.
    }
  }

  /** The model's digest; nothing is fetched for it. */
  Sha256Digest digest() {
    return digest;
  }

  /** The model's files: in memory, unless they are larger than memory can hold in one array. */
  ModelFiles files() {
    return shipped.value().files();
  }

  /** The model, parsed by the first task of an executor that asks. Safe for several threads. */
  CoreMLModel read() {
    return shipped.value().read("model " + digest.abbreviated());
  }

  @Override
  public void close() {
    shipped.unpersist();
    withdrawal.run();
  }

  /** What is broadcast; Spark keeps one of it in an executor. */
  static final class Shipped implements Serializable {
    private static final long serialVersionUID = 1L;

    private final ModelFiles sent;
    private final boolean stored;
    private transient SoftReference<ModelFiles> fetched;
    private transient SoftReference<CoreMLModel> parsed;

    private Shipped(ModelFiles sent, boolean stored) {
      this.sent = sent;
      this.stored = stored;
    }

    Sha256Digest digest() {
      return sent.digest();
    }

    private synchronized ModelFiles files() {
      if (!stored || sent.size().bytes() > LARGEST_ARRAY) {
        return sent;
      }
      ModelFiles files = fetched == null ? null : fetched.get();
      if (files == null) {
        try {
          files = sent.inMemory(sent.size());
        } catch (IOException e) {
          throw new UncheckedIOException("the model cannot be read from storage.", e);
        }
        // It can be read again where memory is short.
        fetched = new SoftReference<>(files);
      }
      return files;
    }

    // Kept here, not by digest: constants are read where the files lie, and these go with the
    // sweep.
    private synchronized CoreMLModel read(String name) {
      CoreMLModel model = parsed == null ? null : parsed.get();
      if (model == null) {
        model = ModelReader.read(files(), name);
        parsed = new SoftReference<>(model);
      }
      return model;
    }
  }
}
