package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.CallSamples;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.ShardId;

/** Folders and tables as others leave them. */
class FieldFoldersIT {
  private static final Path PICTURES = Path.of("src/test/resources/pictures");
  private static final Path ARRAYS = Path.of("src/test/resources/numpy");
  private static final StructType IMAGES =
      new StructType()
          .add(
              "image",
              new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType))
          .add("label", DataTypes.LongType);

  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    spark = TestSessions.builder().getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private Ingestion ingestion() {
    return new Ingestion(spark, IngestLimits.DEFAULT);
  }

  private void writePictures(String place) throws Exception {
    List<Row> rows =
        List.of(
            RowFactory.create(
                RowFactory.create(Files.readAllBytes(PICTURES.resolve("rgb-444.jpg")), "a.jpg"),
                3L),
            RowFactory.create(
                RowFactory.create(Files.readAllBytes(PICTURES.resolve("grey.png")), "b.png"), 4L));
    spark.createDataFrame(rows, IMAGES).coalesce(1).write().parquet(at(place));
  }

  @Test
  void aCloneOfAHubsDataSetIsReadFromItsDataFolder() throws Exception {
    writePictures("clone/data");
    Files.writeString(folder.resolve("clone/README.md"), "---\nlicense: mit\n---\n");
    Files.writeString(folder.resolve("clone/data/README.md"), "rows\n");
    SampleTable table = ingestion().ingest(at("clone"), at("table"));
    assertThat(table.index().total()).isEqualTo(2);
    assertThat(table.unreadable()).isEmpty();
  }

  @Test
  void aFolderAroundTablesOfOtherNamesNamesThem() throws Exception {
    writePictures("clone/train");
    writePictures("clone/test");
    assertThatThrownBy(() -> ingestion().ingest(at("clone"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("clone")
                + ": there are no samples here, but tables in test, train.\nMaybe name "
                + at("clone/test")
                + ".");
  }

  @Test
  void aTableThatGitLfsHasNotBroughtIsSaid() throws Exception {
    writePictures("clone/data");
    Files.writeString(
        folder.resolve("clone/data/train-1.parquet"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n");
    assertThatThrownBy(() -> ingestion().ingest(at("clone/data"), at("table")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("clone/data/train-1.parquet")
                + ": it is a Git LFS pointer, not the file that it stands for.\n"
                + "Maybe run git lfs pull in its folder.");
  }

  @Test
  void namesWithColonsAreReadAndOddPicturesAreTold() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures/2026-11-28T10:00"));
    Files.copy(PICTURES.resolve("rgb-444.jpg"), pictures.resolve("12:30:05.jpg"));
    Files.copy(
        Path.of("src/test/resources/odd-pictures/zeros-for-end.jpg"),
        pictures.resolve("camera.jpg"));
    Files.write(pictures.resolve("a.webp"), new byte[] {1});
    Ingestion ingestion = ingestion();
    SampleTable table = ingestion.ingest(at("pictures"), at("table"));
    assertThat(table.index().total()).isEqualTo(2);
    assertThat(table.unreadable()).isEmpty();
    assertThat(ingestion.remarks())
        .containsExactly(
            "left out, since such files are not read: 1 .webp (JPEG, PNG, BMP, .npy and .npz are)",
            "2026-11-28T10:00/camera.jpg: the JPEG has no end marker (FFD9), but all of its rows"
                + " are there");
  }

  /** Hadoop takes some of these for parts of an address, Spark some for patterns. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:b.parquet",
        "2026-11-28T10:00/12:30:05.parquet",
        "50%/100%25.parquet",
        "two words/of a name.parquet",
        "größe/ß日本.parquet",
        "set[1]/{a,b}.parquet",
        "what?/all*.parquet",
        "x=1#2/a+b&c.parquet",
      })
  void aTableMayHaveAnyName(String name) throws Exception {
    byte[] picture = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    StructType schema = new StructType().add("content", DataTypes.BinaryType);
    spark
        .createDataFrame(List.of(RowFactory.create(picture)), schema)
        .coalesce(1)
        .write()
        .parquet(at("plain"));
    Path table = folder.resolve("named").resolve(name);
    Files.createDirectories(table.getParent());
    try (var written = Files.list(folder.resolve("plain"))) {
      Path part =
          written.filter(file -> file.toString().endsWith(".parquet")).findAny().orElseThrow();
      Files.move(part, table);
    }
    // By itself, and found in its folder.
    assertThat(ingestion().ingest(table.toString(), at("table")).index().total()).isEqualTo(1);
    assertThat(ingestion().ingest(table.getParent().toString(), at("again")).index().total())
        .isEqualTo(1);
  }

  @Test
  void twoWhoMakeOneTableAtOnceBothHaveIt() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Files.copy(PICTURES.resolve("rgb-444.jpg"), pictures.resolve("a.jpg"));
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Callable<SampleTable> make = () -> ingestion().ingest(at("pictures"), at("table"));
      for (Future<SampleTable> made : threads.invokeAll(List.of(make, make, make))) {
        assertThat(made.get().index().total()).isEqualTo(1);
      }
    } finally {
      threads.shutdown();
    }
    // The second and the third found what the first had made.
    assertThat(io.delta.tables.DeltaTable.forPath(spark, at("table")).history().count())
        .isEqualTo(1);
  }

  @Test
  void aTableWhoseCopiesOrContentsWereChangedIsRefused() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Files.copy(PICTURES.resolve("rgb-444.jpg"), pictures.resolve("a.jpg"));
    String digest = Sha256Digest.of(Files.readAllBytes(pictures.resolve("a.jpg"))).hex();
    ingestion().ingest(at("pictures"), at("table"));
    Dataset<Row> rows = spark.read().format("delta").load(at("table"));

    for (int copies : new int[] {-7}) {
      String changed = at("copies" + copies);
      rows.withColumn("copies", functions.lit(copies)).write().format("delta").save(changed);
      assertThatThrownBy(() -> SampleTable.open(spark, changed))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              changed
                  + ": the sample table is damaged: sample "
                  + digest
                  + " has copies ("
                  + copies
                  + "), but it must have at least 1.\n"
                  + "Maybe bring its source into a new table with quantsweep ingest.");
    }

    rows.withColumn("digest", functions.lit("abc")).write().format("delta").save(at("digest"));
    assertThatThrownBy(() -> SampleTable.open(spark, at("digest")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            at("digest")
                + ": the sample table is damaged: a sample's digest (abc) is no SHA-256.\n"
                + "Maybe bring its source into a new table with quantsweep ingest.");

    rows.withColumn("content", functions.lit(new byte[] {1, 2, 3}))
        .write()
        .format("delta")
        .save(at("content"));
    SampleTable changed = SampleTable.open(spark, at("content"));
    assertThatThrownBy(() -> changed.read(new ShardId(0)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "a.jpg: the sample table is damaged: its content is not that of digest "
                + digest
                + ".\nMaybe bring its source into a new table with quantsweep ingest.");
  }

  @Test
  void foldersOfStepsAreTakenAsTheFieldHasThem() throws Exception {
    Path steps = Files.createDirectories(folder.resolve("speech/10:30.steps"));
    Files.copy(ARRAYS.resolve("stored.npz"), steps.resolve("0.npz"));
    Files.write(steps.resolve("._0.npz"), new byte[] {0, 5, 22, 7});
    Path other = Files.createDirectories(folder.resolve("speech/__MACOSX/10:30.steps"));
    Files.write(other.resolve("._0.npz"), new byte[] {0, 5, 22, 7});
    Path pictures = Files.createDirectories(folder.resolve("speech/pictures.steps"));
    Files.write(pictures.resolve("0.webp"), new byte[] {1});
    Path absent = Files.createDirectories(folder.resolve("speech/absent.steps"));
    Files.writeString(
        absent.resolve("0.npz"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n");
    Ingestion ingestion = ingestion();
    SampleTable table = ingestion.ingest(at("speech"), at("table"));
    LocalSamples here = LocalSamples.read(folder.resolve("speech"), IngestLimits.DEFAULT);
    assertThat(table.index().setDigest()).isEqualTo(here.index().setDigest());
    assertThat(table.read(new ShardId(0))).extracting(Sample::path).containsExactly("10:30.steps");
    assertThat(table.quarantined())
        .isEqualTo(here.quarantined())
        .containsExactly(
            new QuarantinedSample(
                "absent.steps",
                "'0.npz': it is a Git LFS pointer, not the file that it stands for."));
    assertThat(ingestion.remarks())
        .isEqualTo(here.remarks())
        .containsExactly(
            "left out, since such files are not read: 1 .webp (JPEG, PNG, BMP, .npy and .npz are)");
  }

  @Test
  void aTableWhoseCallsWereChangedIsRefused() throws Exception {
    Path steps = Files.createDirectories(folder.resolve("speech/a.steps"));
    Files.copy(ARRAYS.resolve("stored.npz"), steps.resolve("0.npz"));
    SampleTable table = ingestion().ingest(at("speech"), at("table"));
    Sample sample = table.read(new ShardId(0)).get(0);
    SampleContent.Calls calls = (SampleContent.Calls) sample.content();
    SampleContent.NamedArrays call = calls.calls().get(0);
    byte[] twice = CallSamples.stored(new SampleContent.Calls(List.of(call, call)));
    Dataset<Row> rows = spark.read().format("delta").load(at("table"));

    for (byte[] content : List.of(twice, new byte[] {1, 2, 3})) {
      String changed = at("content" + content.length);
      rows.withColumn("content", functions.lit(content)).write().format("delta").save(changed);
      SampleTable damaged = SampleTable.open(spark, changed);
      assertThatThrownBy(() -> damaged.read(new ShardId(0)))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "a.steps: the sample table is damaged: its content is not that of digest "
                  + sample.digest().hex()
                  + ".\nMaybe bring its source into a new table with quantsweep ingest.");
    }
  }

  @Test
  void remarksAreToldWithStepsToo() throws Exception {
    Path arrays = Files.createDirectories(folder.resolve("arrays"));
    Files.copy(ARRAYS.resolve("stored.npz"), arrays.resolve("a.npz"));
    Files.write(arrays.resolve("a.webp"), new byte[] {1});
    Ingestion ingestion = ingestion().withSteps();
    ingestion.ingest(at("arrays"), at("table"));
    assertThat(ingestion.remarks())
        .containsExactly(
            "left out, since such files are not read: 1 .webp (JPEG, PNG, BMP, .npy and .npz are)");
  }
}
