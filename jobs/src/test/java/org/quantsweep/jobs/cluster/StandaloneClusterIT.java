package org.quantsweep.jobs.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.PublishingException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.jobs.registry.HadoopModelRegistry;
import org.quantsweep.jobs.registry.PublishSweep;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.testing.FileSchemas;
import org.quantsweep.testing.PythonEnvironment;

/**
 * The shaded jar by spark-submit on a standalone master with two workers, undisturbed and
 * disturbed: what local mode answers is what it must answer. Figures go to standard output.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StandaloneClusterIT {
  /** Of killing something in mid-sweep: on a slow disk the first commit may end after the sweep. */
  private static final int ATTEMPTS = 5;

  private static final Map<String, String> LOCAL = Map.of("spark.master", "local[2]");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SCHEMES =
      List.of(
          "lut-kmeans:1",
          "lut-linear:2",
          "linear:2",
          "lut-kmeans:2",
          "linear:3",
          "lut-kmeans:3",
          "linear:4",
          "lut-kmeans:4",
          "lut-linear:4",
          "lut-kmeans:5",
          "linear:5",
          "linear:6",
          "half");

  @TempDir static Path folder;

  private static StandaloneCluster cluster;

  /** Two drivers for all that needs none of its own, one of its own processes for each twin. */
  private static WarmDriver driver;

  private static WarmDriver otherDriver;
  private static MiniHdfs hdfs;
  private static SparkSession spark;
  private static JsonNode local;

  @BeforeAll
  static void sweepInLocalMode() throws Exception {
    cluster = new StandaloneCluster(folder, "sweeps by spark-submit on a standalone cluster");
    // It loads nearly all that drivers and executors will load: what follows starts faster.
    Submitted run =
        cluster.submitAndArchiveClasses(
            "local-sweep", LOCAL, sweep(pictures().toString(), "local", "--evaluate-all"));
    // Only to look into evaluation tables; Spark starts meanwhile.
    spark = SparkSessions.open("test", "local[1]");
    // A few rows each: compiling queries would take most of the time.
    spark.conf().set("spark.sql.codegen.wholeStage", false);
    spark.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
    hdfs = new MiniHdfs(cluster, folder);
    assertThat(run.exitCode()).as(run::log).isZero();
    cluster.leaveArchive();
    local = result("local");
    driver = cluster.warmDriver("driver");
    otherDriver = cluster.warmDriver("other-driver");
  }

  @AfterAll
  static void stop() {
    if (spark != null) {
      spark.stop();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void aKilledExecutorChangesNothing() throws Exception {
    String output = null;
    for (int attempt = 1; attempt <= ATTEMPTS && output == null; attempt++) {
      String name = "executor-" + attempt;
      Submitted run =
          driver.run(
              name,
              options("spark.quantsweep.commitInterval=100ms"),
              sweep(samples().toString(), name, "--evaluate-all"));
      awaitFirstCommitToBegin(run, name);
      cluster.awaitInSlowMotion(
          "evaluations to be committed", () -> !run.isRunning() || committed(name) > 0);
      List<ProcessHandle> executors = cluster.executors();
      boolean ended = Files.exists(folder.resolve(name).resolve("result.json"));
      if (!executors.isEmpty() && !ended) {
        assertThat(executors.get(0).destroyForcibly()).isTrue();
        output = name;
      }
      cluster.goOn();
      assertThat(run.exitCode()).as(run::log).isZero();
    }
    assertThat(output).as("a sweep that lost an executor in its middle").isNotNull();

    assertSameAsLocal(output);
    // What was judged is counted when it arrives: only what ran in the killed process is run again.
    long candidates = judged(output).logical();
    long undisturbed = local.at("/cost/inferences").asLong() - references();
    long reference = result(output).at("/cost/inferences").asLong() - candidates;
    figure(
        "kill -9 of an executor in mid-sweep: same answer; %d candidate inferences arrived, %d"
            + " undisturbed: none of those that had arrived was done again; the reference was run"
            + " %d times more, on shards that only the killed executor held",
        candidates, undisturbed, reference - references());
    assertThat(candidates).isEqualTo(undisturbed);
    // Not at all where the killed one had not begun.
    assertThat(reference).isBetween(references(), 2 * references());
  }

  /** While one executor stands still the other tries its tasks too; each counts once. */
  @Test
  void speculationChangesNothing() throws Exception {
    Path copies = folder.resolve("speculative-copies");
    Submitted run =
        driver.run(
            "speculation",
            options(
                "spark.speculation=true",
                "spark.speculation.interval=50ms",
                "spark.speculation.quantile=0.05",
                "spark.speculation.multiplier=1.01",
                "spark.speculation.task.duration.threshold=1s",
                "spark.extraListeners=" + SpeculativeCopies.class.getName(),
                SpeculativeCopies.FILE + "=" + copies),
            sweep(samples().toString(), "speculation", "--evaluate-all"));
    awaitFirstCommitToBegin(run, "speculation");
    cluster.awaitBesideASlowOne(
        "a task to be tried twice", () -> !run.isRunning() || Files.exists(copies));
    assertThat(run.exitCode()).as(run::log).isZero();

    assertThat(copies).isNotEmptyFile();
    assertSameAsLocal("speculation");
    assertThat(judged("speculation").logical())
        .isEqualTo(local.at("/cost/inferences").asLong() - references());
  }

  @Test
  void aKilledDriverContinuesFromWhatWasCommitted() throws Exception {
    long all = local.at("/cost/inferences").asLong() - references();
    String output = null;
    long committed = 0;
    for (int attempt = 1; attempt <= ATTEMPTS && output == null; attempt++) {
      String driver = "driver-" + attempt;
      StandaloneCluster.Killable first =
          cluster.submit(
              driver + "-first",
              options("spark.quantsweep.commitInterval=100ms", "spark.cores.max=1"),
              sweep(samples().toString(), driver, "--evaluate-all"));
      awaitFirstCommitToBegin(first, driver);
      cluster.awaitInSlowMotion(
          "evaluations to be committed", () -> !first.isRunning() || committed(driver) > 0);
      first.kill();
      cluster.goOn();
      StandaloneCluster.await(
          "the executors of the killed driver to end", () -> cluster.executors().isEmpty());
      committed = committed(driver);
      boolean ended = Files.exists(folder.resolve(driver).resolve("result.json"));
      output = ended || committed == 0 || committed == all ? null : driver;
    }
    assertThat(output).as("a driver that was killed in mid-sweep").isNotNull();

    List<String> arguments = sweep(samples().toString(), output, "--evaluate-all");
    Submitted second = otherDriver.run("driver-2", options(), arguments);

    assertThat(second.exitCode()).as(second::log).isZero();
    assertSameAsLocal(output);
    // The reference's classes were committed before any candidate's evaluations.
    long done = result(output).at("/cost/inferences").asLong();
    figure(
        "kill -9 of the driver: %d of %d candidate inferences were committed; the second run did"
            + " %d, none of the committed again and none of the reference",
        committed, all, done);
    assertThat(done).isEqualTo(all - committed);
    assertThat(judged(output).logical()).isEqualTo(all);
  }

  @Test
  void twoSweepsOfOneDigestAtOnceBothEndWell() throws Exception {
    String table = folder.resolve("twins").toString();
    Map<String, WarmDriver> drivers = Map.of("twin-1", driver, "twin-2", otherDriver);
    List<Submitted> runs = new ArrayList<>();
    for (Map.Entry<String, WarmDriver> twin : drivers.entrySet()) {
      List<String> arguments =
          sweep(samples().toString(), twin.getKey(), "--evaluate-all", "--evaluations", table);
      runs.add(twin.getValue().run(twin.getKey(), options("spark.cores.max=1"), arguments));
    }
    for (Submitted run : runs) {
      assertThat(run.exitCode()).as(run::log).isZero();
    }

    assertSameAsLocal("twin-1");
    assertSameAsLocal("twin-2");
    Judged judged = judged(table);
    figure(
        "two sweeps of one digest at once: %d evaluations of a sample stand in %d rows, logically"
            + " %d, as after one sweep",
        judged.written(), judged.rows(), judged.logical());
    assertThat(judged.logical()).isEqualTo(local.at("/cost/inferences").asLong() - references());
  }

  @Test
  void twoWorkersThatShareNothingButHdfsChooseWhatLocalModeChooses() throws Exception {
    Path model = PythonEnvironment.repository("datasets/src/main/sample/shapes.mlmodel");
    List<String> arguments =
        sweep(
            hdfs.copy(samples(), "samples").toString(),
            hdfs.path("out").toString(),
            "--evaluate-all",
            "--evaluations",
            hdfs.path("evaluations").toString(),
            "--publish",
            hdfs.path("registry/shapes").toString());
    arguments.set(arguments.indexOf(model.toString()), hdfs.copy(model, "m.mlmodel").toString());
    Submitted run = driver.run("hdfs-sweep", options(), arguments);

    assertThat(run.exitCode()).as(run::log).isZero();
    JsonNode result = JSON.readTree(bytes(hdfs.path("out/result.json")));
    FileSchemas.RESULT.requireValid(result.toString(), "on HDFS");
    assertThat(result.at("/cost/inferences")).isEqualTo(local.at("/cost/inferences"));
    ObjectNode expected = comparable(local);
    ObjectNode actual = comparable(result);
    for (ObjectNode each : List.of(expected, actual)) {
      // The model has another name there.
      each.remove("sourceModel");
      each.remove("published");
    }
    assertThat(actual).isEqualTo(expected);
    HadoopModelRegistry registry =
        new HadoopModelRegistry(hdfs.path("registry").toString(), new Configuration());
    PublishedVersion published =
        registry.show(new ModelName("shapes")).at(Alias.CHALLENGER).orElseThrow();
    assertThat(published.digest().hex()).isEqualTo(local.at("/selected/sha256").asText());
    assertThat(Sha256Digest.of(bytes(new org.apache.hadoop.fs.Path(published.location()))))
        .isEqualTo(published.digest());
    // What a scheduler asks for: the outcome from the cluster's storage, and where it was
    // published.
    assertThat(result.at("/published/version").asInt()).isEqualTo(1);
    Submitted shown =
        driver.run(
            "hdfs-result",
            Map.of("spark.master", "local[1]"),
            List.of("result", hdfs.path("out").toString(), "--json"));
    assertThat(shown.exitCode()).as(shown::log).isZero();
    assertThat(JSON.readTree(shown.output())).isEqualTo(result);
  }

  /** A tree in HDFS with fitted codes: what one process chooses that does not know Spark. */
  @Test
  void aPackageIsChosenAndPublishedAsInThisProcessThoughAnExecutorIsKilled() throws Exception {
    PackageSweep sweep = new PackageSweep(folder);
    org.apache.hadoop.fs.Path model = hdfs.copy(PackageSweep.model(), "digits.mlpackage");
    Path evaluations = folder.resolve("package-evaluations");
    Submitted run =
        driver.run(
            "package",
            options("spark.quantsweep.commitInterval=100ms"),
            sweep.command(
                model.toString(),
                "--output",
                hdfs.path("package-out").toString(),
                "--evaluations",
                evaluations.toString(),
                "--publish",
                hdfs.path("package-registry/digits").toString()));
    StandaloneCluster.await(
        "a commit", () -> !run.isRunning() || commits(evaluations.resolve("_delta_log")) > 0);
    assertThat(run.isRunning()).as(run::log).isTrue();
    assertThat(cluster.executors().get(0).destroyForcibly()).isTrue();
    assertThat(run.exitCode()).as(run::log).isZero();

    LocalSweep.Outcome here = sweep.here();
    SweepResult expected = here.result();
    String written = new String(bytes(hdfs.path("package-out/result.json")), UTF_8);
    SweepResult result = ResultFile.fromJson(written, "result.json");
    assertThat(result.selected()).isEqualTo(expected.selected());
    assertThat(result.selected().plan()).isNotNull();
    assertThat(result.candidates()).isEqualTo(expected.candidates());
    assertThat(result.certificate()).isEqualTo(expected.certificate());
    HadoopModelRegistry registry =
        new HadoopModelRegistry(hdfs.path("package-registry").toString(), new Configuration());
    ModelName name = new ModelName("digits");
    PublishedVersion published = registry.show(name).at(Alias.CHALLENGER).orElseThrow();
    assertThat(published.digest()).isEqualTo(here.model().orElseThrow().digest());
    ModelFiles fetched = registry.fetch(name, published.version());
    assertThat(fetched.inMemory(fetched.size())).isEqualTo(here.model().orElseThrow());
    assertThat(fetched.size().bytes()).isEqualTo(result.selected().encodedSize());
  }

  @Test
  void commandsReadAndWriteWhereTheClusterDoes() throws Exception {
    Path model = PythonEnvironment.repository("datasets/src/main/sample/shapes.mlmodel");
    String given = hdfs.copy(model, "commands/given.mlmodel").toString();
    String four = hdfs.path("commands/four.mlmodel").toString();
    String output = hdfs.path("commands/y.npz").toString();
    String pictures = hdfs.path("commands/pictures").toString();
    String picture =
        hdfs.copy(
                PythonEnvironment.repository("datasets/src/main/sample/pictures/tee/tee-000.jpg"),
                "commands/pictures/tee-000.jpg")
            .toString();
    assertThat(command("quantize", given, "--scheme", "linear:4", "--output", four))
        .startsWith(four + ": ");
    byte[] first = bytes(new org.apache.hadoop.fs.Path(four));
    // Written again over what is there.
    command("dequantize", four, "--output", four);
    assertThat(bytes(new org.apache.hadoop.fs.Path(four)).length).isGreaterThan(first.length);
    assertThat(command("inspect", four)).startsWith(four + ": ");
    assertThat(command("compare", given, given, "--samples", pictures, "--agreement", "1"))
        .contains("(1.0000, ");
    command("predict", given, "--input", "image=" + picture, "--output", output);
    assertThat(hdfs.files().exists(new org.apache.hadoop.fs.Path(output))).isTrue();
    for (FileStatus left : hdfs.files().listStatus(hdfs.path("commands"))) {
      assertThat(left.getPath().getName()).doesNotStartWith(".");
    }
  }

  /** Runs a command, and gives what it prints. */
  private static String command(String... arguments) throws Exception {
    Submitted run = driver.run("command-" + arguments[0], LOCAL, List.of(arguments));
    assertThat(run.exitCode()).as(run::log).isZero();
    return run.output();
  }

  // First: the other driver is then as warm as its twin, so that both sweep at once.
  @Test
  @Order(1)
  void aFullDiskIsSaidAndNothingIsPublished() throws Exception {
    org.apache.hadoop.fs.Path full = hdfs.path("full");
    hdfs.files().mkdirs(full);
    // Less than one block: folders can be made, and nothing can be written.
    hdfs.files().setQuota(full, 1000, 1000);
    Submitted sweep =
        otherDriver.run(
            "full-sweep",
            LOCAL, // Nothing is judged, and the driver writes.
            sweep(
                samples().toString(),
                new org.apache.hadoop.fs.Path(full, "out").toString(),
                "--evaluations",
                folder.resolve("local/evaluations").toString(),
                "--publish",
                hdfs.path("registry-of-full/shapes").toString()));
    assertThat(sweep.exitCode()).as(sweep::log).isEqualTo(1);
    assertThat(sweep.log())
        .contains(full + "/out: the results cannot be written here (")
        .contains("quota of /full is exceeded")
        .contains(
            "\n"
                + "Maybe free some space and give the same command again: a sweep continues from"
                + " what it has stored.\n")
        .doesNotContain("internal failure");
    assertThat(hdfs.files().exists(hdfs.path("registry-of-full"))).isFalse();
    assertThat(hdfs.files().exists(new org.apache.hadoop.fs.Path(full, "out/result.json")))
        .isFalse();

    org.apache.hadoop.fs.Path registry = new org.apache.hadoop.fs.Path(full, "registry");
    SweepResult chosen = ResultFile.fromJson(local.toString(), "local");
    assertThatThrownBy(
            () ->
                PublishSweep.publish(
                    folder.resolve("local").toString(),
                    chosen,
                    registry + "/shapes",
                    new Configuration()))
        .isInstanceOf(PublishingException.class)
        .hasMessageStartingWith(registry + ": the registry cannot publish 'shapes' (")
        .hasMessageContaining("quota of /full is exceeded");
    assertThat(new PublishingException("").exitCode()).isEqualTo(5);
    assertThat(new HadoopModelRegistry(registry.toString(), new Configuration()).list()).isEmpty();
  }

  /** The folder's policy asks for archives, which no datanode has: so none takes a block. */
  @Test
  void anHdfsOfWhichNoDatanodeTakesABlockMayBeTriedAgain() throws Exception {
    org.apache.hadoop.fs.Path cold = hdfs.path("cold");
    hdfs.files().mkdirs(cold);
    hdfs.files().setStoragePolicy(cold, "COLD");
    String output = new org.apache.hadoop.fs.Path(cold, "x.mlmodel").toString();
    String model =
        PythonEnvironment.repository("datasets/src/main/sample/shapes.mlmodel").toString();
    Submitted run =
        driver.run(
            "cold", LOCAL, List.of("quantize", model, "--scheme", "linear:4", "--output", output));
    assertThat(run.exitCode()).as(run::log).isEqualTo(1);
    assertThat(run.log())
        .contains(output + ": the file cannot be written (File /cold/.x.mlmodel.")
        .contains(
            " could only be written to 0 of the 1 minReplication nodes. There are 1 datanode(s)"
                + " running and 1 node(s) are excluded in this operation).\n"
                + "Maybe free some space on the datanodes, or start those that are down, and give"
                + " the same command again: a sweep continues from what it has stored.\n");
  }

  @Test
  void anOutputThatCannotBeWrittenIsSaidAndNothingIsPublished() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Path registry = folder.resolve("registry-1");
    Submitted run =
        otherDriver.run(
            "blocked",
            LOCAL,
            sweep(
                samples().toString(),
                "file/output",
                "--publish",
                registry.resolve("shapes").toString()));

    assertThat(run.exitCode()).as(run::log).isEqualTo(4);
    assertThat(run.log())
        .contains(file.resolve("output") + ": the results cannot be written here (")
        .contains("\nMaybe name a writable place with --output.\n")
        .doesNotContain("internal failure");
    assertThat(registry).doesNotExist();
    assertThat(file).hasContent("in the way");
  }

  private static Path pictures() {
    return PythonEnvironment.repository("datasets/src/main/sample/pictures");
  }

  /** The table that the run in local mode made of the pictures. */
  private static Path samples() {
    return folder.resolve("local/samples");
  }

  /** Into a folder below {@link #folder}, or a path with its scheme. */
  private static List<String> sweep(String samples, String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--model",
                PythonEnvironment.repository("datasets/src/main/sample/shapes.mlmodel").toString(),
                "--samples",
                samples,
                "--schemes",
                String.join(",", SCHEMES),
                "--output",
                output.contains("://") ? output : folder.resolve(output).toString()));
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }

  private static JsonNode result(String output) throws IOException {
    return JSON.readTree(
        FileSchemas.requireValid(folder.resolve(output)).resolve("result.json").toFile());
  }

  /** The number of samples on which the reference runs. */
  private static long references() {
    return local.at("/samples/n").asLong();
  }

  /** Everything but what it cost, and the file byte for byte. */
  private static void assertSameAsLocal(String output) throws IOException {
    ObjectNode actual = comparable(result(output));
    assertThat(actual).isEqualTo(comparable(local));
    assertThat(actual.at("/decision").asText()).isEqualTo("selected");
    byte[] chosen =
        Files.readAllBytes(folder.resolve(output).resolve(actual.at("/selected/file").asText()));
    assertThat(Sha256Digest.of(chosen).hex()).isEqualTo(actual.at("/selected/sha256").asText());
  }

  private static ObjectNode comparable(JsonNode result) {
    ObjectNode comparable = result.deepCopy();
    comparable.remove("cost");
    // Where things lie differs from run to run.
    ((ObjectNode) comparable.get("settings"))
        .remove(List.of("model", "samples", "evaluations", "output"));
    return comparable;
  }

  private static byte[] bytes(org.apache.hadoop.fs.Path file) throws IOException {
    try (InputStream in = hdfs.files().open(file)) {
      return in.readAllBytes();
    }
  }

  private static Map<String, String> options(String... settings) {
    Map<String, String> options = new HashMap<>(Map.of("spark.master", cluster.address()));
    for (String setting : settings) {
      options.put(setting.substring(0, setting.indexOf('=')), setting.replaceFirst(".*?=", ""));
    }
    return options;
  }

  /** At full speed: whoever commits to a local table takes its lock first. */
  private static void awaitFirstCommitToBegin(Submitted run, String output) {
    Path lock = folder.resolve(output).resolve("evaluations.lock");
    StandaloneCluster.await(
        "the first commit to begin", () -> !run.isRunning() || Files.exists(lock));
  }

  /** How many evaluations of a sample a run has committed so far. */
  private static long committed(String output) {
    Path log = folder.resolve(output).resolve("evaluations/_delta_log");
    return commits(log) == 0 ? 0 : judged(output).logical();
  }

  private static long commits(Path log) {
    if (!Files.isDirectory(log)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(log)) {
      return files.filter(file -> file.toString().endsWith(".json")).count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What stands in a table of evaluations.
   *
   * @param rows rows of candidates
   * @param written evaluations of one sample, however often they stand there
   * @param logical the same, each once
   */
  private record Judged(long rows, long written, long logical) {}

  private static Judged judged(String output) {
    Path table = folder.resolve(output);
    Path own = table.resolve("evaluations");
    Map<String, BitSet> united = new HashMap<>();
    long rows = 0;
    long written = 0;
    for (Row row :
        spark
            .read()
            .format("delta")
            .load((Files.isDirectory(own) ? own : table).toString())
            .where("difficulties is null")
            .select("candidate", "block", "judged")
            .collectAsList()) {
      BitSet judged = BitSet.valueOf((byte[]) row.getAs(2));
      rows++;
      written += judged.cardinality();
      united
          .computeIfAbsent(row.getString(0) + row.getString(1), missing -> new BitSet())
          .or(judged);
    }
    return new Judged(rows, written, united.values().stream().mapToLong(BitSet::cardinality).sum());
  }

  private static void figure(String text, Object... values) {
    System.out.println("FIGURE " + String.format(java.util.Locale.ROOT, text, values));
  }
}
