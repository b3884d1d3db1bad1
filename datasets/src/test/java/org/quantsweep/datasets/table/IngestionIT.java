package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.datasets.CallSamples;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.datasets.numpy.NpyWriter;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/** Ingestion on embedded Spark, compared with the same samples read in this process. */
class IngestionIT {
  private static final Path PICTURES = Path.of("src/test/resources/pictures");
  private static final Path ARRAYS = Path.of("src/test/resources/numpy");
  private static final IngestLimits LIMITS =
      new IngestLimits(PictureLimits.DEFAULT, new ByteSize(1 << 20));

  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    spark =
        TestSessions.builder()
            .config("spark.hadoop.fs.refusing.impl", RefusingFileSystem.class.getName())
            .config("spark.delta.logStore.refusing.impl", "io.delta.storage.LocalLogStore")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Test
  void aFolderIsTheSameAsReadHereAndADamagedFileIsNamedWithItsReason() throws Exception {
    Path source = folder.resolve("my pictures");
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    write(source.resolve("né/deep/図 1.jpg"), jpeg);
    write(source.resolve("copy #1 of 50%.JPG"), jpeg);
    write(source.resolve("a/third.jpeg"), jpeg);
    for (String name : List.of("cmyk.jpg", "grey-16.png", "rgb.bmp", "alpha.png")) {
      write(source.resolve("b").resolve(name), Files.readAllBytes(PICTURES.resolve(name)));
    }
    write(source.resolve("array.npy"), Files.readAllBytes(ARRAYS.resolve("f4.npy")));
    write(source.resolve("arrays.npz"), Files.readAllBytes(ARRAYS.resolve("stored.npz")));
    write(source.resolve("bad/truncated.jpg"), Arrays.copyOf(jpeg, 1000));
    write(source.resolve("bad/zero-bytes.png"), new byte[0]);
    write(source.resolve("bad/text-named.jpg"), "hello".getBytes(StandardCharsets.UTF_8));
    write(source.resolve("bad/bomb.png"), bomb());
    write(source.resolve("bad/large.npy"), new byte[2 << 20]);
    write(source.resolve("notes.txt"), "no sample".getBytes(StandardCharsets.UTF_8));

    SampleTable table = new Ingestion(spark, LIMITS).ingest(source.toString(), at("table"));

    LocalSamples here = LocalSamples.read(source, LIMITS);
    assertThat(table.index().setDigest()).isEqualTo(here.index().setDigest());
    assertThat(table.index().total()).isEqualTo(9);
    assertThat(table.index().size()).isEqualTo(7);
    assertThat(table.index().count(table.index().rank(Sha256Digest.of(jpeg)))).isEqualTo(3);
    assertThat(table.quarantined()).isEqualTo(here.quarantined());
    assertThat(table.quarantined())
        .containsExactly(
            new QuarantinedSample(
                "bad/bomb.png",
                "the header of the PNG says 100000 x 100000 pixels, more than the limit on a"
                    + " picture's pixels ("
                    + PictureLimits.DEFAULT.pixels()
                    + ")."),
            new QuarantinedSample(
                "bad/large.npy",
                "the file has 2097152 bytes, more than the limit on arrays (1048576)."),
            new QuarantinedSample(
                "bad/text-named.jpg",
                "not a JPEG, PNG or BMP: no such file begins with the bytes (68 65 6c 6c)."),
            new QuarantinedSample(
                "bad/truncated.jpg",
                "the JPEG is truncated: it ends after 1000 bytes without an end marker (FFD9)."),
            new QuarantinedSample("bad/zero-bytes.png", "the file is empty (0 bytes)."));
    Map<String, Sample> samples = samples(table);
    assertThat(samples.keySet())
        .containsExactlyInAnyOrder(
            "a/third.jpeg",
            "array.npy",
            "arrays.npz",
            "b/alpha.png",
            "b/cmyk.jpg",
            "b/grey-16.png",
            "b/rgb.bmp");
    assertThat(samples.get("a/third.jpeg").label()).isEqualTo("a");
    assertThat(samples.get("array.npy").label()).isEmpty();
    Row picture =
        spark.read().format("delta").load(at("table")).where("path = 'b/rgb.bmp'").first();
    assertThat(picture.<Integer>getAs("width")).isEqualTo(61);
    assertThat(picture.<Integer>getAs("height")).isEqualTo(47);
    assertThat(picture.<byte[]>getAs("content"))
        .isEqualTo(Files.readAllBytes(PICTURES.resolve("rgb.bmp")));
  }

