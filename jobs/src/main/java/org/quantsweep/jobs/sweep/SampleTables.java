package org.quantsweep.jobs.sweep;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.job.SamplePart;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SampleSets;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.sample.Sample;

/** The sample sets of a sweep as tables; those that are made on the way go into its folder. */
final class SampleTables implements SampleSets {
  private final SparkSession spark;
  private final IngestLimits limits;
  private final Consumer<String> remarks;
  private final OutputFolder output;
  private final Map<SampleSet, SampleTable> opened = new EnumMap<>(SampleSet.class);

  /**
   * In the folder of a sweep.
   *
   * @param remarks hears what was left out of the samples
   */
  SampleTables(
      SparkSession spark, IngestLimits limits, OutputFolder output, Consumer<String> remarks) {
    this.spark = spark;
    this.limits = limits;
    this.output = output;
    this.remarks = remarks;
  }

  @Override
  public Opened open(SampleSet set, List<String> locations) {
    Ingestion ingestion = new Ingestion(spark, limits).telling(remarks);
    List<String> addresses = locations.stream().map(FileAddress::hadoop).toList();
    SampleTable table = output.writing(set.toString(), path -> ingestion.open(addresses, path));
    ingestion.remarks().forEach(remarks);
    opened.put(set, table);
    return new Opened(table.index(), table.unreadable());
  }

  @Override
  public List<Described> described(SamplePart part, int most) {
    return opened.get(part.set()).described(part.index(), most).stream()
        .map(own -> new Described(own.path(), own.label()))
        .toList();
  }

  @Override
  public Map<Integer, Sample> read(SamplePart part, Collection<Integer> ranks, long mostBytes) {
    return opened.get(part.set()).read(part.index(), ranks, mostBytes);
  }

  /** The samples of a part of a set that is open, one partition for each shard. */
  JavaRDD<ShardSamples> shards(SamplePart part) {
    return opened.get(part.set()).shards(part.index());
  }
}
