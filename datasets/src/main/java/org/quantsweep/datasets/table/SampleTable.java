package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.CallSamples;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.datasets.picture.PictureHeader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleCollector;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sample.ShardPrefixes;
import org.quantsweep.sample.UnreadableSampleException;
import scala.Tuple2;

/**
 * A table of samples: original bytes or arrays, by content digest. Files that could not be read
 * stand in it with their reason and no content.
 */
public final class SampleTable implements SampleSource {
  /** The columns of a sample table. */
  static final StructType SCHEMA =
      new StructType()
          .add("digest", DataTypes.StringType, true)
          .add("path", DataTypes.StringType, false)
          .add("kind", DataTypes.StringType, true)
          .add("content", DataTypes.BinaryType, true)
          .add("width", DataTypes.IntegerType, true)
          .add("height", DataTypes.IntegerType, true)
          .add("label", DataTypes.StringType, true)
          .add("copies", DataTypes.IntegerType, true)
          .add("reason", DataTypes.StringType, true);

  /** Up to so many samples of a part are asked for by name. */
  private static final int NAMED_DIGESTS = 512;

  /** What one process reads to look some samples up; of larger tables executors do. */
  private static final long MOST_DIRECT_BYTES = 64L << 20;

  private static final String PICTURE = "picture";
  private static final String ARRAYS = "arrays";
  private static final String CALLS = "calls";

  private final SparkSession spark;
  private final List<String> paths;
  private final SampleIndex index;
  private final List<QuarantinedSample> quarantined;
  private Dataset<Row> rows;

  private SampleTable(
      SparkSession spark,
      List<String> paths,
      SampleIndex index,
      List<QuarantinedSample> quarantined) {
    this.spark = spark;
    this.paths = List.copyOf(paths);
    this.index = index;
    this.quarantined = List.copyOf(quarantined);
  }

  /**
   * Reads which samples a table holds.
   *
   * @throws BadInputException when it holds none
   */
  public static SampleTable open(SparkSession spark, String path) {
    return open(spark, List.of(path));
  }

  /**
   * Reads which samples some tables hold together; a sample that is in two of them counts twice.
   *
   * @throws BadInputException when they hold none
   */
  public static SampleTable open(SparkSession spark, List<String> paths) {
    return open(spark, paths, paths);
  }

  /**
   * Reads tables that were made from something that the user knows better.
   *
   * @param sources what messages call them
   */
  static SampleTable open(SparkSession spark, List<String> paths, List<String> sources) {
    List<QuarantinedSample> quarantined = new ArrayList<>();
    SampleIndex index;
    try (SampleCollector samples = new SampleCollector()) {
      for (String path : paths) {
        direct(spark, path)
            .forEach(
                List.of("digest", "copies", "path", "reason"),
                row -> {
                  if (row.isNull("reason")) {
                    samples.add(digest(row, sources), copies(row, sources));
                  } else {
                    quarantined.add(new QuarantinedSample(row.text("path"), row.text("reason")));
                  }
                });
      }
      index = samples.index();
    }
    quarantined.sort(
        Comparator.comparing(QuarantinedSample::path).thenComparing(QuarantinedSample::reason));
    if (index.size() == 0) {
      throw empty(sources, quarantined);
    }
    return new SampleTable(spark, paths, index, quarantined);
  }

  /** Anybody may have written the table, or changed it. */
  private static Sha256Digest digest(DeltaRow row, List<String> sources) {
    String digest = row.text("digest");
    try {
      return new Sha256Digest(String.valueOf(digest));
    } catch (IllegalArgumentException e) {
      throw damaged(sources, "a sample's digest (" + digest + ") is no SHA-256", e);
    }
  }

  private static int copies(DeltaRow row, List<String> sources) {
    Integer copies = row.isNull("copies") ? null : row.number("copies");
    if (copies == null || copies < 1) {
      throw damaged(
          sources,
          "sample "
              + row.text("digest")
              + " has copies ("
              + copies
              + "), but it must have at least 1",
          null);
    }
    return copies;
  }

