package org.quantsweep.jobs.sweep;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.job.SamplePart;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SampleSets;

/** The sample sets of a sweep as tables; those that are made on the way go into its folder. */
final class SampleTables implements SampleSets {
  private final Ingestion ingestion;
  private final OutputFolder output;
  private final Map<SampleSet, SampleTable> opened = new EnumMap<>(SampleSet.class);

  SampleTables(SparkSession spark, IngestLimits limits, OutputFolder output) {
    this.ingestion = new Ingestion(spark, limits);
    this.output = output;
  }

  @Override
  public Opened open(SampleSet set, List<String> locations) {
    SampleTable table = output.writing(set.toString(), path -> ingestion.open(locations, path));
    opened.put(set, table);
    return new Opened(table.index(), table.unreadable());
  }

  /** The samples of a part of a set that is open, one partition for each shard. */
  JavaRDD<ShardSamples> shards(SamplePart part) {
    return opened.get(part.set()).shards(part.index());
  }
}
