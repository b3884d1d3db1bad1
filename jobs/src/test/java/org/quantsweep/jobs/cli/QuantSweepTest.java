package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.Recipe;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import picocli.CommandLine;

/** Commands as people type them: exit codes and whole messages. */
class QuantSweepTest {
  private static final String MODEL =
      Path.of("../datasets/src/main/sample/shapes.mlmodel").toAbsolutePath().normalize().toString();

  @TempDir Path folder;

  /** What a command printed, and its exit code. */
  private record Ran(int code, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Thread thread = Thread.currentThread();
    ClassLoader loader = thread.getContextClassLoader();
    String jars = System.getProperty("spark.jars");
    try {
      int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
      return new Ran(code, out.toString(), err.toString());
    } finally {
      thread.setContextClassLoader(loader);
      if (jars == null) {
        System.clearProperty("spark.jars");
      } else {
        System.setProperty("spark.jars", jars);
      }
    }
  }

  @Test
  void anUnknownFlagIsRefusedWithTheNearest() {
    Ran ran = run("sweep", "--model", MODEL, "--samples", "s", "--output", "o", "--agrement", "1");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            """
            Unknown options: '--agrement', '1'
            Possible solutions: --agreement
            Maybe look at quantsweep sweep --help.
            """);
  }

  @Test
  void allWrongSettingsAreSaidTogether() {
    Ran ran =
        run(
            "sweep",
            "--model",
            MODEL,
            "--samples",
            "s",
            "--output",
            "o",
            "--agreement",
            "1.5",
            "--family",
            "per-tensr",
            "--time-budget",
            "soon",
            "--finalists",
            "0");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            """
            agreement threshold (1.5) must be in [0, 1]: it is a share of samples, not a percentage.
            Maybe write 0.985 for 98.5 %.
            family (per-tensr) must be uniform or per-tensor.
            Maybe write per-tensor.
            --finalists (0) must be at least 1: a ladder has a first rung.
            Maybe write 20.
            --time-budget (soon) must be a whole number of s, m or h.
            Maybe write 30m.
            """);
  }

  @Test
  void whatIsAskedOfWeightTensorsIsNotIgnoredInTheUniformFamily() {
    List<String> flags =
        List.of(
            "--model", MODEL, "--samples", "s", "--output", "o", "--keep", "conv1/weights=full");
    for (List<String> uniform :
        List.of(List.of("--family", "uniform"), List.of("--schemes", "lut-kmeans:4"))) {
      List<String> arguments = new ArrayList<>(List.of("sweep", "--linear-only"));
      arguments.addAll(flags);
      arguments.addAll(uniform);
      Ran ran = run(arguments.toArray(new String[0]));
      assertThat(ran.code()).isEqualTo(2);
      assertThat(ran.err())
          .isEqualTo(
              """
              --family uniform has no choice for each weight tensor, which is what --keep, --linear-only are about.
              Maybe write --family per-tensor.
              """);
    }
  }

  @Test
  void unknownSettingsKeysAreRefusedWithTheNearest() throws Exception {
    Path settings = folder.resolve("sweep.yaml");
    Files.writeString(settings, "agremeent: 0.9\n");
    Ran ran =
        run(
            "sweep",
            "--settings",
            settings.toString(),
            "--model",
            MODEL,
            "--samples",
            "s",
            "--output",
            "o");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(settings + ": key 'agremeent' is not known.\nMaybe write agreement.\n");
  }

  @Test
  void listsOfSettingsAreAsManyFlagsAndMapsAsManyPairs() throws Exception {
    Path settings = folder.resolve("lists.yaml");
    Files.writeString(
        settings,
        """
        samples: ['first,set', second]
        schemes: [linear:4, half]
        keep:
          a/weights: full
          b/weights: half
        """);
    SweepCommand command = new SweepCommand();
    CommandLine line = new CommandLine(command).setDefaultValueProvider(new SettingsFile());
    line.parseArgs("--settings", settings.toString(), "--model", "m", "--output", "o");
    assertThat(line.getCommandSpec().findOption("--samples").<List<String>>getValue())
        .containsExactly("first,set", "second");
    assertThat(line.getCommandSpec().findOption("--schemes").<List<String>>getValue())
        .containsExactly("linear:4", "half");
    assertThat(line.getCommandSpec().findOption("--keep").<Map<String, String>>getValue())
        .containsExactly(entry("a/weights", "full"), entry("b/weights", "half"));
  }

  @Test
  void settingsFillInAndFlagsWin() throws Exception {
    Path settings = folder.resolve("quantize.yaml");
    Path output = folder.resolve("from-settings.mlmodel");
    Files.writeString(settings, "scheme: linear:4\noutput: " + output + "\n");
    Ran four = run("quantize", MODEL, "--settings", settings.toString());
    assertThat(four.code()).as(four.err()).isZero();
    long small = Files.size(output);
    Ran eight = run("quantize", MODEL, "--settings", settings.toString(), "--scheme", "linear:8");
    assertThat(eight.code()).isZero();
    assertThat(Files.size(output)).isGreaterThan(small);
  }

  @Test
  void anEntryOfASettingsFileHasTheFlags() throws Exception {
    Path settings = folder.resolve("nightly.yaml");
    Path output = folder.resolve("of-an-entry.mlmodel");
    Files.writeString(
        settings,
        "net:\n  scheme: linear:9\nshapes:\n  scheme: linear:4\n  output: " + output + "\n");
    Ran ran = run("quantize", MODEL, "--settings", settings.toString(), "--entry", "shapes");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(output).exists();
  }

  @Test
  void anEntryThatIsNotThereIsRefusedWithTheNearest() throws Exception {
    Path settings = folder.resolve("nightly.yaml");
    Files.writeString(settings, "net:\n  scheme: linear:9\nshapes:\n  scheme: linear:4\n");
    Ran ran = run("quantize", MODEL, "--settings", settings.toString(), "--entry", "shape");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            settings
                + ": there is no entry 'shape' (entries: net, shapes). An entry is a name with"
                + " flags below it.\nMaybe write --entry shapes.\n");
  }

  @Test
  void anUnknownKeyOfAnEntryIsRefusedAndAForgottenEntryIsNamed() throws Exception {
    Path settings = folder.resolve("nightly.yaml");
    Files.writeString(settings, "shapes:\n  shceme: linear:4\n");
    Ran misspelt = run("quantize", MODEL, "--settings", settings.toString(), "--entry", "shapes");
    assertThat(misspelt.code()).isEqualTo(2);
    assertThat(misspelt.err())
        .isEqualTo(
            settings + ", entry 'shapes': key 'shceme' is not known.\nMaybe write scheme.\n");
    Ran forgotten = run("quantize", MODEL, "--settings", settings.toString());
    assertThat(forgotten.code()).isEqualTo(2);
    assertThat(forgotten.err())
        .isEqualTo(settings + ": key 'shapes' is not known.\nMaybe write --entry shapes.\n");
  }

  @Test
  void whatIsNoModelIsBadInput() throws Exception {
    Path text = folder.resolve("text.mlmodel");
    Files.writeString(text, "this is no model");
    for (String missing : List.of(folder.resolve("none.mlmodel").toString(), text.toString())) {
      for (String command : List.of("inspect", "dequantize", "quantize")) {
        List<String> arguments = new ArrayList<>(List.of(command, missing));
        if (!command.equals("inspect")) {
          arguments.addAll(List.of("--output", folder.resolve("x.mlmodel").toString()));
        }
        if (command.equals("quantize")) {
          arguments.addAll(List.of("--scheme", "half"));
        }
        Ran ran = run(arguments.toArray(new String[0]));
        assertThat(ran.code()).as(arguments.toString()).isEqualTo(4);
        assertThat(ran.err()).contains(Path.of(missing).getFileName() + ": ").contains("\nMaybe ");
        assertThat(ran.err()).doesNotContain("\tat ");
        assertThat(ran.out()).isEmpty();
      }
    }
    assertThat(folder.resolve("x.mlmodel")).doesNotExist();
  }

  @Test
  void quantizeNeedsOneOfSchemeAndRecipe() {
    Ran ran = run("quantize", MODEL, "--output", folder.resolve("x").toString());
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            """
            quantize needs either --scheme or --recipe.
            Maybe write --scheme lut-kmeans:6.
            """);
  }

  @Test
  void jsonIsForMachines() throws Exception {
    Path output = folder.resolve("six.mlmodel");
    Ran ran =
        run("quantize", MODEL, "--scheme", "lut-kmeans:6", "--output", output.toString(), "--json");
    assertThat(ran.code()).isZero();
    assertThat(new ObjectMapper().readTree(ran.out()).get("encodedSize").asLong())
        .isEqualTo(Files.size(output));
    assertThat(new ObjectMapper().readTree(run("inspect", MODEL, "--json").out()).isObject())
        .isTrue();
  }

  @Test
  void compareSaysWhenTheShareIsBelow() throws Exception {
    Path one = folder.resolve("one.mlmodel");
    assertThat(run("quantize", MODEL, "--scheme", "linear:1", "--output", one.toString()).code())
        .isZero();
    Path pictures = folder.resolve("pictures");
    Files.createDirectories(pictures);
    try (var files = Files.walk(Path.of("../datasets/src/main/sample/pictures"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().limit(20).toList()) {
        Files.copy(file, pictures.resolve(file.getFileName()));
      }
    }
    Ran below =
        run("compare", MODEL, one.toString(), "--samples", pictures.toString(), "--agreement", "1");
    assertThat(below.code()).isEqualTo(3);
    assertThat(
            run("compare", MODEL, MODEL, "--samples", pictures.toString(), "--agreement", "1")
                .code())
        .isZero();
  }

  /** What the page holds is what the command prints, and the same on every run. */
  @Test
  void compareWritesAPage() throws Exception {
    Path one = folder.resolve("one.mlmodel");
    assertThat(run("quantize", MODEL, "--scheme", "linear:2", "--output", one.toString()).code())
        .isZero();
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    try (var files = Files.walk(Path.of("../datasets/src/main/sample/pictures"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().limit(20).toList()) {
        Files.copy(file, pictures.resolve(file.getFileName()));
      }
    }
    Path page = folder.resolve("page.html");
    String[] compare = {
      "compare", MODEL, one.toString(), "--samples", pictures.toString(), "--json", "--report", ""
    };
    compare[compare.length - 1] = page.toString();
    Ran ran = run(compare);
    assertThat(ran.code()).as(ran.err()).isZero();
    String text = Files.readString(page);
    Files.delete(page);
    run(compare);
    assertThat(page).hasContent(text);

    String begin = "<script type=\"application/json\" id=\"data\">";
    int from = text.indexOf(begin) + begin.length();
    ObjectMapper mapper = new ObjectMapper();
    JsonNode data = mapper.readTree(text.substring(from, text.indexOf("</script>", from)));
    JsonNode printed = mapper.readTree(ran.out());
    assertThat(data.at("/comparison/agreement/agreeing")).isEqualTo(printed.get("agreeing"));
    assertThat(data.at("/comparison/agreement/samples")).isEqualTo(printed.get("samples"));
    String agreed = data.at("/evidence/candidates/0/parts/samples/agreed").asText();
    assertThat(BitSet.valueOf(Base64.getDecoder().decode(agreed)).cardinality())
        .isEqualTo(printed.get("agreeing").asInt());
    assertThat(data.at("/evidence/tensors/0/chosen").asText()).startsWith("linear");
    assertThat(data.at("/evidence/shown")).isNotEmpty();
    assertThat(data.at("/evidence/shown/0/answers")).hasSize(2);
  }

  @Test
  void aRunLimitIsATimeOfMoreThanNothing() throws Exception {
    String picture = somePicture();
    Ran none = run("predict", MODEL, picture, "--run-limit", "0s");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).isEqualTo("--run-limit (0s) must be more than 0.\nMaybe write 10m.\n");
    Ran wrong = run("compare", MODEL, MODEL, "--samples", picture, "--run-limit", "soon");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err())
        .isEqualTo("--run-limit (soon) must be a whole number of s, m or h.\nMaybe write 10m.\n");
    assertThat(run("predict", MODEL, picture, "--run-limit", "1m").code()).isZero();
  }

  @Test
  void comparingOnNothingIsNoAgreement() throws Exception {
    Path samples = Files.createDirectories(folder.resolve("unanswered"));
    NpzArrays.write(
        samples.resolve("0.npz"), Map.of("other", Tensor.wrap(Shape.of(2), new float[] {1, 2})));
    Ran compared =
        run("compare", MODEL, MODEL, "--samples", samples.toString(), "--agreement", "0.95");
    assertThat(compared.code()).isEqualTo(4);
    assertThat(compared.err())
        .endsWith(
            samples
                + ": model A answers none of these samples, so nothing can be compared.\n"
                + "Maybe try one of them with quantsweep predict.\n");
  }

  /** Four of ten cannot be used: two are damaged, and one that is there twice has another input. */
  @Test
  void compareCountsAndLimitsWhatCannotBeUsed() throws Exception {
    Path samples = Files.createDirectories(folder.resolve("samples"));
    List<Path> pictures;
    try (var files = Files.walk(Path.of("../datasets/src/main/sample/pictures"))) {
      pictures = files.filter(Files::isRegularFile).sorted().limit(6).toList();
    }
    for (Path picture : pictures) {
      Files.copy(picture, samples.resolve(picture.getFileName()));
    }
    Files.write(samples.resolve("damaged-1.png"), new byte[0]);
    Files.write(samples.resolve("damaged-2.png"), new byte[0]);
    for (String name : List.of("other-1.npz", "other-2.npz")) {
      NpzArrays.write(
          samples.resolve(name), Map.of("other", Tensor.wrap(Shape.of(2), new float[] {1, 2})));
    }
    String[] compare = {"compare", MODEL, MODEL, "--samples", samples.toString(), "--json"};
    Ran refused = run(compare);
    assertThat(refused.code()).isEqualTo(4);
    JsonNode counted = new ObjectMapper().readTree(refused.out());
    assertThat(counted.get("n").asInt()).isEqualTo(6);
    assertThat(counted.get("quarantined").asInt()).isEqualTo(4);
    assertThat(counted.get("reasons")).hasSize(3);
    assertThat(counted.has("agreeing")).as("nothing was judged").isFalse();
    assertThat(refused.err())
        .contains(
            "\n"
                + samples
                + ": 4 of 10 samples cannot be used, more than the limit of 1.0 %:\n"
                + "  damaged-1.png: the file is empty (0 bytes).\n"
                + "  damaged-2.png: the file is empty (0 bytes).\n"
                + "  other-1.npz: ")
        .endsWith(" (2 copies)\nMaybe mend or remove them, or raise --quarantine-limit.\n");

    List<String> limited = new ArrayList<>(List.of(compare));
    limited.addAll(List.of("--quarantine-limit", "0.4"));
    Ran allowed = run(limited.toArray(new String[0]));
    assertThat(allowed.code()).as(allowed.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(allowed.out());
    assertThat(json.get("n").asInt()).isEqualTo(6);
    assertThat(json.get("agreeing").asInt()).isEqualTo(6);
    assertThat(json.get("quarantined").asInt()).isEqualTo(4);
    assertThat(json.get("reasons")).hasSize(3);
    assertThat(json.at("/reasons/0").asText())
        .isEqualTo("damaged-1.png: the file is empty (0 bytes).");
    limited.remove("--json");
    assertThat(run(limited.toArray(new String[0])).out())
        .isEqualTo(
            "top-1: 6 of 6 samples agree (1.0000, lower bound 0.6070 at 95 %; 4 quarantined)\n");

    limited.set(limited.size() - 1, "40");
    limited.addAll(List.of("--agreement", "2"));
    assertThat(run(limited.toArray(new String[0])))
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                agreement threshold (2) must be in [0, 1]: it is a share of samples, not a percentage.
                Maybe write 0.985 for 98.5 %.
                --quarantine-limit (40.0) must be in [0, 1].
                Maybe write 0.01.
                """));
  }

  /** As a sweep does: 3 of 10 files are too many, and all three are told. */
  @Test
  void calibrationSamplesOfARecipeAreCountedAndLimited() throws Exception {
    String digest = Sha256Digest.of(Files.readAllBytes(Path.of(MODEL))).hex();
    Recipe recipe =
        new Recipe(
            digest,
            List.of("fold-batch-norm"),
            digest,
            null,
            digest,
            new TreeMap<>(Map.of("conv1/weights", "linear:4+calibrated")),
            new TreeMap<>());
    Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe.toYaml());
    Path samples = Files.createDirectories(folder.resolve("some"));
    for (int i = 0; i < 7; i++) {
      Files.copy(
          Path.of("../datasets/src/main/sample/pictures/tee/tee-00" + i + ".jpg"),
          samples.resolve(i + ".jpg"));
    }
    NpzArrays.write(
        samples.resolve("other.npz"), Map.of("other", Tensor.wrap(Shape.of(2), new float[2])));
    Files.write(samples.resolve("a.png"), new byte[0]);
    Files.write(samples.resolve("b.png"), new byte[0]);
    Path output = folder.resolve("made.mlmodel");
    List<String> quantize =
        new ArrayList<>(List.of("quantize", MODEL, "--recipe", file.toString(), "--calibration"));
    quantize.addAll(List.of(samples.toString(), "--output", output.toString()));
    Ran refused = run(quantize.toArray(new String[0]));
    assertThat(refused.code()).as(refused.err()).isEqualTo(4);
    assertThat(refused.err())
        .contains("quarantined a.png: the file is empty (0 bytes).\n")
        .contains("\nquarantined other.npz: ")
        .contains(
            "\n"
                + samples
                + ": 3 of 10 calibration samples cannot be used, more than the limit of 1.0 %:\n")
        .endsWith("\nMaybe mend or remove them, or raise --quarantine-limit.\n");
    assertThat(output).doesNotExist();
    quantize.addAll(List.of("--quarantine-limit", "0.3"));
    Ran allowed = run(quantize.toArray(new String[0]));
    assertThat(allowed.code()).as(allowed.err()).isZero();
    assertThat(output).exists();
  }

  @Test
  void noCodesAreFittedToSamplesThatTheModelDoesNotAnswer() throws Exception {
    String digest = Sha256Digest.of(Files.readAllBytes(Path.of(MODEL))).hex();
    Recipe recipe =
        new Recipe(
            digest,
            List.of("fold-batch-norm"),
            digest,
            null,
            digest,
            new TreeMap<>(Map.of("conv1/weights", "linear:4+calibrated")),
            new TreeMap<>());
    Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe.toYaml());
    Path samples = Files.createDirectories(folder.resolve("unanswered"));
    NpzArrays.write(
        samples.resolve("0.npz"), Map.of("other", Tensor.wrap(Shape.of(2), new float[] {1, 2})));
    Files.write(samples.resolve("1.png"), new byte[0]);
    Path output = folder.resolve("made.mlmodel");
    Ran ran =
        run(
            "quantize",
            MODEL,
            "--recipe",
            file.toString(),
            "--calibration",
            samples.toString(),
            "--output",
            output.toString());
    assertThat(ran.code()).as(ran.err()).isEqualTo(4);
    assertThat(ran.err())
        .contains("\nquarantined 1.png: the file is empty (0 bytes).\nquarantined 0.npz: ")
        .endsWith(
            samples
                + ": the model answers none of these samples, so nothing can be fitted to them.\n"
                + "Maybe try one of them with quantsweep predict.\n");
    assertThat(output).doesNotExist();
  }

  @Test
  void samplesOfWhichNoneCanBeReadAreNone() throws Exception {
    Path samples = Files.createDirectories(folder.resolve("damaged"));
    Files.write(samples.resolve("a.png"), new byte[0]);
    Ran compared = run("compare", MODEL, MODEL, "--samples", samples.toString());
    assertThat(compared.code()).isEqualTo(4);
    assertThat(compared.err())
        .isEqualTo(
            "samples '"
                + samples
                + "': there are no samples here, only 1 that cannot be read:\n"
                + "  a.png: the file is empty (0 bytes).\nMaybe name another folder.\n");
  }

  @Test
  void aUsersTableComesFromAJar() throws Exception {
    Path jar = pluginJar();
    Path output = folder.resolve("custom.mlmodel");
    String[] without = {
      "quantize", MODEL, "--scheme", "lut-custom:evens:2", "--output", output.toString()
    };
    Ran missing = run(without);
    assertThat(missing.code()).as(missing.err()).isEqualTo(2);
    assertThat(missing.err()).contains("evens");

    List<String> with = new ArrayList<>(List.of(without));
    with.addAll(List.of("--plugins", jar.toString()));
    Ran ran = run(with.toArray(new String[0]));
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(output).exists();

    Ran gone = run("inspect", MODEL, "--plugins", "gone.jar");
    assertThat(gone.code()).isEqualTo(2);
    assertThat(gone.err())
        .isEqualTo(
            """
            --plugins (gone.jar) is no file.
            Maybe check the path of the jar.
            """);
  }

  @Test
  void fileAddressesArePathsOfThisMachine() throws Exception {
    String at = "file://" + folder + "/";
    Files.copy(Path.of(MODEL), folder.resolve("100% m.mlmodel"));
    Ran ran =
        run(
            "quantize",
            at + "100% m.mlmodel",
            "--scheme",
            "linear:4",
            "--output",
            at + "4.mlmodel");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).startsWith(at + "4.mlmodel: ");
    assertThat(run("dequantize", at + "4.mlmodel", "--output", at + "sub/d.mlmodel").code())
        .isZero();
    assertThat(folder.resolve("sub/d.mlmodel")).isRegularFile();
    assertThat(run("inspect", at + "4.mlmodel").out()).startsWith(at + "4.mlmodel: ");
    Path pictures = Files.createDirectory(folder.resolve("day=1"));
    Files.copy(Path.of(somePicture()), pictures.resolve("a.jpg"));
    for (String input : List.of("day=1/a.jpg", "image=" + at + "day=1/a.jpg")) {
      String file = input.startsWith("image=") ? input : at + input;
      Ran predicted = run("predict", MODEL, "--input", file, "--output", at + "y.npz");
      assertThat(predicted.code()).as(predicted.err()).isZero();
      Files.delete(folder.resolve("y.npz"));
    }
    Ran compared =
        run("compare", MODEL, at + "sub/d.mlmodel", "--samples", at + "day=1", "--agreement", "0");
    assertThat(compared.code()).as(compared.err()).isZero();
    assertThat(compared.out()).startsWith("top-1: ");
    Ran gone = run("result", at + "none");
    assertThat(gone.code()).isEqualTo(4);
    assertThat(gone.err()).startsWith(at + "none: there is no result.json here");
    try (var left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("100% m.mlmodel", "4.mlmodel", "day=1", "sub");
    }
  }

  @Test
  void whatCannotBeReadOrWrittenElsewhereIsSaid() {
    Ran read = run("inspect", "http://localhost:1/m.mlmodel");
    assertThat(read.code()).isEqualTo(4);
    assertThat(read.err())
        .isEqualTo(
            """
            http://localhost:1/m.mlmodel: this cannot be read (Connection refused).
            Maybe check the address.
            """);
    Ran written = run("dequantize", MODEL, "--output", "nosuch://host/m.mlmodel");
    assertThat(written.code()).isEqualTo(2);
    assertThat(written.err())
        .isEqualTo(
            """
            nosuch://: no file system is known here for such addresses, since its library is not on the class path.
            Maybe check the address, or bring the jar of its file system with spark-submit --jars.
            """);
  }

  @Test
  void aRecipeWithoutItsSha256IsToldSo() throws Exception {
    Path recipe = Files.writeString(folder.resolve("recipe.yaml"), "tensors: {}\n");
    String output = folder.resolve("out.mlmodel").toString();
    String digest = Sha256Digest.of(Files.readAllBytes(Path.of(MODEL))).hex();
    Ran refused = run("quantize", MODEL, "--recipe", recipe.toString(), "--output", output);
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused.err())
        .isEqualTo(
            recipe
                + ": this recipe does not say which model it is for: its model (a SHA-256) was left"
                + " out.\nMaybe add the line model: "
                + digest
                + "\n");
    Files.writeString(recipe, "model: " + digest + "\ntensors: {}\n");
    Ran ran = run("quantize", MODEL, "--recipe", recipe.toString(), "--output", output);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            "the recipe names no sha256 (it was left out), so nothing tells whether this is the"
                + " model that was judged. Maybe take the recipe.yaml that the sweep wrote.\n");
  }

  /** Cheap commands answer at once: they must not load what takes seconds. */
  @Test
  void cheapCommandsLoadNeitherSparkNorNd4j() throws Exception {
    Path log = folder.resolve("classes.log");
    String made = folder.resolve("q.mlmodel").toString();
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.copy(Path.of(somePicture()), pictures.resolve("a.jpg"));
    for (List<String> command :
        List.of(
            List.of("inspect", MODEL),
            List.of("quantize", MODEL, "--scheme", "lut-kmeans:4", "--output", made),
            List.of("dequantize", made, "--output", made),
            List.of("predict", MODEL, somePicture()),
            List.of("compare", MODEL, made, "--samples", pictures.toString()),
            List.of("result", "shown-by-a-test"))) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Xlog:class+load:file=" + log,
                  "-cp",
                  System.getProperty("java.class.path"),
                  "org.quantsweep.jobs.cli.QuantSweep"));
      line.addAll(command);
      Process process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("out.txt").toFile())
              .start();
      assertThat(process.waitFor())
          .as(command + ": " + Files.readString(folder.resolve("out.txt")))
          .isEqualTo(command.contains("result") ? 4 : 0);
      assertThat(Files.readString(log))
          .as(command.get(0))
          .contains("org.quantsweep.jobs.cli.QuantSweep ")
          .doesNotContain("] org.apache.spark.")
          .doesNotContain("] io.delta.")
          .doesNotContain("] org.nd4j.")
          .doesNotContain("] org.bytedeco.");
    }
  }

  private static String somePicture() throws Exception {
    try (var files = Files.walk(Path.of("../datasets/src/main/sample/pictures"))) {
      return files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow().toString();
    }
  }

  private Path pluginJar() throws Exception {
    Path source = folder.resolve("Evens.java");
    Files.writeString(
        source,
        """
        public class Evens implements org.quantsweep.quantize.LookUpTableFitter {
          public String id() { return "evens"; }
          public String version() { return "1"; }
          public float[] fit(org.quantsweep.tensor.Tensor weights, org.quantsweep.quantize.NumberOfBits bits) {
            float[] table = new float[bits.codes()];
            for (int i = 0; i < table.length; i++) { table[i] = i - table.length / 2; }
            return table;
          }
        }
        """);
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString());
    assertThat(compiled).isZero();
    Path jar = folder.resolve("evens.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("Evens.class"));
      out.write(Files.readAllBytes(folder.resolve("Evens.class")));
      out.putNextEntry(new JarEntry("META-INF/services/org.quantsweep.quantize.LookUpTableFitter"));
      out.write("Evens".getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }
}