  private static BadInputException damaged(
      List<String> sources, String what, IllegalArgumentException cause) {
    return new BadInputException(
        String.join(", ", sources)
            + ": the sample table is damaged: "
            + what
            + ".\nMaybe bring its source into a new table with quantsweep ingest.",
        cause);
  }

  private static BadInputException empty(
      List<String> sources, List<QuarantinedSample> quarantined) {
    StringBuilder message = new StringBuilder(String.join(", ", sources));
    message.append(": there are no samples here");
    if (quarantined.isEmpty()) {
      message.append(". Known are pictures (.jpg, .png, .bmp), .npy and .npz files, and tables.");
    } else {
      message.append(", only ").append(quarantined.size()).append(" that cannot be read:");
      for (QuarantinedSample file : quarantined.subList(0, Math.min(5, quarantined.size()))) {
        message.append("\n  ").append(file.path()).append(": ").append(file.reason());
      }
      message.append(quarantined.size() > 5 ? "\n  ..." : "");
    }
    return new BadInputException(
        message + "\nMaybe check what --samples, --calibration or --confirmation names.");
  }

  @Override
  public SampleIndex index() {
    return index;
  }

  /** One shard alone, by a query of its own: for who works in this process. */
  @Override
  public List<Sample> read(ShardId shard) {
    TreeMap<Integer, Sample> own = new TreeMap<>();
    String first = index.digest(index.first(shard)).hex();
    String last = index.digest(index.end(shard) - 1).hex();
    // A shard's ranks are consecutive, and rows lie in the order of digests.
    for (Row row :
        rows()
            .where("reason is null")
            .where(functions.col("digest").between(first, last))
            .select("digest", "path", "kind", "content", "label")
            .collectAsList()) {
      Sample sample = sample(row);
      own.putIfAbsent(index.rank(sample.digest()), sample);
    }
    return List.copyOf(own.values());
  }

  /**
   * Paths and labels of the first samples of a part, by rank, without their content.
   *
   * @param part a set of samples that the table holds
   * @param most how many at most
   */
  public List<Description> described(SampleIndex part, int most) {
    int count = Math.min(most, part.size());
    if (count == 0) {
      return List.of();
    }
    TreeMap<Integer, Description> found = new TreeMap<>();
    for (String path : paths) {
      direct(spark, path)
          .forEach(
              List.of("digest", "path", "label", "reason"),
              DeltaRows.between("digest", part.digest(0).hex(), part.digest(count - 1).hex()),
              row -> {
                int rank =
                    row.isNull("reason") ? part.rank(new Sha256Digest(row.text("digest"))) : -1;
                if (rank >= 0 && rank < count) {
                  String label = row.text("label");
                  // Of a sample that two tables hold the first path by name, whichever is read
                  // first.
                  found.merge(
                      rank,
                      new Description(row.text("path"), label == null ? "" : label),
                      (one, other) -> one.path().compareTo(other.path()) <= 0 ? one : other);
                }
              });
    }
    return List.copyOf(found.values());
  }

  /**
   * Where a sample came from.
   *
   * @param label that came with it, or the empty text
   */
  public record Description(String path, String label) {}

  /**
   * Some samples of a part, by rank.
   *
   * @param part a set of samples that the table holds
   * @param ranks a few hundred at most
   * @param mostBytes what is stored of one; larger ones are left out
   */
  public Map<Integer, Sample> read(SampleIndex part, Collection<Integer> ranks, long mostBytes) {
    return read(part, ranks, mostBytes, MOST_DIRECT_BYTES);
  }

