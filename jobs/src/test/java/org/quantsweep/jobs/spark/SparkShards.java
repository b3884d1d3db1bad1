package org.quantsweep.jobs.spark;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;

/** Samples that are here, for runners on Spark. */
final class SparkShards {
  private SparkShards() {}

  /** One partition for each shard. */
  static JavaRDD<ShardSamples> of(JavaSparkContext spark, SampleSource samples) {
    int shards = samples.index().shards();
    return spark.parallelize(
        IntStream.range(0, shards)
            .mapToObj(ShardId::new)
            .map(shard -> new ShardSamples(shard, samples.read(shard)))
            .toList(),
        shards);
  }
}
