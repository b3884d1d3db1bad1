package org.quantsweep.datasets.table;

import io.delta.tables.DeltaTable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.quantsweep.BadInputException;
import org.quantsweep.LfsPointer;
import org.quantsweep.UsageException;
import org.quantsweep.UserException;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.datasets.SampleSelection;
import org.quantsweep.datasets.StepFolder;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * Makes sample tables on Spark: files are listed on the driver, read and checked on executors. A
 * table that was made from the same files (paths, lengths, times) and settings is left as it is.
 */
public final class Ingestion {
  /** What one file of the table holds, and one task sorts. */
  private static final long FILE_BYTES = 64L << 20;

  /** Spark's setting of how many bytes of a table's files one task reads. */
  private static final String PARTITION_BYTES = "spark.sql.files.maxPartitionBytes";

  /** Parquet's setting of how many rows a page holds at most: 20,000 if nobody cares. */
  private static final String PAGE_ROWS = "parquet.page.row.count.limit";

  /**
   * Half of a usual shard. Whoever asks for some digests is given the pages that may hold them, of
   * the contents too; a page costs some 60 bytes for each column.
   */
  private static final int ROWS_OF_A_PAGE = 128;

  private static final int MOST_FILES = 1 << 16;
  private static final String DELTA_LOG = "_delta_log";

  /** Raised when the same files would make another table. */
  private static final String VERSION = "3";

  /** What Parquet says of a compression that it cannot load. */
  private static final Pattern CODEC = Pattern.compile("Class \\S*?(\\w+)Codec was not found");

  private final SparkSession spark;
  private final Reading reading;
  private final Consumer<String> progress;
  private final List<String> remarks = new ArrayList<>();

  /** Into tables of a session. */
  public Ingestion(SparkSession spark, IngestLimits limits) {
    this(spark, new Reading(limits, false), line -> {});
  }

  private Ingestion(SparkSession spark, Reading reading, Consumer<String> progress) {
    this.spark = spark;
    this.reading = reading;
    this.progress = progress;
  }

  /** The same, where the first axis of a sample's arrays counts its calls. */
  public Ingestion withSteps() {
    return new Ingestion(spark, new Reading(reading.limits(), true), progress);
  }

  /**
   * The same, with somebody who hears how far it is.
   *
   * @param lines takes a line every ten seconds, from a thread of its own
   */
  public Ingestion telling(Consumer<String> lines) {
    return new Ingestion(spark, reading, lines);
  }

  /**
   * The samples of a source: a table that this class made, or a folder, a file, or somebody's
   * Parquet or Delta table ({@link TableColumns}), each of which is brought into the given table
   * first. An {@code .npz} file is a whole set: the first axis of its arrays counts samples. A
   * folder of steps is one sample.
   *
   * @throws BadInputException when there are no samples
   */
  public SampleTable open(String source, String table) {
    return isSampleTable(source) ? SampleTable.open(spark, source) : ingest(source, table);
  }

  /**
   * The samples of several sources together; the second one goes into {@code table-2}, and so on. A
   * sample that is in two of them counts twice.
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
      boolean made = isSampleTable(source);
      tables.add(made ? source : own);
      if (!made) {
        requireOther(sources, own);
        ingest(source, own);
      }
    }
    return SampleTable.open(spark, tables, sources);
  }

  /**
   * Brings a source into a table, by columns that are found by their names and types.
   *
   * @throws BadInputException when there are no samples
   */
  public SampleTable ingest(String source, String table) {
    return ingest(source, table, ColumnNames.BY_DEFAULT);
  }