  /**
   * The same.
   *
   * @param mostDirect of tables that this process reads itself, all files together
   */
  Map<Integer, Sample> read(
      SampleIndex part, Collection<Integer> ranks, long mostBytes, long mostDirect) {
    TreeMap<Integer, Sample> found = new TreeMap<>();
    Consumer<Sample> take =
        sample ->
            found.merge(
                part.rank(sample.digest()),
                sample,
                (one, other) -> one.path().compareTo(other.path()) <= 0 ? one : other);
    List<String> digests = ranks.stream().map(rank -> part.digest(rank).hex()).sorted().toList();
    if (digests.isEmpty()) {
      return found;
    }
    List<DeltaRows> tables = paths.stream().map(path -> direct(spark, path)).toList();
    if (tables.stream().mapToLong(table -> table.files().bytes()).sum() > mostDirect) {
      for (Row row :
          rows()
              .where("reason is null")
              .where(functions.col("digest").isin(digests.toArray()))
              .where(functions.length(functions.col("content")).leq(mostBytes))
              .select("digest", "path", "kind", "content", "label")
              .collectAsList()) {
        take.accept(sample(row));
      }
      return found;
    }
    Set<String> wanted = Set.copyOf(digests);
    for (DeltaRows table : tables) {
      table.forEach(
          List.of("digest", "path", "kind", "content", "label", "reason"),
          DeltaRows.between("digest", digests.get(0), digests.get(digests.size() - 1)),
          row -> {
            if (row.isNull("reason") && wanted.contains(row.text("digest"))) {
              byte[] content = row.bytes("content");
              if (content == null || content.length <= mostBytes) {
                take.accept(
                    sample(
                        row.text("digest"),
                        row.text("path"),
                        row.text("kind"),
                        content,
                        row.text("label")));
              }
            }
          });
    }
    return found;
  }

  @Override
  public List<String> unreadable() {
    return quarantined.stream().map(QuarantinedSample::line).toList();
  }

  /** Files that could not be read, by path. */
  public List<QuarantinedSample> quarantined() {
    return quarantined;
  }

  /** The samples, one partition for each shard, in the order of ranks. */
  public JavaRDD<ShardSamples> shards() {
    return shards(index);
  }

