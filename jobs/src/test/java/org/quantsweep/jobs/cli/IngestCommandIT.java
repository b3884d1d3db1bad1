package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** Tables as samples, as people type it. */
class IngestCommandIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();

  private static final Path PACKAGES = Path.of("src/test/resources/packages").toAbsolutePath();

  @TempDir static Path folder;

  /** What a command printed, and its exit code. */
  private record Ran(int code, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  /** The same pictures in a folder, and in a Parquet file with a column of its own name. */
  @BeforeAll
  static void makeTable() throws Exception {
    List<Row> rows = new ArrayList<>();
    try (var all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 250) {
        Path target = folder.resolve("pictures").resolve(i + ".jpg");
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
        rows.add(RowFactory.create(Files.readAllBytes(target), "class " + i % 7, 1.5f));
      }
    }
    StructType schema =
        new StructType()
            .add("photo", DataTypes.BinaryType)
            .add("kind", DataTypes.StringType)
            .add("weight", DataTypes.FloatType);
    SparkSession spark = SparkSessions.open("test", "local[2]");
    try {
      spark
          .createDataFrame(rows, schema)
          .coalesce(1)
          .write()
          .parquet(folder.resolve("rows").toString());
    } finally {
      spark.stop();
    }
    try (var files = Files.list(folder.resolve("rows"))) {
      Path part =
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.move(part, folder.resolve("photos.parquet"));
    }
  }

  @Test
  void aTableIsSweptAsTheSameFilesAreWithoutJudgingAnythingAgain() throws Exception {
    JsonNode files = sweep("pictures", "by-files");
    JsonNode rows = sweep("photos.parquet", "by-rows");
    assertThat(files.at("/cost/inferences").asLong()).isPositive();
    assertThat(rows.at("/cost/inferences").asLong()).isZero();
    assertThat(rows.get("candidates")).isEqualTo(files.get("candidates"));
    assertThat(rows.at("/samples/n").asInt()).isEqualTo(10);
  }

  private static JsonNode sweep(String samples, String output) throws Exception {
    Ran ran =
        run(
            "sweep",
            "--model",
            SAMPLE.resolve("shapes.mlmodel").toString(),
            "--samples",
            folder.resolve(samples).toString(),
            "--schemes",
            "linear:8,linear:4",
            "--agreement",
            "0.9",
            "--evaluations",
            folder.resolve("evaluations").toString(),
            "--output",
            folder.resolve(output).toString(),
            "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    return new ObjectMapper().readTree(ran.out());
  }

  @Test
  void compareTakesTablesToo() {
    String model = SAMPLE.resolve("shapes.mlmodel").toString();
    String four = folder.resolve("four.mlmodel").toString();
    assertThat(run("quantize", model, "--scheme", "linear:4", "--output", four).code()).isZero();
    Ran files = run("compare", model, four, "--samples", folder.resolve("pictures").toString());
    Ran rows =
        run("compare", model, four, "--samples", folder.resolve("photos.parquet").toString());
    assertThat(rows.code()).as(rows.err()).isZero();
    assertThat(rows.out()).isEqualTo(files.out()).contains(" of 10 samples agree ");
  }

  @Test
  void ingestTakesNamedColumnsAndSaysWhichThereAre() throws Exception {
    String table = folder.resolve("photos.parquet").toString();
    String made = folder.resolve("made").toString();
    Ran wrong = run("ingest", table, made, "--label-column", "class");
    assertThat(wrong.code()).isEqualTo(4);
    assertThat(wrong.err())
        .isEqualTo(
            table
                + ": there is no column 'class'; the table has photo (binary), kind (string),"
                + " weight (float).\nMaybe write photo.\n");
    Ran both = run("ingest", table, made, "--content-column", "photo", "--array-columns", "weight");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err())
        .isEqualTo(
            """
            --content-column (photo) and --array-columns (weight) exclude each other: a row is one file, or named arrays.
            Maybe leave one of them out.
            """);
    Path taken = folder.resolve("file");
    Files.writeString(taken, "no folder");
    Ran unwritable = run("ingest", table, taken.resolve("made").toString());
    assertThat(unwritable.code()).as(unwritable.err()).isEqualTo(4);
    assertThat(unwritable.err())
        .startsWith(taken.resolve("made") + ": the sample table cannot be written here (")
        .endsWith(").\nMaybe name a writable place.\n");

    Ran good = run("ingest", table, made, "--label-column", "kind", "--json");
    assertThat(good.code()).as(good.err()).isZero();
    JsonNode report = new ObjectMapper().readTree(good.out());
    assertThat(report.get("samples").asInt()).isEqualTo(10);
    assertThat(report.get("quarantined")).isEmpty();
  }

  private static void write(String file, Shape shape, float... numbers) throws Exception {
    write(file, "x", shape, numbers);
  }

  private static void write(String file, String name, Shape shape, float... numbers)
      throws Exception {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    NpzArrays.write(path, Map.of(name, Tensor.wrap(shape, numbers)));
  }

  @Test
  void callsInATableAreJudgedTogether() throws Exception {
    String model = PACKAGES.resolve("functions.mlpackage").toString();
    // The first function adds to a state, the second doubles: they agree on zeros alone.
    write("calls/one.steps/0.npz", Shape.of(1, 4), 1, 0, 0, 0);
    write("calls/zeros.steps/0.npz", Shape.of(1, 4), 0, 0, 0, 0);
    write("calls/zeros.steps/1.npz", Shape.of(1, 4), 0, 0, 0, 0);
    write("calls/later.steps/0.npz", Shape.of(1, 4), 0, 0, 0, 0);
    write("calls/later.steps/1.npz", Shape.of(1, 4), 0, 0, 0, 0);
    write("calls/later.steps/2.npz", Shape.of(1, 4), 0, 0, 3, 0);
    String table = folder.resolve("calls-table").toString();
    assertThat(run("ingest", folder.resolve("calls").toString(), table).out())
        .startsWith("3 samples (3 distinct), 0 quarantined, set ");
    String[] compare = {
      "compare",
      model,
      model,
      "--function",
      "count=twice",
      "--criterion",
      "largest-error:0",
      "--samples",
      table
    };
    Ran compared = run(compare);
    assertThat(compared.code()).as(compared.err()).isZero();
    assertThat(compared.out()).startsWith("largest-error:0: 1 of 3 samples agree ");

    // As one set, with the calls behind the samples: 1, 1; 0, 0; 0, 1.
    write("set.npz", Shape.of(3, 2, 1, 4), numbers(24, 0, 4, 20));
    String set = folder.resolve("set-table").toString();
    assertThat(run("ingest", folder.resolve("set.npz").toString(), set, "--steps").out())
        .startsWith("3 samples (3 distinct), 0 quarantined, set ");
    compare[compare.length - 1] = set;
    assertThat(run(compare).out()).startsWith("largest-error:0: 1 of 3 samples agree ");
  }

  /** Zeros, with ones at some places. */
  private static float[] numbers(int count, int... ones) {
    float[] numbers = new float[count];
    for (int place : ones) {
      numbers[place] = 1;
    }
    return numbers;
  }

  @Test
  void aSweepJudgesTheCallsOfASampleTogether() throws Exception {
    Random random = new Random(7);
    for (int sample = 0; sample < 40; sample++) {
      for (int call = 0; call < 3; call++) {
        float[] numbers = new float[4];
        for (int i = 0; i < 4; i++) {
          numbers[i] = (float) random.nextGaussian();
        }
        write("many/" + sample + ".steps/" + call + ".npz", "features", Shape.of(4), numbers);
      }
    }
    Ran ran =
        run(
            "sweep",
            "--model",
            PACKAGES.resolve("classifier.mlmodel").toString(),
            "--samples",
            folder.resolve("many").toString(),
            "--agreement",
            "0.5",
            "--output",
            folder.resolve("swept").toString(),
            "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode samples = new ObjectMapper().readTree(ran.out()).get("samples");
    // 40 samples, of which two parts in five select.
    assertThat(samples.get("n").asInt()).isEqualTo(16);
    assertThat(samples.get("quarantined").asInt()).isZero();
  }

  @Test
  void aRealModelWithAStateAgreesWithItselfCallByCall() {
    String model = SharedData.path("models/SileroVAD_stateful_f16_ios18.mlpackage").toString();
    String calls = SharedData.path("samples/speech-calls.npz").toString();
    String table = folder.resolve("speech").toString();
    assertThat(run("ingest", calls, table, "--steps").out())
        .startsWith("100 samples (100 distinct), 0 quarantined, set ");
    Ran ran =
        run("compare", model, model, "--criterion", "largest-error:0.001", "--samples", table);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).startsWith("largest-error:0.001: 100 of 100 samples agree ");
    // Without the steps' axis it is no sample of this model.
    Ran without =
        run("compare", model, model, "--criterion", "largest-error:0.001", "--samples", calls);
    assertThat(without.code()).isEqualTo(4);
  }

  /** The launcher sets C.UTF-8 where a locale knows ASCII alone; spark-submit does not. */
  @Test
  void aNameThatTheLocaleCannotSayIsTold() throws Exception {
    Path printed = folder.resolve("printed");
    List<String> ingest = List.of("ingest", "größe: 5%.parquet", folder.resolve("t").toString());
    ProcessBuilder builder =
        CommandProcess.of(folder, QuantSweep.class, List.of(), ingest)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile());
    builder.environment().put("LC_ALL", "C");
    assertThat(builder.start().waitFor()).isEqualTo(2);
    assertThat(Files.readString(printed))
        .endsWith(
            ": this name has characters beyond US-ASCII, in which Java reads names here, since it"
                + " takes that from the locale.\nMaybe set LC_ALL=C.UTF-8.\n");
  }
}
