package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.jobs.files.HadoopStorage;

/** Models reach tasks, whichever way they go. */
class SharedModelIT {
  private static final ByteSize NOTHING = new ByteSize(0);
  private static final ByteSize ENOUGH = new ByteSize(1000);

  @TempDir static Path folder;

  private static SparkSession session;
  private static JavaSparkContext spark;

  @BeforeAll
  static void open() {
    session = SparkSessions.open("test", "local[2]");
    spark = JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  @AfterAll
  static void close() {
    session.stop();
  }

  /** A session of ours, as on a cluster: executors say names of files by their characters. */
  @Test
  void executorsHaveALocaleOfAllCharacters() {
    assertThat(spark.getConf().get("spark.executorEnv.LC_ALL")).isEqualTo("C.UTF-8");
  }

  @Test
  void executorsGiveBackWhatClosedModelsHeld() {
    assertThat(spark.getConf().get("spark.executorEnv.MALLOC_ARENA_MAX")).isEqualTo("2");
    assertThat(spark.getConf().get("spark.executorEnv.MALLOC_MMAP_THRESHOLD_"))
        .isEqualTo("1048576");
  }

  @Test
  void aSmallModelIsBroadcastWithItsContent() throws IOException {
    Path storage = folder.resolve("small");
    Path file = Files.writeString(folder.resolve("w.bin"), "weights");
    ModelFiles model = tree(FileContent.of(file));
    try (SharedModel shared = SharedModel.share(spark, model, storage.toString(), ENOUGH)) {
      Files.delete(file);
      assertThat(readInTasks(shared)).containsOnly("a: manifest, b/w.bin: weights");
      assertThat(shared.digest()).isEqualTo(model.digest());
    }
    assertThat(storage).doesNotExist();
  }

  @Test
  void aLargeTreeLiesOnStorageUntilItIsNotNeeded() throws IOException {
    Path storage = folder.resolve("large");
    ModelFiles model = tree(FileContent.of("weights".getBytes(StandardCharsets.UTF_8)));
    try (SharedModel shared = SharedModel.share(spark, model, storage.toString(), NOTHING)) {
      try (SharedModel twin = SharedModel.share(spark, model, storage.toString(), NOTHING)) {
        assertThat(readInTasks(twin)).containsOnly("a: manifest, b/w.bin: weights");
        assertThat(filesBelow(storage)).hasSize(4);
      }
      assertThat(filesBelow(storage)).hasSize(2);
      assertThat(readInTasks(shared)).containsOnly("a: manifest, b/w.bin: weights");
      // Each executor reads it once.
      for (Path file : filesBelow(storage)) {
        Files.delete(file);
      }
      assertThat(readInTasks(shared)).containsOnly("a: manifest, b/w.bin: weights");
    }
    try (Stream<Path> left = Files.list(storage)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aLargeLoneFileGoesTheSameWay() throws IOException {
    Path storage = folder.resolve("lone");
    ModelFiles model = ModelFiles.lone("bytes".getBytes(StandardCharsets.UTF_8));
    try (SharedModel shared = SharedModel.share(spark, model, storage.toString(), NOTHING)) {
      assertThat(readInTasks(shared)).containsOnly(": bytes");
    }
    try (Stream<Path> left = Files.list(storage)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aLargeModelThatExecutorsReachIsReadWhereItLies() throws IOException {
    Path storage = folder.resolve("unused");
    Path given = Files.writeString(folder.resolve("given.mlmodel"), "as given");
    ModelFiles model =
        new HadoopStorage(spark.hadoopConfiguration())
            .stored(given.toString(), ModelFiles.lone(Files.readAllBytes(given)));
    try (SharedModel shared = SharedModel.share(spark, model, storage.toString(), NOTHING)) {
      assertThat(readInTasks(shared)).containsOnly(": as given");
    }
    assertThat(storage).doesNotExist();
    assertThat(given).exists();
    Files.writeString(given, "as Given");
    try (SharedModel shared = SharedModel.share(spark, model, storage.toString(), NOTHING)) {
      assertThatThrownBy(() -> readInTasks(shared))
          .hasStackTraceContaining("'given.mlmodel' is not what was judged: it has changed since");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaid() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "a file");
    ModelFiles model = ModelFiles.lone("bytes".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> SharedModel.share(spark, model, taken.toString(), NOTHING))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            taken + ": a model of 5 B cannot be written here for the executors (")
        .hasMessageEndingWith(").\nMaybe name a writable place with --evaluations.");
  }

  @Test
  void aSweepSendsAModelOnceAndLetsTheOldestGo() {
    List<ModelFiles> models = new ArrayList<>();
    for (String content : List.of("one", "two", "six")) {
      models.add(ModelFiles.lone(content.getBytes(StandardCharsets.UTF_8)));
    }
    // Two of three bytes have room.
    SharedModels shared = new SharedModels(spark, folder.resolve("none").toString(), 7).join();
    try (SharedModels selecting = shared.join();
        SharedModels confirming = shared.join()) {
      SharedModel first = selecting.take(models.get(0));
      assertThat(readInTasks(first)).containsOnly(": one");
      assertThat(confirming.take(models.get(0))).isSameAs(first);
      selecting.giveBack(models.get(0).digest());
      confirming.take(models.get(1));
      confirming.take(models.get(2));
      confirming.giveBack(models.get(1).digest());
      confirming.giveBack(models.get(2).digest());
      // The second went: the first is in use, the third came last.
      assertThat(shared.size()).isEqualTo(2);
      assertThat(confirming.take(models.get(0))).isSameAs(first);
    }
    assertThat(shared.size()).isEqualTo(2);
    shared.close();
    assertThat(shared.size()).isZero();
  }

  private static ModelFiles tree(FileContent weights) {
    return ModelFiles.tree(
        Map.of(
            "a", FileContent.of("manifest".getBytes(StandardCharsets.UTF_8)), "b/w.bin", weights));
  }

  private static List<String> readInTasks(SharedModel shared) {
    return spark.parallelize(List.of(1, 2, 3, 4), 4).map(task -> read(shared.files())).collect();
  }

  private static String read(ModelFiles model) throws IOException {
    List<String> read = new ArrayList<>();
    for (Map.Entry<String, FileContent> file : model.files().entrySet()) {
      byte[] bytes = file.getValue().readAll(ENOUGH);
      read.add(file.getKey() + ": " + new String(bytes, StandardCharsets.UTF_8));
    }
    return String.join(", ", read);
  }

  private static List<Path> filesBelow(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
