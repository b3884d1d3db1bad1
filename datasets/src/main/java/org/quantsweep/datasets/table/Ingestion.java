package org.quantsweep.datasets.table;

import io.delta.tables.DeltaTable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.util.SerializableConfiguration;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.datasets.picture.PictureHeader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * Makes sample tables on Spark: files are listed on the driver, read and checked on executors. A
 * table that was made from the same files (paths, lengths, times) and settings is left as it is.
 */
public final class Ingestion {
  private static final int FILES_PER_PARTITION = 64;

  private final SparkSession spark;
  private final IngestLimits limits;

  /** Into tables of a session. */
  public Ingestion(SparkSession spark, IngestLimits limits) {
    this.spark = spark;
    this.limits = limits;
  }

  /** A listed file; {@code isSet} when it is an .npz that is a whole set of samples. */
  private record Found(String location, String path, long length, long modified, boolean isSet)
      implements Serializable {}

  /**
   * The samples of a source: a table that this class made, or a folder, an {@code .npz} file, a
   * Parquet or Delta table with columns {@code content}, {@code path} and {@code label}, each of
   * which is brought into the given table first.
   *
   * @throws BadInputException when there are no samples
   */
  public SampleTable open(String source, String table) {
    return isSampleTable(source) ? SampleTable.open(spark, source) : ingest(source, table);
  }

  /**
   * The samples of several sources together; the second one goes into {@code table-2}, and so on.
   *
   * @throws BadInputException when there are no samples in one of them
   */
  public SampleTable open(List<String> sources, String table) {
    if (sources.size() == 1) {
      return open(sources.get(0), table);
    }
    List<String> tables = new ArrayList<>();
    for (String source : sources) {
      String own = tables.isEmpty() ? table : table + "-" + (tables.size() + 1);
      tables.add(isSampleTable(source) ? source : own);
      open(source, own);
    }
    return SampleTable.open(spark, tables);
  }

  /**
   * Brings a source into a table, replacing what was there.
   *
   * @throws BadInputException when there are no samples
   */
  public SampleTable ingest(String source, String table) {
    try {
      Path root = new Path(source);
      FileSystem files = root.getFileSystem(hadoop());
      FileStatus status = files.getFileStatus(root);
      if (status.isDirectory() && isTable(files, root)) {
        write(fromColumns(source), table, "");
        return SampleTable.open(spark, table);
      }
      List<Found> found = list(files, status);
      String manifest = manifest(found);
      if (!manifest.equals(storedManifest(table))) {
        write(fromFiles(found), table, manifest);
      }
      return SampleTable.open(spark, table);
    } catch (FileNotFoundException e) {
      throw new BadInputException(
          source + ": there are no samples: the path does not exist.\nMaybe check --samples.", e);
    } catch (IOException e) {
      throw new BadInputException(
          source + ": the samples cannot be read (" + e.getMessage() + ").\nMaybe check --samples.",
          e);
    }
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private boolean isSampleTable(String source) {
    return DeltaTable.isDeltaTable(spark, source)
        && List.of(spark.read().format("delta").load(source).columns()).contains("digest");
  }

  private static boolean isTable(FileSystem files, Path root) throws IOException {
    if (files.exists(new Path(root, "_delta_log"))) {
      return true;
    }
    for (FileStatus status : files.listStatus(root)) {
      if (status.getPath().getName().endsWith(".parquet")) {
        return true;
      }
    }
    return false;
  }

  private static List<Found> list(FileSystem files, FileStatus root) throws IOException {
    List<Found> found = new ArrayList<>();
    if (!root.isDirectory()) {
      String name = root.getPath().getName();
      found.add(found(root, name, name.toLowerCase(Locale.ROOT).endsWith(".npz")));
      return found;
    }
    String prefix = root.getPath().toUri().getPath();
    RemoteIterator<LocatedFileStatus> all = files.listFiles(root.getPath(), true);
    while (all.hasNext()) {
      FileStatus status = all.next();
      if (SampleFiles.isSample(status.getPath().getName())) {
        String path = status.getPath().toUri().getPath().substring(prefix.length());
        found.add(found(status, path.startsWith("/") ? path.substring(1) : path, false));
      }
    }
    found.sort(Comparator.comparing(Found::path));
    return found;
  }

  private static Found found(FileStatus status, String path, boolean isSet) {
    return new Found(
        status.getPath().toString(), path, status.getLen(), status.getModificationTime(), isSet);
  }

  private String manifest(List<Found> found) {
    Sha256Digest.Builder digest = new Sha256Digest.Builder().field("limits", limits.toString());
    for (Found file : found) {
      digest.field(file.location(), file.length() + "@" + file.modified());
    }
    return digest.build().hex();
  }

  private String storedManifest(String table) {
    if (!DeltaTable.isDeltaTable(spark, table)) {
      return null;
    }
    return DeltaTable.forPath(spark, table)
        .history(1)
        .select("userMetadata")
        .collectAsList()
        .get(0)
        .getString(0);
  }

  private Dataset<Row> fromFiles(List<Found> found) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<SerializableConfiguration> configuration =
        context.broadcast(new SerializableConfiguration(hadoop()));
    IngestLimits allowed = limits;
    FlatMapFunction<Found, Row> read =
        file -> rows(file, allowed, configuration.value().value()).iterator();
    int partitions = Math.max(1, (found.size() + FILES_PER_PARTITION - 1) / FILES_PER_PARTITION);
    JavaRDD<Row> rows = context.parallelize(found, partitions).flatMap(read);
    return spark.createDataFrame(rows, SampleTable.SCHEMA);
  }