  /**
   * Brings a source into a table, replacing what was there. What was made from the same files, or
   * the same version of a Delta table, is left as it is.
   *
   * @param columns which columns of a Parquet or Delta table hold what
   * @throws BadInputException when there are no samples, a column is missing or of a wrong type, or
   *     the table can be read no further
   * @throws UsageException when the table would be written over the source, or over a table of
   *     somebody's own; or columns are named, but the source is no table
   */
  public SampleTable ingest(String source, String table, ColumnNames columns) {
    try {
      Path root = new Path(source);
      FileSystem files = RawFiles.at(root, hadoop());
      FileStatus status = files.getFileStatus(root);
      requireOther(List.of(source), table);
      boolean isTable = isTable(files, status);
      SampleSelection selection = new SampleSelection();
      List<ListedSource> found =
          isTable ? listTable(files, status) : list(files, status, selection);
      selection.remarks().forEach(this::remark);
      if (found.isEmpty() && !isTable) {
        Optional<FileStatus> inside = tableInside(files, status, source);
        if (inside.isPresent()) {
          return ingest(inside.get().getPath().toString(), table, columns);
        }
      }
      if (!isTable && !columns.equals(ColumnNames.BY_DEFAULT)) {
        throw new UsageException(
            source
                + ": columns are named, but this is no Parquet or Delta table.\n"
                + "Maybe leave the options for columns out.");
      }
      String manifest = manifest(found, columns);
      requireOurs(table);
      Path place = new Path(table);
      boolean fresh = !place.getFileSystem(hadoop()).exists(place);
      locked(
          table,
          () -> {
            // Whoever had the lock before may have made the same table.
            if (!storedManifest(table).equals(Optional.of(manifest))) {
              CollectionAccumulator<String> odd = spark.sparkContext().collectionAccumulator();
              LongAccumulator read = spark.sparkContext().longAccumulator();
              Dataset<Row> rows =
                  isTable ? fromColumns(source, columns, read) : fromFiles(found, odd, read);
              long bytes = found.stream().mapToLong(ListedSource::bytes).sum();
              OptionalLong total = isTable ? OptionalLong.empty() : OptionalLong.of(found.size());
              IngestProgress.during(
                  () -> write(rows, partitions(bytes), source, table, manifest),
                  read,
                  total,
                  progress);
              // A task that ran twice says the same twice.
              remarks.addAll(new TreeSet<>(odd.value()));
            }
          });
      try {
        return SampleTable.open(spark, List.of(table), List.of(source));
      } catch (BadInputException e) {
        if (fresh) {
          // It holds no sample: it would only stand in the way of what is tried next.
          place.getFileSystem(hadoop()).delete(place, true);
        }
        throw e;
      }
    } catch (FileNotFoundException e) {
      SampleSelection.requireReadableName(source);
      throw new BadInputException(
          source
              + ": there are no samples: the path does not exist.\n"
              + "Maybe check what --samples, --calibration or --confirmation names.",
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          source
              + ": the samples cannot be read ("
              + e.getMessage()
              + ").\nMaybe check what --samples, --calibration or --confirmation names.",
          e);
    }
  }

  /** Of the table: a file for so many bytes, as far as what is listed tells them. */
  private static int partitions(long bytes) {
    return (int) Math.min(MOST_FILES, 1 + bytes / FILE_BYTES);
  }

  /** Tells a lock that cannot be had from samples that cannot be read. */
  private void locked(String table, Runnable work) {
    try {
      TableLock.of(spark, table).run(work);
    } catch (IOException e) {
      throw new UncheckedIOException(new IOException("its lock file cannot be made: " + e, e));
    }
  }

  /** What was left out or is odd, of all sources that were brought in. */
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  private void remark(String remark) {
    remarks.add(remark);
  }

  /**
   * The table in a folder without samples of its own. A data set that was cloned from Hugging Face
   * keeps its Parquet files in {@code data/}.
   *
   * @throws BadInputException naming the folders with tables, when that is none of them
   */
  private static Optional<FileStatus> tableInside(FileSystem files, FileStatus root, String source)
      throws IOException {
    List<String> others = new ArrayList<>();
    if (!root.isDirectory()) {
      return Optional.empty();
    }
    for (FileStatus child : files.listStatus(root.getPath())) {
      String name = child.getPath().getName();
      if (child.isDirectory() && !name.startsWith(".") && isTable(files, child)) {
        if (name.equals("data")) {
          return Optional.of(child);
        }
        others.add(name);
      }
    }
    if (others.isEmpty()) {
      return Optional.empty();
    }
    others.sort(Comparator.naturalOrder());
    throw new BadInputException(
        source
            + ": there are no samples here, but tables in "
            + String.join(", ", others)
            + ".\nMaybe name "
            + new Path(source, others.get(0))
            + ".");
  }

  /** Somebody's own table is not replaced. */
  private void requireOurs(String table) {
    Optional<List<String>> columns = DeltaRows.open(hadoop(), table).map(DeltaRows::columns);
    if (columns.isPresent() && !areOfSamples(columns.get())) {
      throw new UsageException(
          table
              + ": a Delta table with other columns ("
              + String.join(", ", columns.get())
              + ") is here already, and would be replaced.\nMaybe name another place.");
    }
  }