  @Test
  void theSetIsTheSameForAnyPartitionsAndNamesAndUnchangedFilesAreNotReadAgain() throws Exception {
    for (int i = 0; i < 70; i++) {
      byte[] bytes = Files.readAllBytes(PICTURES.resolve("grey.png"));
      // Whatever follows a PNG's end is another file to the digest.
      byte[] own = Arrays.copyOf(bytes, bytes.length + 1);
      own[bytes.length] = (byte) (i % 60);
      write(folder.resolve("one/" + i + ".png"), own);
      write(folder.resolve("two/" + (i % 7) + "/" + (1000 - i) + ".png"), own);
    }
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    SampleTable one = ingestion.ingest(at("one"), at("table-one"));
    spark.conf().set("spark.sql.shuffle.partitions", "1");
    SampleTable two;
    try {
      two = ingestion.ingest(at("two"), at("table-two"));
    } finally {
      spark.conf().set("spark.sql.shuffle.partitions", "3");
    }
    assertThat(one.index().total()).isEqualTo(70);
    assertThat(one.index().size()).isEqualTo(60);
    assertThat(two.index().setDigest()).isEqualTo(one.index().setDigest());
    assertThat(one.shards().getNumPartitions()).isEqualTo(two.shards().getNumPartitions());
    assertThat(digests(two)).isEqualTo(digests(one));
    // A part comes in its own shards, and nothing else does: by range, and by name.
    BitSet ranks = new BitSet();
    ranks.set(7, 43, true);
    ranks.clear(20);
    SampleIndex part = one.index().part(ranks);
    List<Sha256Digest> wanted = new ArrayList<>();
    ranks.stream().forEach(rank -> wanted.add(one.index().digest(rank)));
    List<ShardSamples> shards = one.shards(part).collect();
    assertThat(shards).hasSize(part.shards());
    assertThat(shards.stream().flatMap(shard -> shard.samples().stream()).map(Sample::digest))
        .containsExactlyElementsOf(wanted);
    for (ShardSamples shard : shards) {
      assertThat(shard.samples())
          .allMatch(
              sample -> part.shard(part.rank(sample.digest())).number() == shard.shard().number());
    }

    ingestion.ingest(at("one"), at("table-one"));
    assertThat(versions("table-one")).isEqualTo(1);
    Files.delete(folder.resolve("one/3.png"));
    assertThat(ingestion.ingest(at("one"), at("table-one")).index().total()).isEqualTo(69);
    assertThat(versions("table-one")).isEqualTo(2);
  }

