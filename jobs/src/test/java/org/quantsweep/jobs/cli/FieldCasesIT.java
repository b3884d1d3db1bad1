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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.datasets.picture.Orientation;
import org.quantsweep.datasets.picture.PictureDecoder;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/**
 * The table in {@code ../shared/cases/README.md} from the command line, where it lies beside this
 * clone. Each case has its kind tested elsewhere, with inputs of this repository's own. Expected
 * numbers are the table's: PyTorch's, NumPy's and Pillow's. {@link FieldLocalesIT} has the rows
 * that take no Spark in other locales too.
 */
class FieldCasesIT {
  @TempDir Path folder;

  /** What a command printed, and its exit code. */
  private record Ran(int code, String out, String err) {
    String whole() {
      return code + "\n" + out + err;
    }
  }

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    // One full stop ends a sentence.
    assertThat(out.toString() + err).doesNotContainPattern("[^ .]\\.\\.\n");
    return new Ran(code, out.toString(), err.toString());
  }

  private static String file(String name) {
    return FieldCaseRows.folder().resolve(name).toString();
  }

  static List<FieldCaseRows.Row> rows() {
    return FieldCaseRows.all();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatTakesNoSparkSaysAndWritesWhatTheTableAsksFor(FieldCaseRows.Row row) throws Exception {
    Path cases = FieldCaseRows.folder();
    Path output = Files.createDirectory(folder.resolve("written")).resolve("file");
    Ran ran = run(row.arguments(cases, output));
    row.require(ran.code(), ran.out() + ran.err(), cases, output);
  }

  @Test
  void case09NoSampleCanBeJudged() throws Exception {
    String model = file("09-log.mlmodel");
    Ran ran = run("compare", model, model, "--samples", file("09-negative"), "--agreement", "0.95");
    assertThat(ran.code()).isEqualTo(4);
    assertThat(ran.err())
        .endsWith(
            """
            : model A answers none of these samples, so nothing can be compared.
            Maybe try one of them with quantsweep predict.
            """);
    Ran counted = run("compare", model, model, "--samples", file("09-negative"), "--json");
    assertThat(counted.code()).isEqualTo(4);
    JsonNode json = new ObjectMapper().readTree(counted.out());
    assertThat(json.get("n").asInt()).isZero();
    assertThat(json.get("quarantined").asInt()).isEqualTo(4);
  }

  /** A constant that a scheme cannot hold stays, and a line names it; n = 0 is bad input. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "07-mask-inf|16|3|weight tensor 'm/data' is not stored as linear:4, half: weight"
            + " (-Infinity) at place 1 of [16, 16] is not a finite number",
        "08-mask-nan|16|4|the reference answers none of the 12 selection samples, so nothing can be"
            + " judged on them:",
        "08-outlier-1e6|0|0|weight tensor 'i/weights' is not stored as half: weight (1000000.0) at"
            + " place 0 of [64, 64] is beyond 65504, the largest number of half precision"
      })
  void case07And08ConstantsThatASchemeCannotHold(String name, int rows, int code, String line)
      throws Exception {
    Path samples = Files.createDirectories(folder.resolve("samples"));
    Shape shape = rows == 0 ? Shape.of(64) : Shape.of(rows, 16);
    Random random = new Random(1);
    for (int sample = 0; sample < 12; sample++) {
      float[] values = new float[(int) shape.elementCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      NpzArrays.write(samples.resolve(sample + ".npz"), Map.of("x", Tensor.wrap(shape, values)));
    }
    Ran ran =
        run(
            "sweep",
            "--model",
            file(name + ".mlmodel"),
            "--samples",
            samples.toString(),
            "--schemes",
            "linear:4,half",
            "--agreement",
            "0.5",
            "--output",
            folder.resolve("out").toString());
    assertThat(ran.code()).as(ran.err()).isEqualTo(code);
    assertThat(ran.err().lines().map(each -> each.replaceFirst("^\\d+ s: ", ""))).contains(line);
  }

  /** Its array is [16, 16], as the model takes it, and not 16 samples. */
  @Test
  void case07AnNpzOfOneSampleIsToldToBelongIntoAFolder() {
    String model = file("07-mask-inf.mlmodel");
    Ran ran = run("compare", model, model, "--samples", file("07-mask.npz"));
    assertThat(ran.code()).isEqualTo(4);
    assertThat(ran.err())
        .endsWith(
            "\n"
                + "Maybe put the .npz into a folder, where it is one sample: given alone, it is a"
                + " sample for each place of its first axis.\n");
  }

  @ParameterizedTest
  @CsvSource({
    "21-dc300, f756130411507bf9aaf600ed73c12ff41e8c03a2875705722b597d51096f1273",
    "21-quality1, 93d245c37cfce342620f0d525aa8d0ad499524dea4c4e5389421a88a31ef4193",
    "37-zeros-for-eoi, f2819d76eb6b7fc57b44206e843bb270106eaf4e31d90b3d17cb5b775b354b6a"
  })
  void case21And37PicturesAsPillowReadsThem(String name, String digest) throws Exception {
    assertThat(decoded(name)).isEqualTo(digest);
  }

  /** Java's library is the system's in some builds, and then decodes these. */
  @Test
  void case36AnArithmeticJpegIsReadAsPillowReadsItOrNamed() throws Exception {
    try {
      assertThat(decoded("36-arithmetic"))
          .isEqualTo("d872759eb3d1d0af619c369b2142d4d46eb89702959096fdb731ff3c3b98f7c1");
    } catch (UnreadableSampleException e) {
      assertThat(e)
          .hasMessage(
              "this kind of JPEG (frame FFC9) cannot be decoded: only baseline, extended and"
                  + " progressive ones with Huffman codes can.");
    }
  }

  /** The SHA-256 of a picture's values. */
  private static String decoded(String name) throws Exception {
    byte[] bytes = Files.readAllBytes(Path.of(file(name + ".jpg")));
    return Sha256Digest.of(
            PictureDecoder.decode(bytes, Orientation.AS_STORED, PictureLimits.DEFAULT)
                .toRgb()
                .sharedValues())
        .hex();
  }

  @Test
  void case31AClonedDataSet() {
    Ran ran = run("ingest", file("31-hub-clone"), folder.resolve("table").toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).startsWith("2 samples (2 distinct), 0 quarantined, set ");
  }

  @Test
  void case33AGitLfsPointerOfATable() {
    String parquet = file("33-lfs.parquet");
    assertThat(run("ingest", parquet, folder.resolve("table").toString()).whole())
        .isEqualTo(
            "4\n"
                + parquet
                + """
                : it is a Git LFS pointer, not the file that it stands for.
                Maybe run git lfs pull in its folder.
                """);
  }

  @Test
  void case34ACompressionWithoutItsLibrary() throws Exception {
    String parquet = file("34-brotli.parquet");
    // In a process of its own: what Spark logs would stand before the message.
    Path printed = folder.resolve("printed");
    Process ingest =
        CommandProcess.of(
                folder,
                QuantSweep.class,
                List.of(),
                List.of("ingest", parquet, folder.resolve("table").toString()))
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertThat(ingest.waitFor() + "\n" + Files.readString(printed))
        .isEqualTo(
            "4\n"
                + parquet
                + ": the table is compressed with Brotli, whose library is not here.\n"
                + "Maybe write it again with zstd or snappy.\n");
  }

  @Test
  void case35NumbersInJson() throws Exception {
    String input = file("35-int-labels.npz");
    Ran ran = run("predict", file("35-int-labels.mlmodel"), "--input", input, "--json");
    JsonNode json = new ObjectMapper().readTree(ran.out()).path("outputs");
    assertThat(json.path("classLabel").longValue()).isEqualTo(1099511627776L);
    List<String> classes = new ArrayList<>();
    json.path("p").fieldNames().forEachRemaining(classes::add);
    assertThat(classes).containsExactly("-5", "0", "1099511627776", "7");
    assertThat(json.path("p").path("7").isNumber()).isTrue();
  }

  @Test
  void case36To38AFolderAsPeopleHaveIt() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    for (String name : List.of("37-zeros-for-eoi", "38-webp-named")) {
      Files.copy(Path.of(file(name + ".jpg")), pictures.resolve(name + ".jpg"));
    }
    Path picture = Path.of(file("21-dc300.jpg"));
    Files.copy(picture, pictures.resolve("12:30:05.jpg"));
    Files.copy(picture, Files.createDirectory(pictures.resolve("Äpfel")).resolve("日本.jpg"));
    Files.copy(picture, Files.createDirectory(pictures.resolve("__MACOSX")).resolve("x.jpg"));
    Files.write(pictures.resolve("._x.jpg"), new byte[] {0, 5, 22, 7});
    for (String other : List.of("a.webp", "b.gif", "c.GIF", "d.tif", "e.heic")) {
      Files.write(pictures.resolve(other), new byte[] {1});
    }
    Ran ran = run("ingest", pictures.toString(), folder.resolve("table").toString());
    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            "left out, since such files are not read: 2 .gif, 1 .heic, 1 .tif, 1 .webp (JPEG, PNG,"
                + " BMP, .npy and .npz are)\n"
                + "37-zeros-for-eoi.jpg: the JPEG has no end marker (FFD9), but all of its rows are"
                + " there\n");
    assertThat(ran.out())
        .startsWith("3 samples (2 distinct), 1 quarantined, set ")
        .endsWith(
            "quarantined 38-webp-named.jpg: not a JPEG, PNG or BMP, whatever its name says: it is"
                + " a WebP file.\n");
  }

  @Test
  void anObjectStoreWithoutItsConnector() {
    assertThat(run("ingest", "s3a://bucket/x", folder.resolve("table").toString()).whole())
        .startsWith("2\ns3a://: no file system is known here for such addresses")
        .contains("spark-submit --packages org.apache.hadoop:hadoop-aws:");
  }
}