  /**
   * Some of the samples, one partition for each of their own shards, in the order of their ranks.
   *
   * @param part a set of samples that the table holds
   */
  public JavaRDD<ShardSamples> shards(SampleIndex part) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<ShardPrefixes> prefixes = context.broadcast(part.prefixes());
    Broadcast<DigestSieve> sieve = part == index ? null : context.broadcast(DigestSieve.of(part));
    Dataset<Row> readable =
        rows().where("reason is null").select("digest", "path", "kind", "content", "label");
    JavaPairRDD<Integer, Sample> byShard =
        within(readable, part)
            .javaRDD()
            .filter(
                row -> {
                  Sha256Digest digest = new Sha256Digest(row.<String>getAs("digest"));
                  return prefixes.value().shard(digest) >= 0
                      && (sieve == null || sieve.value().passes(digest));
                })
            .mapToPair(
                row -> {
                  Sample sample = sample(row);
                  return new Tuple2<>(prefixes.value().shard(sample.digest()), sample);
                })
            .partitionBy(new HashPartitioner(part.shards()));
    List<TaskRdd.Task<OwnShard>> tasks = new ArrayList<>();
    for (int shard = 0; shard < part.shards(); shard++) {
      ShardId id = new ShardId(shard);
      tasks.add(new TaskRdd.Task<>(shard, () -> new OwnShard(id, part.shardAlone(id))));
    }
    return new TaskRdd<>(byShard.rdd(), tasks, SampleTable::gathered).toJavaRDD();
  }

  /** The samples of a shard: a task's own. */
  private record OwnShard(ShardId id, SampleIndex samples) implements Serializable {}

  /** The samples of a shard in their order, of what was sent there. */
  private static Iterator<ShardSamples> gathered(
      Iterator<Tuple2<Integer, Sample>> sent, OwnShard shard) {
    TreeMap<Integer, Sample> own = new TreeMap<>();
    while (sent.hasNext()) {
      Sample sample = sent.next()._2();
      int rank = shard.samples().rank(sample.digest());
      if (rank >= 0) {
        own.putIfAbsent(rank, sample);
      }
    }
    return List.of(new ShardSamples(shard.id(), new ArrayList<>(own.values()))).iterator();
  }

  /**
   * Rows that may be of a part. A table lies in the order of digests, and keeps the least and the
   * greatest of each file and row group: what lies outside the part's range is not read. Of a few
   * samples the digests themselves are named, which leaves out more.
   */
  private static Dataset<Row> within(Dataset<Row> rows, SampleIndex part) {
    if (part.size() == 0) {
      return rows.where("false");
    }
    if (part.size() <= NAMED_DIGESTS) {
      Object[] digests = new Object[part.size()];
      for (int rank = 0; rank < digests.length; rank++) {
        digests[rank] = part.digest(rank).hex();
      }
      return rows.where(functions.col("digest").isin(digests));
    }
    return rows.where(
        functions.col("digest").between(part.digest(0).hex(), part.digest(part.size() - 1).hex()));
  }

  /** Made when samples are first asked for: a sweep that finds everything stored needs none. */
  private synchronized Dataset<Row> rows() {
    if (rows == null) {
      for (String path : paths) {
        Dataset<Row> own = spark.read().format("delta").load(path);
        rows = rows == null ? own : rows.unionByName(own);
      }
    }
    return rows;
  }

  private static DeltaRows direct(SparkSession spark, String path) {
    return DeltaRows.open(spark.sparkContext().hadoopConfiguration(), path)
        .orElseThrow(() -> new IllegalStateException(path + ": no sample table is here."));
  }

  /** A row of a sample, with a picture's size from its header. */
  static Row row(Sample sample, IngestLimits limits) throws UnreadableSampleException {
    if (sample.content() instanceof SampleContent.EncodedPicture picture) {
      PictureHeader header = PictureHeader.read(picture.sharedBytes(), limits.picture());
      Size size = new Size(header.width(), header.height());
      return row(sample, PICTURE, picture.sharedBytes(), size);
    }
    if (sample.content() instanceof SampleContent.Calls calls) {
      return row(sample, CALLS, CallSamples.stored(calls), Size.NONE);
    }
    SampleContent.NamedArrays arrays = (SampleContent.NamedArrays) sample.content();
    return row(sample, ARRAYS, SampleFiles.toNpz(arrays.arrays()), Size.NONE);
  }

  /** Of a picture, in pixels. */
  private record Size(int width, int height) {
    static final Size NONE = new Size(0, 0);
  }

  private static Row row(Sample sample, String kind, byte[] content, Size size) {
    return RowFactory.create(
        sample.digest().hex(),
        sample.path(),
        kind,
        content,
        size.width(),
        size.height(),
        sample.label(),
        1,
        null);
  }

  /** A row of a file that is no sample. */
  static Row row(QuarantinedSample file) {
    return RowFactory.create(null, file.path(), null, null, null, null, null, null, file.reason());
  }

  /** The digest is checked: evidence is stored by it, and outlives the table. */
  private static Sample sample(Row row) {
    return sample(
        row.getAs("digest"),
        row.getAs("path"),
        row.getAs("kind"),
        row.getAs("content"),
        row.getAs("label"));
  }

  private static Sample sample(
      String hex, String path, String storedKind, byte[] bytes, String label) {
    Sha256Digest digest = new Sha256Digest(hex);
    String kind = String.valueOf(storedKind);
    if (bytes == null || !isOf(digest, kind, bytes)) {
      throw damaged(
          List.of(String.valueOf(path)), "its content is not that of digest " + digest.hex(), null);
    }
    SampleContent content;
    try {
      content =
          switch (kind) {
            case PICTURE -> new SampleContent.EncodedPicture(bytes);
            case CALLS -> CallSamples.restored(bytes);
            default -> new SampleContent.NamedArrays(NpzReader.read(bytes, Integer.MAX_VALUE));
          };
    } catch (UnreadableSampleException e) {
      throw new IllegalStateException("a sample table's arrays were readable when written.", e);
    }
    return new Sample(digest, path, content, label);
  }

  /** A sample of calls is known by its calls' digests; all others by their stored bytes. */
  private static boolean isOf(Sha256Digest digest, String kind, byte[] content) {
    try {
      return digest.equals(
          kind.equals(CALLS) ? CallSamples.storedDigest(content) : Sha256Digest.of(content));
    } catch (UnreadableSampleException e) {
      return false;
    }
  }
}