  private static List<Row> rows(Found file, IngestLimits limits, Configuration configuration) {
    List<Row> rows = new ArrayList<>();
    try {
      // Before anything is read: a file beyond every limit is never brought into memory.
      if (file.length()
          > Math.max(limits.arrays().bytes(), limits.picture().encodedSize().bytes())) {
        throw new UnreadableSampleException(
            "the file has " + file.length() + " bytes, more than any limit allows.");
      }
      Path path = new Path(file.location());
      byte[] bytes;
      try (InputStream in = path.getFileSystem(configuration).open(path)) {
        bytes = in.readAllBytes();
      }
      if (file.isSet()) {
        for (Sample sample :
            SampleFiles.split(file.path(), NpzReader.read(bytes, limits.arrays().bytes()))) {
          rows.add(SampleTable.row(sample, 0, 0));
        }
      } else {
        rows.add(row(file.path(), bytes, SampleFiles.label(file.path()), limits));
      }
    } catch (IOException | UnreadableSampleException e) {
      rows.add(SampleTable.row(new QuarantinedSample(file.path(), e.getMessage())));
    }
    return rows;
  }

  private static Row row(String path, byte[] bytes, String label, IngestLimits limits)
      throws UnreadableSampleException {
    Sample sample = SampleFiles.readAndCheck(path, bytes, label, limits);
    if (sample.content() instanceof SampleContent.EncodedPicture) {
      PictureHeader header = PictureHeader.read(bytes, limits.picture());
      return SampleTable.row(sample, header.width(), header.height());
    }
    return SampleTable.row(sample, 0, 0);
  }

  /** Rows of a table with columns {@code content} and, where it has them, path and label. */
  private Dataset<Row> fromColumns(String source) {
    boolean delta = DeltaTable.isDeltaTable(spark, source);
    Dataset<Row> table = spark.read().format(delta ? "delta" : "parquet").load(source);
    List<String> columns = List.of(table.columns());
    if (!columns.contains("content")) {
      throw new BadInputException(
          source
              + ": the table has no column 'content', only ("
              + String.join(", ", columns)
              + ").\nMaybe rename the column that holds the picture files' bytes.");
    }
    IngestLimits allowed = limits;
    Dataset<Row> named =
        table.select(
            functions.col("content"),
            columns.contains("path") ? functions.col("path") : functions.lit("row"),
            columns.contains("label")
                ? functions.col("label").cast("string")
                : functions.lit(null).cast("string"));
    FlatMapFunction<Row, Row> read =
        row -> {
          String path = row.isNullAt(1) ? "row" : row.getString(1);
          try {
            byte[] bytes = row.isNullAt(0) ? new byte[0] : row.getAs(0);
            String label = row.isNullAt(2) ? "" : row.getString(2);
            return List.of(row(path, bytes, label, allowed)).iterator();
          } catch (UnreadableSampleException e) {
            return List.of(SampleTable.row(new QuarantinedSample(path, e.getMessage()))).iterator();
          }
        };
    return spark.createDataFrame(named.javaRDD().flatMap(read), SampleTable.SCHEMA);
  }

  /** One row for each digest, with the number of its copies; the first path names it. */
  private static void write(Dataset<Row> rows, String table, String manifest) {
    Dataset<Row> merged =
        rows.withColumn("key", functions.coalesce(functions.col("digest"), functions.col("path")))
            .withColumn(
                "copies",
                functions
                    .when(
                        functions.col("reason").isNull(),
                        functions.count("*").over(Window.partitionBy("key")))
                    .cast("int"))
            .withColumn(
                "place", functions.row_number().over(Window.partitionBy("key").orderBy("path")))
            .where("place = 1")
            .drop("place")
            .sort("key")
            .drop("key");
    merged
        .write()
        .format("delta")
        .mode("overwrite")
        .option("overwriteSchema", "true")
        .option("userMetadata", manifest)
        .save(table);
  }
}