  /** A table that is read must not be written first. */
  private void requireOther(List<String> sources, String table) {
    for (String source : sources) {
      if (qualified(source).equals(qualified(table))) {
        throw new UsageException(
            source
                + ": this is a source of samples, and the sample table would be written there.\n"
                + "Maybe name another place for the table (sweep: --output).");
      }
    }
  }

  private Path qualified(String location) {
    try {
      Path path = new Path(location);
      return path.getFileSystem(hadoop()).makeQualified(path);
    } catch (IOException | IllegalArgumentException e) {
      // What is no path of a file system is no table either.
      return new Path("/", location.replace(':', '_'));
    }
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private static boolean areOfSamples(List<String> columns) {
    return columns.containsAll(List.of(SampleTable.SCHEMA.fieldNames()));
  }

  private boolean isSampleTable(String source) {
    try {
      return DeltaRows.open(hadoop(), source)
          .map(DeltaRows::columns)
          .filter(Ingestion::areOfSamples)
          .isPresent();
    } catch (IllegalArgumentException e) {
      // Not a path: ingesting it says so.
      return false;
    }
  }

  /** A Delta table, or Parquet: one file, or a folder of them, partitioned or not. */
  private static boolean isTable(FileSystem files, FileStatus root) throws IOException {
    if (!root.isDirectory()) {
      return root.getPath().getName().endsWith(".parquet");
    }
    if (files.exists(new Path(root.getPath(), DELTA_LOG))) {
      return true;
    }
    for (FileStatus status : files.listStatus(root.getPath())) {
      String name = status.getPath().getName();
      boolean partition = status.isDirectory() && name.indexOf('=') > 0;
      if ((!status.isDirectory() && name.endsWith(".parquet"))
          || (partition && isTable(files, status))) {
        return true;
      }
    }
    return false;
  }

  /** What says whether a table changed: a Delta table's log, or Parquet's files. */
  private List<ListedSource> listTable(FileSystem files, FileStatus root) throws IOException {
    Path log = new Path(root.getPath(), DELTA_LOG);
    Path listed = root.isDirectory() && files.exists(log) ? log : root.getPath();
    List<ListedFile> found = new ArrayList<>();
    for (FileStatus status : FolderFiles.of(files, listed, this::remark)) {
      String name = status.getPath().getName();
      // Sums beside the log come and go; each version of the table is a .json.
      if (name.endsWith(".parquet") || name.endsWith(".json")) {
        requireContent(files, status);
        found.add(listed(status, name));
      }
    }
    found.sort(Comparator.comparing(ListedFile::location));
    return found.stream().<ListedSource>map(ListedSource.One::new).toList();
  }

  /** Refuses what stands for a file that Git LFS has not brought. */
  private static void requireContent(FileSystem files, FileStatus status) throws IOException {
    if (status.getLen() > LfsPointer.MOST_BYTES) {
      return;
    }
    try (InputStream in = files.open(status.getPath())) {
      if (LfsPointer.is(in.readAllBytes())) {
        throw new BadInputException(
            status.getPath().toUri().getPath() + ": " + LfsPointer.WHAT + "\n" + LfsPointer.CURE);
      }
    }
  }

  private List<ListedSource> list(FileSystem files, FileStatus root, SampleSelection selection)
      throws IOException {
    String name = root.getPath().getName();
    if (!root.isDirectory()) {
      requireFile(files, root.getPath());
      ListedFile file = listed(root, name);
      boolean isSet = name.toLowerCase(Locale.ROOT).endsWith(".npz");
      return List.of(isSet ? new ListedSource.Whole(file) : new ListedSource.One(file));
    }
    if ("file".equals(files.getUri().getScheme())) {
      SampleSelection.requireReadableNames(java.nio.file.Path.of(root.getPath().toUri().getPath()));
    }
    // A folder of steps is one sample, and called by its name.
    Path around = StepFolder.isName(name) ? root.getPath().getParent() : root.getPath();
    String prefix = around.toUri().getPath();
    TreeMap<String, ListedSource.One> single = new TreeMap<>();
    TreeMap<String, List<ListedFile>> steps = new TreeMap<>();
    TreeSet<String> taken = new TreeSet<>();
    for (FileStatus status : FolderFiles.of(files, root.getPath(), this::remark)) {
      String below = status.getPath().toUri().getPath().substring(prefix.length());
      ListedFile file = listed(status, below.startsWith("/") ? below.substring(1) : below);
      String sample = StepFolder.around(file.path());
      boolean isStep = !sample.equals(file.path());
      if (isStep) {
        // Whatever lies there: what is no step is told.
        steps.computeIfAbsent(sample, folder -> new ArrayList<>()).add(file);
      }
      if (selection.takes(file.path())) {
        taken.add(sample);
        if (!isStep) {
          single.put(sample, new ListedSource.One(file));
        }
      }
    }
    SortedMap<String, ListedSource> found = new TreeMap<>(single);
    steps.forEach(
        (path, inside) -> {
          inside.sort(Comparator.comparing(ListedFile::path));
          if (taken.contains(path)) {
            found.put(path, new ListedSource.Steps(path, inside));
          }
        });
    return List.copyOf(found.values());
  }

  /** A pipe would be waited for without end. */
  private static void requireFile(FileSystem files, Path path) {
    java.nio.file.Path here = FolderFiles.local(files, path);
    if (here != null && !java.nio.file.Files.isRegularFile(here)) {
      throw new BadInputException(
          "samples '"
              + here
              + "': this is neither a file nor a folder, but a pipe, a socket or a device."
              + "\nMaybe write its content into a file first.");
    }
  }

  private static ListedFile listed(FileStatus status, String path) {
    return new ListedFile(
        status.getPath().toString(), path, status.getLen(), status.getModificationTime());
  }

  private String manifest(List<ListedSource> found, ColumnNames columns) {
    Sha256Digest.Builder digest =
        new Sha256Digest.Builder()
            .field("ingestion", VERSION)
            .field("limits", reading.limits().toString())
            .field("columns", columns.toString());
    if (reading.steps()) {
      digest.field("steps", "true");
    }
    found.forEach(source -> source.addTo(digest));
    return digest.build().hex();
  }

  private Optional<String> storedManifest(String table) {
    Path place = new Path(table);
    try {
      return LastCommit.userMetadata(place.getFileSystem(hadoop()), place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Dataset<Row> fromFiles(
      List<ListedSource> found, CollectionAccumulator<String> odd, LongAccumulator read) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<SerializableConfiguration> configuration =
        context.broadcast(new SerializableConfiguration(hadoop()));
    Reading how = reading;
    FlatMapFunction<List<ListedSource>, Row> every =
        group ->
            group.stream()
                .flatMap(
                    source -> {
                      read.add(1);
                      return rows(source, how, configuration.value().value(), odd).stream();
                    })
                .iterator();
    List<List<ListedSource>> groups =
        SourceGroups.of(found, spark.sparkContext().defaultParallelism());
    JavaRDD<Row> rows = context.parallelize(groups, Math.max(1, groups.size())).flatMap(every);
    return spark.createDataFrame(rows, SampleTable.SCHEMA);
  }

  private static List<Row> rows(
      ListedSource source,
      Reading reading,
      Configuration configuration,
      CollectionAccumulator<String> odd) {
    List<Row> rows = new ArrayList<>();
    IngestLimits limits = reading.limits();
    String path = "";
    try {
      if (source instanceof ListedSource.Steps steps) {
        path = steps.path();
        ListedSteps files = new ListedSteps(path, steps.files(), configuration);
        rows.add(SampleTable.row(StepFolder.sample(files, path, limits), limits));
      } else if (source instanceof ListedSource.Whole set) {
        path = set.file().path();
        for (Sample sample :
            SampleFiles.split(
                path,
                NpzReader.read(
                    bytes(set.file(), limits, configuration), limits.arrays().bytes()))) {
          rows.add(SampleTable.row(reading.taken(sample), limits));
        }
      } else {
        ListedFile file = ((ListedSource.One) source).file();
        path = file.path();
        byte[] bytes = bytes(file, limits, configuration);
        Sample sample = SampleFiles.readAndCheck(path, bytes, SampleFiles.label(path), limits);
        SampleFiles.remark(sample, limits).ifPresent(odd::add);
        rows.add(SampleTable.row(reading.taken(sample), limits));
      }
    } catch (IOException | UnreadableSampleException e) {
      rows.add(SampleTable.row(new QuarantinedSample(path, e.getMessage())));
    }
    return rows;
  }

  /** The content, looked at before anything is read: a file may be beyond every limit. */
  private static byte[] bytes(ListedFile file, IngestLimits limits, Configuration configuration)
      throws IOException, UnreadableSampleException {
    if (file.length() > Math.max(limits.arrays().bytes(), limits.picture().encodedSize().bytes())) {
      throw new UnreadableSampleException(
          "the file has " + file.length() + " bytes, more than any limit allows.");
    }
    return file.read(configuration);
  }

  private Dataset<Row> fromColumns(String source, ColumnNames names, LongAccumulator read) {
    Dataset<Row> table;
    try {
      boolean delta = DeltaTable.isDeltaTable(spark, source);
      DataFrameReader reader = spark.read().format(delta ? "delta" : "parquet");
      table = (delta ? reader : ofParquet(reader)).load(source);
    } catch (Exception e) {
      // Spark throws its checked exceptions without saying so.
      throw unreadable(source, e);
    }
    TableColumns columns = TableColumns.of(table.schema(), source, names);
    // Spark cuts the files when it plans, by what the session says then: 128 MB if nobody cares.
    if (spark.sparkContext().conf().contains(PARTITION_BYTES)) {
      return columns.rows(table, reading, read);
    }
    String before = spark.conf().get(PARTITION_BYTES);
    try {
      spark.conf().set(PARTITION_BYTES, Long.toString(SourceGroups.BYTES));
      return columns.rows(table, reading, read);
    } finally {
      spark.conf().set(PARTITION_BYTES, before);
    }
  }

  private static DataFrameReader ofParquet(DataFrameReader reader) {
    return reader
        // Other files may lie beside a table: a README, a licence.
        .option("pathGlobFilter", "*.parquet")
        // A name with brackets is no pattern.
        .option("__globPaths__", "false")
        // As of RawFiles: Hadoop cannot name the sums beside a file whose name has a colon.
        .option("fs.file.impl", RawLocalFileSystem.class.getName())
        .option("fs.file.impl.disable.cache", "true");
  }

  private static BadInputException unreadable(String source, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher codec = CODEC.matcher(String.valueOf(cause.getMessage()));
      if (codec.find()) {
        return new BadInputException(
            source
                + ": the table is compressed with "
                + codec.group(1)
                + ", whose library is not here.\n"
                + "Maybe write it again with zstd or snappy.",
            failure);
      }
    }
    return new BadInputException(
        source
            + ": the table cannot be read ("
            + String.valueOf(failure.getMessage()).lines().findFirst().orElse("").strip()
            + ").\nMaybe it is damaged, or no Parquet or Delta table.",
        failure);
  }

  /** Tells a table that cannot be read from one that cannot be written: both fail while writing. */
  private static RuntimeException failed(String source, Exception failure) {
    Optional<Throwable> unread = unread(failure);
    if (unread.isPresent()) {
      return unreadable(source, unread.get());
    }
    return failure instanceof RuntimeException same
        ? same
        : new IllegalStateException(failure.getMessage(), failure);
  }

  /** What Spark says of a file that it could not read. */
  private static Optional<Throwable> unread(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SparkThrowable named
          && named.getCondition() != null
          && named.getCondition().startsWith("FAILED_READ_FILE")) {
        return Optional.of(cause);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether writing again would not help: a sample's fault, or memory's, is the same again, and of
   * another writer's table {@link TableLock} looks at what it holds first.
   */
  private static boolean isFinal(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException || cause instanceof OutOfMemoryError) {
        return true;
      }
    }
    return unread(failure).isPresent() || TableLock.isConflict(failure);
  }

  private void write(Dataset<Row> rows, int files, String source, String table, String manifest) {
    // Delta passes no options of Parquet's on; they are taken from the session.
    spark.conf().set(PAGE_ROWS, Integer.toString(ROWS_OF_A_PAGE));
    try {
      // Spark reads here, and keeps what it has read for every try to write it.
      Dataset<Row> merged = MergedRows.of(rows, files);
      Commits.retried(() -> save(merged, table, manifest), Ingestion::isFinal);
    } catch (Exception e) {
      throw failed(source, e);
    } finally {
      spark.conf().unset(PAGE_ROWS);
    }
  }

  private static void save(Dataset<Row> rows, String table, String manifest) {
    try {
      rows.write()
          .format("delta")
          .mode("overwrite")
          .option("overwriteSchema", "true")
          .option("userMetadata", manifest)
          .save(table);
    } catch (Exception e) {
      // Spark throws its checked exceptions without saying so.
      throw e instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getMessage(), e);
    }
  }
}