  /** Of the contents too only those pages are read that may hold what is asked for. */
  @Test
  void aShardAndNamedSamplesReadARangeOfTheirFile() throws Exception {
    Random random = new Random(1);
    float[] values = new float[2000 * 1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Path set = folder.resolve("many.npz");
    NpzArrays.write(set, Map.of("x", Tensor.wrap(Shape.of(2000, 1000), values)));
    SampleTable table =
        new Ingestion(spark, IngestLimits.DEFAULT).ingest(set.toString(), at("many"));
    long[] read = new long[1];
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            read[0] += end.taskMetrics().inputMetrics().bytesRead();
          }
        };
    spark.sparkContext().addSparkListener(listener);
    // What other threads read is not counted.
    spark.conf().set("parquet.hadoop.vectored.io.enabled", "false");
    try {
      int samples = 0;
      for (int shard = 0; shard < table.index().shards(); shard++) {
        samples += table.read(new ShardId(shard)).size();
      }
      assertThat(samples).isEqualTo(2000);
      spark.sparkContext().listenerBus().waitUntilEmpty();
      // 16 shards of one file of 8 MB: each of them would read all of it.
      assertThat(read[0]).isBetween(8_000_000L, 40_000_000L);
      read[0] = 0;
      Map<Integer, Sample> named = table.read(table.index(), List.of(3, 1500), 1 << 20, 0);
      assertThat(named).containsOnlyKeys(3, 1500);
      spark.sparkContext().listenerBus().waitUntilEmpty();
      assertThat(read[0]).isBetween(100_000L, 3_000_000L);
      read[0] = 0;
      // A table of 8 MB is read without a job.
      Map<Integer, Sample> direct = table.read(table.index(), List.of(3, 1500), 1 << 20);
      assertThat(direct).containsOnlyKeys(3, 1500);
      direct.forEach(
          (rank, sample) -> assertThat(sample.digest()).isEqualTo(named.get(rank).digest()));
      assertThat(table.read(table.index(), List.of(3, 1500), 100)).isEmpty();
      assertThat(table.read(table.index(), List.of(), 1 << 20)).isEmpty();
      spark.sparkContext().listenerBus().waitUntilEmpty();
      assertThat(read[0]).isZero();
    } finally {
      spark.conf().unset("parquet.hadoop.vectored.io.enabled");
      spark.sparkContext().removeSparkListener(listener);
    }
  }

  /** Equal digests come together whatever the number of files of the table is. */
  @Test
  void rowsAreMergedAndOrderedForAnyPartitions() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String digest = Sha256Digest.ofText("sample " + i % 25).hex();
      rows.add(row(digest, "path " + (99 - i), new byte[] {(byte) (i % 25)}, null));
    }
    rows.add(row(null, "broken", null, "why"));
    rows.add(row(null, "broken", null, "why"));
    List<String> one = merged(rows, 1);
    assertThat(one).hasSize(27).isEqualTo(merged(rows, 2)).isEqualTo(merged(rows, 7));
    assertThat(one).filteredOn(row -> row.startsWith("null broken 0 why")).hasSize(2);
    assertThat(one.subList(2, 27)).isSorted();
    String digest = Sha256Digest.ofText("sample 3").hex();
    // 3, 28 and 53; the first path is that of the last.
    assertThat(one).contains(digest + " path 46 3 null");
  }

  private static Row row(String digest, String path, byte[] content, String reason) {
    return RowFactory.create(digest, path, "picture", content, 1, 1, "", null, reason);
  }

  private static List<String> merged(List<Row> rows, int partitions) {
    List<String> found = new ArrayList<>();
    for (Row row :
        MergedRows.of(spark.createDataFrame(rows, SampleTable.SCHEMA), partitions)
            .collectAsList()) {
      int copies = row.isNullAt(7) ? 0 : row.getInt(7);
      found.add(row.getString(0) + " " + row.getString(1) + " " + copies + " " + row.getString(8));
    }
    return found;
  }

  @Test
  void whatIsNoFileIsPassedOverAndLinksInCirclesAreSeen() throws Exception {
    Files.createDirectories(folder.resolve("odd/in"));
    Files.copy(PICTURES.resolve("grey.png"), folder.resolve("odd/in/12:30.png"));
    Files.createSymbolicLink(folder.resolve("odd/in/up"), folder.resolve("odd"));
    new ProcessBuilder("mkfifo", at("odd/pipe.png")).start().waitFor();
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    SampleTable table = ingestion.ingest(at("odd"), at("table"));
    assertThat(table.index().total()).isEqualTo(1);
    assertThat(table.unreadable()).isEmpty();
    assertThat(ingestion.remarks())
        .containsExactly(
            "left out: in/up: this link leads back to a folder around it",
            "left out: pipe.png: this is no file, but a pipe, a socket or a device");
    assertThatThrownBy(() -> ingestion.ingest(at("odd/pipe.png"), at("other")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "samples '"
                + at("odd/pipe.png")
                + "': this is neither a file nor a folder, but a pipe, a socket or a device.\n"
                + "Maybe write its content into a file first.");
  }

  @Test
  void anNpzIsASetOfSamplesAlongTheFirstAxis() throws Exception {
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    Path source = ARRAYS.resolve("stored.npz");
    SampleTable table = ingestion.open(source.toString(), at("table"));
    assertThat(table.index().setDigest())
        .isEqualTo(LocalSamples.read(source, LIMITS).index().setDigest());
    assertThat(samples(table).keySet()).containsExactlyInAnyOrder("stored.npz[0]", "stored.npz[1]");
  }

  @Test
  void aFolderOfStepsIsOneSampleAsItIsHere() throws Exception {
    byte[] npz = Files.readAllBytes(ARRAYS.resolve("stored.npz"));
    write(folder.resolve("steps/speech/a.steps/0.npz"), npz);
    write(folder.resolve("steps/speech/a.steps/1.npz"), npz);
    write(folder.resolve("steps/speech/a.steps/.DS_Store"), new byte[] {1});
    write(folder.resolve("steps/b.steps/0.npz"), npz);
    write(folder.resolve("steps/b.steps/notes.txt"), new byte[] {1});
    write(folder.resolve("steps/c.steps/0.npz"), npz);
    write(folder.resolve("steps/c.steps/inner/1.npz"), npz);
    write(folder.resolve("steps/d.steps/0.npz"), npz);
    write(folder.resolve("steps/d.steps/1.npz"), new byte[] {1});
    write(folder.resolve("steps/e.steps/only.txt"), new byte[] {1});
    write(folder.resolve("steps/whole.npz"), npz);
    Ingestion ingestion = new Ingestion(spark, LIMITS);

    SampleTable table = ingestion.ingest(at("steps"), at("table"));

    LocalSamples here = LocalSamples.read(folder.resolve("steps"), LIMITS);
    assertThat(table.index().setDigest()).isEqualTo(here.index().setDigest());
    assertThat(table.quarantined()).isEqualTo(here.quarantined());
    assertThat(table.quarantined())
        .extracting(QuarantinedSample::line)
        .startsWith(
            "b.steps: a folder of steps holds files 0.npz, 1.npz and so on, but here is"
                + " 'notes.txt'.",
            "c.steps: a folder of steps holds files 0.npz, 1.npz and so on, but here is 'inner'.")
        .hasSize(3);
    Map<String, Sample> samples = samples(table);
    assertThat(samples.keySet()).containsExactly("speech/a.steps", "whole.npz");
    Sample calls = samples.get("speech/a.steps");
    assertThat(calls.label()).isEqualTo("speech");
    SampleContent whole = samples.get("whole.npz").content();
    assertThat(calls.content()).isInstanceOf(SampleContent.Calls.class);
    assertThat(((SampleContent.Calls) calls.content()).calls())
        .containsExactly((SampleContent.NamedArrays) whole, (SampleContent.NamedArrays) whole);

    // Alone it is the same sample, and read again once a call changed.
    SampleTable alone = ingestion.ingest(at("steps/speech/a.steps"), at("alone"));
    assertThat(samples(alone).get("a.steps").digest()).isEqualTo(calls.digest());
    assertThat(alone.index().total()).isEqualTo(1);
    ingestion.ingest(at("steps"), at("table"));
    assertThat(versions("table")).isEqualTo(1);
    write(folder.resolve("steps/speech/a.steps/2.npz"), npz);
    assertThat(samples(ingestion.ingest(at("steps"), at("table"))).get("speech/a.steps").digest())
        .isNotEqualTo(calls.digest());
  }

  @Test
  void theFirstAxisMayCountCallsAndThatOfASampleComesBefore() throws Exception {
    byte[] npz = Files.readAllBytes(ARRAYS.resolve("stored.npz"));
    write(folder.resolve("arrays/a.npz"), npz);
    write(folder.resolve("arrays/b.npy"), NpyWriter.write(Tensor.wrap(Shape.of(), new float[1])));
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    Sample plain = samples(ingestion.ingest(at("arrays"), at("table"))).get("a.npz");
    SampleTable table = ingestion.withSteps().ingest(at("arrays"), at("table"));

    assertThat(versions("table")).isEqualTo(2);
    assertThat(table.quarantined())
        .containsExactly(
            new QuarantinedSample(
                "b.npy",
                "array '' has the shape [], but the first axis of every array must count the same"
                    + " steps."));
    Sample stepped = samples(table).get("a.npz");
    assertThat(stepped).isEqualTo(CallSamples.alongFirstAxis(plain));
    assertThat(((SampleContent.Calls) stepped.content()).calls()).hasSize(2);

    TreeMap<String, Tensor> set = new TreeMap<>();
    set.put("x", Tensor.wrap(Shape.of(2, 3, 1), new float[] {1, 2, 3, 4, 5, 6}));
    write(folder.resolve("set.npz"), SampleFiles.toNpz(set));
    Map<String, Sample> samples =
        samples(ingestion.withSteps().ingest(at("set.npz"), at("set-table")));
    assertThat(samples.keySet()).containsExactly("set.npz[0]", "set.npz[1]");
    assertThat(((SampleContent.Calls) samples.get("set.npz[1]").content()).calls())
        .extracting(call -> call.arrays().get("x"))
        .containsExactly(number(4), number(5), number(6));
  }

  private static Tensor number(float value) {
    return Tensor.wrap(Shape.of(1), new float[] {value});
  }

  @Test
  void tablesGivePicturesByTheirBinaryColumn() throws Exception {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    byte[] grey = Files.readAllBytes(PICTURES.resolve("grey.png"));
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("photo", DataTypes.BinaryType)
            .add("label", DataTypes.IntegerType);
    List<Row> rows =
        List.of(
            RowFactory.create(1L, jpeg, 7),
            RowFactory.create(2L, grey, null),
            RowFactory.create(3L, jpeg, 7),
            RowFactory.create(4L, null, 1),
            RowFactory.create(5L, new byte[] {1, 2, 3, 4}, 1));
    spark.createDataFrame(rows, schema).write().format("delta").save(at("delta"));
    spark.createDataFrame(rows, schema).write().partitionBy("label").parquet(at("partitioned"));
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    for (String source : List.of("delta", "partitioned")) {
      SampleTable table = ingestion.open(at(source), at("from-" + source));
      assertThat(table.index().total()).as(source).isEqualTo(3);
      assertThat(table.index().size()).isEqualTo(2);
      // Rows that cannot be read have no digest to be told apart by: each is counted.
      assertThat(table.quarantined())
          .containsExactly(
              new QuarantinedSample("a row without a path", "column 'photo' is null."),
              new QuarantinedSample(
                  "row 9f64a747e1b9",
                  "not a JPEG, PNG or BMP: no such file begins with the bytes (01 02 03 04)."));
      assertThat(samples(table, Sample::digest).get(Sha256Digest.of(jpeg)).label()).isEqualTo("7");
    }
    ingestion.open(at("delta"), at("from-delta"));
    assertThat(versions("from-delta")).isEqualTo(1);
    spark
        .createDataFrame(rows.subList(1, 2), schema)
        .write()
        .format("delta")
        .mode("append")
        .save(at("delta"));
    assertThat(ingestion.open(at("delta"), at("from-delta")).index().total()).isEqualTo(4);
  }

  @Test
  void tablesGiveNamedArraysByTheirArrayColumns() {
    StructType schema =
        new StructType()
            .add("path", DataTypes.StringType)
            .add("x", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.DoubleType)))
            .add("y", DataTypes.createArrayType(DataTypes.LongType))
            .add("note", DataTypes.createArrayType(DataTypes.StringType));
    List<List<Double>> square = List.of(List.of(1.0, 2.0), List.of(3.0, 4.5));
    List<Row> rows =
        List.of(
            RowFactory.create("good", square, List.of(5L, 6L, 7L), List.of("n")),
            RowFactory.create("ragged", List.of(List.of(1.0, 2.0), List.of(3.0)), null, null),
            RowFactory.create("deep", List.of(List.of(1.0, 2.0), List.of()), null, null),
            RowFactory.create("empty", List.of(), List.of(1L), null),
            RowFactory.create("hole", null, Arrays.asList(1L, null), null),
            RowFactory.create("nothing", null, null, null));
    spark.createDataFrame(rows, schema).write().parquet(at("arrays"));
    SampleTable table = new Ingestion(spark, LIMITS).open(at("arrays"), at("table"));
    assertThat(samples(table).keySet()).containsExactly("good");
    SampleContent.NamedArrays good =
        (SampleContent.NamedArrays) samples(table).get("good").content();
    assertThat(good.arrays().get("x"))
        .isEqualTo(Tensor.wrap(Shape.of(2, 2), new float[] {1, 2, 3, 4.5f}));
    assertThat(good.arrays().get("y")).isEqualTo(Tensor.wrap(Shape.of(3), new float[] {5, 6, 7}));
    assertThat(good.arrays()).hasSize(2);
    String shapeless = "the arrays inside column 'x' differ in length, so they have no shape.";
    assertThat(table.quarantined())
        .containsExactly(
            new QuarantinedSample("deep", shapeless),
            new QuarantinedSample("empty", "column 'x' holds an empty array."),
            new QuarantinedSample("hole", "an element of column 'y' is null."),
            new QuarantinedSample("nothing", "every array of the row is null."),
            new QuarantinedSample("ragged", shapeless));
  }

  @Test
  void columnsAreNamedAlsoInsideStructsAndAFileBytesSayWhatItIs() throws Exception {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    byte[] npy = Files.readAllBytes(ARRAYS.resolve("f4.npy"));
    byte[] npz = Files.readAllBytes(ARRAYS.resolve("stored.npz"));
    // The layout of data sets on the Hugging Face hub, with a column beside that is binary too.
    StructType schema =
        new StructType()
            .add(
                "image",
                new StructType()
                    .add("bytes", DataTypes.BinaryType)
                    .add("path", DataTypes.StringType))
            .add("label", DataTypes.LongType)
            .add("class.name", DataTypes.StringType)
            .add("thumbnail", DataTypes.BinaryType);
    List<Row> rows =
        List.of(
            RowFactory.create(RowFactory.create(jpeg, "a.jpg"), 3L, "bird", null),
            RowFactory.create(RowFactory.create(npy, "b"), 4L, "plane", null),
            RowFactory.create(RowFactory.create(npz, "c"), 4L, "plane", null),
            RowFactory.create(null, 5L, "none", null));
    spark.createDataFrame(rows, schema).coalesce(1).write().parquet(at("hub"));
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    assertRefused(
        ingestion,
        "hub",
        ColumnNames.BY_DEFAULT,
        ": several columns are binary, and none is named 'content'; the table has image (struct),"
            + " image.bytes (binary), image.path (string), label (bigint), class.name (string),"
            + " thumbnail (binary).\n"
            + "Maybe bring it into a sample table first: quantsweep ingest --content-column"
            + " image.bytes.");
    ColumnNames names = new ColumnNames("image.bytes", List.of(), "class.name", "");
    SampleTable table = ingestion.ingest(at("hub"), at("table"), names);
    assertThat(table.quarantined())
        .containsExactly(
            new QuarantinedSample("a row without a path", "column 'image.bytes' is null."));
    Map<String, Sample> samples = samples(table);
    assertThat(samples.keySet()).containsExactly("a.jpg", "b", "c");
    assertThat(samples.get("a.jpg").label()).isEqualTo("bird");

    for (String name : List.of("b.npy", "c.npz")) {
      write(folder.resolve("files").resolve(name), name.equals("b.npy") ? npy : npz);
    }
    write(folder.resolve("files/a.jpg"), jpeg);
    assertThat(LocalSamples.read(folder.resolve("files"), LIMITS).index().setDigest())
        .isEqualTo(table.index().setDigest());

    // Other columns make another table of the same files.
    assertThat(
            samples(
                    ingestion.ingest(
                        at("hub"),
                        at("table"),
                        new ColumnNames("image.bytes", List.of(), "", "class.name")))
                .get("bird")
                .label())
        .isEqualTo("3");
    assertRefused(
        ingestion,
        "hub",
        new ColumnNames("image.byte", List.of(), "", ""),
        ": there is no column 'image.byte'; the table has image (struct), image.bytes (binary),"
            + " image.path (string), label (bigint), class.name (string), thumbnail (binary).\n"
            + "Maybe write image.bytes.");
    assertRefused(
        ingestion,
        "hub",
        new ColumnNames("image.path", List.of(), "", ""),
        ": column 'image.path' is of type string, not binary; the table has image (struct),"
            + " image.bytes (binary), image.path (string), label (bigint), class.name (string),"
            + " thumbnail (binary).\n"
            + "Maybe name the column of the files' bytes with --content-column.");
    assertRefused(
        ingestion,
        "hub",
        new ColumnNames("", List.of("label", "image"), "", ""),
        ": column 'image' is of type struct<bytes:binary,path:string>, not numbers, arrays of"
            + " numbers or binary (.npy); the table has image (struct), image.bytes (binary),"
            + " image.path (string), label (bigint), class.name (string), thumbnail (binary).\n"
            + "Maybe name other columns with --array-columns.");
  }

  @Test
  void arraysHaveOneDigestHoweverTheyAreStored() throws Exception {
    TreeMap<String, Tensor> arrays = new TreeMap<>();
    arrays.put("x", Tensor.wrap(Shape.of(2, 1), new float[] {1, 2.5f}));
    arrays.put("n", Tensor.wrap(Shape.of(1), new float[] {7}));
    arrays.put("z", Tensor.wrap(Shape.of(2), new float[] {-0.0f, Float.NaN}));
    write(folder.resolve("files/one.npz"), SampleFiles.toNpz(arrays));
    TreeMap<String, Tensor> set = new TreeMap<>();
    set.put("x", Tensor.wrap(Shape.of(1, 2, 1), new float[] {1, 2.5f}));
    set.put("n", Tensor.wrap(Shape.of(1, 1), new float[] {7}));
    set.put("z", Tensor.wrap(Shape.of(1, 2), new float[] {-0.0f, Float.NaN}));
    write(folder.resolve("set.npz"), SampleFiles.toNpz(set));
    StructType schema =
        new StructType()
            .add("n", DataTypes.IntegerType)
            .add("x", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.FloatType)))
            .add("z", DataTypes.BinaryType);
    byte[] npy = NpyWriter.write(arrays.get("z"));
    List<Row> rows =
        List.of(
            RowFactory.create(7, List.of(List.of(1f), List.of(2.5f)), npy),
            RowFactory.create(7, null, new byte[] {1, 2, 3, 4}));
    spark.createDataFrame(rows, schema).coalesce(1).write().format("delta").save(at("columns"));
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    ColumnNames names = new ColumnNames("", List.of("x", "n", "z"), "", "");
    SampleTable table = ingestion.ingest(at("columns"), at("table"), names);
    assertThat(table.quarantined()).hasSize(1);
    assertThat(table.quarantined().get(0).reason()).startsWith("column 'z': ");
    Sha256Digest expected = table.index().setDigest();
    assertThat(samples(table, Sample::digest).keySet()).containsExactly(SampleFiles.digest(arrays));
    for (String source : List.of("files", "set.npz")) {
      assertThat(LocalSamples.read(folder.resolve(source), LIMITS).index().setDigest())
          .isEqualTo(expected);
    }
    assertThat(ingestion.ingest(at("set.npz"), at("table")).index().setDigest())
        .isEqualTo(expected);
  }

  @Test
  void damagedTablesAndThoseOfSomebodyElseAreSaid() throws Exception {
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    write(folder.resolve("text.parquet"), "no table at all".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> ingestion.ingest(at("text.parquet"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(at("text.parquet") + ": the table cannot be read (")
        .hasMessageEndingWith(").\nMaybe it is damaged, or no Parquet or Delta table.");

    byte[] noise = new byte[20_000];
    new Random(1).nextBytes(noise);
    StructType schema = new StructType().add("content", DataTypes.BinaryType);
    List<Row> rows = List.of(RowFactory.create((Object) noise), RowFactory.create((Object) noise));
    spark
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .option("compression", "gzip")
        .parquet(at("noise"));
    Path part;
    try (var files = Files.list(folder.resolve("noise"))) {
      part = files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(part);
    Arrays.fill(bytes, 100, 10_000, (byte) 0x5a);
    write(folder.resolve("damaged.parquet"), bytes);
    // Whichever way Spark goes, it reads once.
    for (String adaptive : List.of("true", "false")) {
      spark.conf().set("spark.sql.adaptive.enabled", adaptive);
      assertThat(
              failedTasks(
                  () ->
                      assertThatThrownBy(() -> ingestion.ingest(at("damaged.parquet"), at("table")))
                          .isInstanceOf(BadInputException.class)
                          .hasMessageStartingWith(
                              at("damaged.parquet") + ": the table cannot be read (")
                          .hasMessageEndingWith(
                              ").\nMaybe it is damaged, or no Parquet or Delta table.")))
          .isEqualTo(1);
    }
    spark.conf().unset("spark.sql.adaptive.enabled");

    write(folder.resolve("pictures/a.png"), Files.readAllBytes(PICTURES.resolve("grey.png")));
    spark.range(2).write().format("delta").save(at("theirs"));
    assertThatThrownBy(() -> ingestion.ingest(at("pictures"), at("theirs")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            at("theirs")
                + ": a Delta table with other columns (id) is here already, and would be"
                + " replaced.\nMaybe name another place.");
    assertThatThrownBy(() -> ingestion.open(at("pictures"), at("pictures")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            at("pictures")
                + ": this is a source of samples, and the sample table would be written there.\n"
                + "Maybe name another place for the table (sweep: --output).");
    assertThatThrownBy(
            () ->
                ingestion.ingest(
                    at("pictures"), at("table"), new ColumnNames("photo", List.of(), "", "")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            at("pictures")
                + ": columns are named, but this is no Parquet or Delta table.\n"
                + "Maybe leave the options for columns out.");
    assertThatThrownBy(() -> new ColumnNames("a", List.of("b", "c"), "", ""))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--content-column (a) and --array-columns (b, c) exclude each other: a row is one"
                + " file, or named arrays.\nMaybe leave one of them out.");
  }

  @Test
  void whatARefusedCommitHadIsWrittenAgainWithoutTheSamples() throws Exception {
    Path source = folder.resolve("source");
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    write(source.resolve("a.jpg"), jpeg);
    write(source.resolve("b.png"), Files.readAllBytes(PICTURES.resolve("grey.png")));
    // A file of contents, then the commit, twice. By then the samples are gone.
    RefusingFileSystem.refuse(
        List.of(".parquet", ".json", ".json"),
        () -> {
          source.resolve("a.jpg").toFile().delete();
          source.resolve("b.png").toFile().delete();
        });
    SampleTable table =
        new Ingestion(spark, LIMITS).ingest(source.toString(), "refusing:" + at("kept"));
    assertThat(RefusingFileSystem.left()).isZero();
    assertThat(source).isEmptyDirectory();
    assertThat(table.quarantined()).isEmpty();
    assertThat(samples(table)).containsOnlyKeys("a.jpg", "b.png");
    assertThat(samples(table).get("a.jpg").digest()).isEqualTo(Sha256Digest.of(jpeg));
    assertThat(versions("kept")).isEqualTo(1);
  }

  @Test
  void aTableThatCannotBeWrittenIsTriedAFewTimes() throws Exception {
    write(folder.resolve("source/b.png"), Files.readAllBytes(PICTURES.resolve("grey.png")));
    RefusingFileSystem.refuse(Collections.nCopies(100, ".parquet"), () -> {});
    assertThatThrownBy(
            () -> new Ingestion(spark, LIMITS).ingest(at("source"), "refusing:" + at("never")))
        .hasStackTraceContaining("not now");
    assertThat(100 - RefusingFileSystem.left()).isEqualTo(Commits.TRIES);
    RefusingFileSystem.refuse(List.of(), () -> {});
  }

  @Test
  void severalSourcesAreOneSetAndWhatIsInTwoCountsTwice() throws Exception {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    write(folder.resolve("first/a.jpg"), jpeg);
    write(folder.resolve("first/bad.jpg"), new byte[0]);
    write(folder.resolve("second/a.jpg"), jpeg);
    write(folder.resolve("second/bad.jpg"), new byte[0]);
    write(folder.resolve("second/b.png"), Files.readAllBytes(PICTURES.resolve("grey.png")));
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    ingestion.ingest(at("second"), at("made"));
    List<String> sources =
        List.of(at("first"), at("made"), ARRAYS.resolve("stored.npz").toString());
    SampleTable table = ingestion.open(sources, at("joined"));
    assertThat(table.index().total()).isEqualTo(5);
    assertThat(table.index().size()).isEqualTo(4);
    assertThat(table.index().count(table.index().rank(Sha256Digest.of(jpeg)))).isEqualTo(2);
    assertThat(table.quarantined()).hasSize(2);
    assertThat(digests(table)).flatExtracting(shard -> shard).hasSize(4);
    assertThat(table.index().setDigest())
        .isEqualTo(
            LocalSamples.read(
                    List.of(
                        folder.resolve("first"),
                        folder.resolve("second"),
                        ARRAYS.resolve("stored.npz")),
                    LIMITS)
                .index()
                .setDigest());
    requireDescribed(table);

    assertThatThrownBy(() -> ingestion.open(List.of(at("first"), at("made")), at("made")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            at("made")
                + ": this is a source of samples, and the sample table would be written there.\n"
                + "Maybe name another place for the table (sweep: --output).");
  }

  /** Paths by rank, each once; contents of some ranks, large ones left out. */
  private static void requireDescribed(SampleTable table) throws Exception {
    SampleIndex index = table.index();
    List<SampleTable.Description> all = table.described(index, 100);
    assertThat(all).hasSize(4);
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    byte[] png = Files.readAllBytes(PICTURES.resolve("grey.png"));
    int first = index.rank(Sha256Digest.of(jpeg));
    int second = index.rank(Sha256Digest.of(png));
    assertThat(all.get(first).path()).endsWith("a.jpg");
    assertThat(all.get(second).path()).endsWith("b.png");
    assertThat(table.described(index, 2)).isEqualTo(all.subList(0, 2));
    BitSet ranks = new BitSet();
    ranks.set(first);
    ranks.set(second);
    SampleIndex part = index.part(ranks);
    assertThat(table.described(part, 100)).hasSize(2);
    int own = part.rank(Sha256Digest.of(png));
    Map<Integer, Sample> read = table.read(part, List.of(0, 1), png.length + jpeg.length);
    assertThat(read.keySet()).containsExactly(0, 1);
    assertThat(read.get(own).content()).isEqualTo(new SampleContent.EncodedPicture(png));
    assertThat(table.read(part, List.of(own), png.length - 1)).isEmpty();
    assertThat(table.read(part, List.of(own), png.length)).hasSize(1);
  }

  @Test
  void whatHoldsNoSamplesIsSaid() throws Exception {
    Ingestion ingestion = new Ingestion(spark, LIMITS);
    assertThatThrownBy(() -> ingestion.open(at("none"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("none")
                + ": there are no samples: the path does not exist.\n"
                + "Maybe check what --samples, --calibration or --confirmation names.");
    write(folder.resolve("texts/notes.txt"), new byte[3]);
    assertThatThrownBy(() -> ingestion.open(at("texts"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("texts")
                + ": there are no samples here. Known are pictures (.jpg, .png, .bmp), .npy and"
                + " .npz files, and tables.\n"
                + "Maybe check what --samples, --calibration or --confirmation names.");
    write(folder.resolve("empty/a.png"), new byte[0]);
    assertThatThrownBy(() -> ingestion.open(at("empty"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("empty")
                + ": there are no samples here, only 1 that cannot be read:\n"
                + "  a.png: the file is empty (0 bytes).\n"
                + "Maybe check what --samples, --calibration or --confirmation names.");
    // No empty table is left in the way.
    assertThat(folder.resolve("table")).doesNotExist();
    spark.range(3).write().parquet(at("numbers"));
    assertThatThrownBy(() -> ingestion.open(at("numbers"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("numbers")
                + ": no column holds files (binary) or arrays of numbers; the table has id"
                + " (bigint).\nMaybe bring it into a sample table first: quantsweep ingest"
                + " --array-columns NAME,NAME.");
  }

  private void assertRefused(
      Ingestion ingestion, String source, ColumnNames names, String message) {
    assertThatThrownBy(() -> ingestion.ingest(at(source), at("refused"), names))
        .isInstanceOf(BadInputException.class)
        .hasMessage(at(source) + message);
  }

  /** They are joined, grouped and sorted by their digests, so their contents move once. */
  @Test
  void contentsMoveOnce() throws Exception {
    Random random = new Random(5);
    int contents = 0;
    for (int i = 0; i < 60; i++) {
      byte[] png = Files.readAllBytes(PICTURES.resolve("grey.png"));
      // Noise behind a PNG's end, which no codec makes smaller.
      byte[] own = Arrays.copyOf(png, png.length + 40_000);
      byte[] noise = new byte[40_000];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, own, png.length, noise.length);
      contents += own.length;
      write(folder.resolve("noisy/" + i + ".png"), own);
    }
    AtomicLong moved = new AtomicLong();
    heard(
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            moved.addAndGet(end.taskMetrics().shuffleWriteMetrics().bytesWritten());
          }
        },
        () -> new Ingestion(spark, LIMITS).ingest(at("noisy"), at("once")));
    assertThat(moved.get()).isBetween(contents * 9L / 10, contents * 5L / 4);
  }

  private static int failedTasks(Runnable work) throws Exception {
    AtomicInteger failed = new AtomicInteger();
    heard(
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            failed.addAndGet(end.taskInfo().failed() ? 1 : 0);
          }
        },
        work);
    return failed.get();
  }

  private static void heard(SparkListener listener, Runnable work) throws Exception {
    spark.sparkContext().addSparkListener(listener);
    try {
      work.run();
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      spark.sparkContext().removeSparkListener(listener);
    }
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private long versions(String table) {
    return DeltaTable.forPath(spark, at(table)).history().count();
  }

  private static Map<String, Sample> samples(SampleTable table) {
    return samples(table, Sample::path);
  }

  private static <K> Map<K, Sample> samples(
      SampleTable table, java.util.function.Function<Sample, K> key) {
    Map<K, Sample> all = new TreeMap<>();
    for (ShardSamples shard : table.shards().collect()) {
      shard.samples().forEach(sample -> all.put(key.apply(sample), sample));
    }
    return all;
  }

  private static List<List<Sha256Digest>> digests(SampleTable table) {
    List<List<Sha256Digest>> all = new ArrayList<>();
    for (ShardSamples shard : table.shards().collect()) {
      all.add(shard.samples().stream().map(Sample::digest).toList());
    }
    return all;
  }

  private static void write(Path file, byte[] bytes) throws Exception {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** A few bytes that promise 10,000,000,000 pixels. */
  private static byte[] bomb() {
    ByteBuffer png = ByteBuffer.allocate(8 + 25 + 12);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'});
    ByteBuffer header = ByteBuffer.allocate(17).put(new byte[] {'I', 'H', 'D', 'R'});
    header.putInt(100_000).putInt(100_000).put(new byte[] {8, 2, 0, 0, 0});
    for (byte[] chunk : List.of(header.array(), new byte[] {'I', 'E', 'N', 'D'})) {
      CRC32 sum = new CRC32();
      sum.update(chunk);
      png.putInt(chunk.length - 4).put(chunk).putInt((int) sum.getValue());
    }
    return png.array();
  }
}
