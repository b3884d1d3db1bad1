package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/**
 * Commands on ML Programs, which {@code make_packages.py} has made. The numbers are small enough to
 * be seen through.
 */
class PackageCommandsTest {
  private static final Path PACKAGES = Path.of("src/test/resources/packages");
  private static final String FUNCTIONS = PACKAGES.resolve("functions.mlpackage").toString();
  private static final String FLEXIBLE = PACKAGES.resolve("flexible.mlpackage").toString();
  private static final String UNFIT = PACKAGES.resolve("unfit.mlpackage").toString();
  private static final String HALVES = PACKAGES.resolve("halves.mlpackage").toString();
  private static final String GREY16 = PACKAGES.resolve("grey16.mlpackage").toString();
  private static final String TWO_HALVES = PACKAGES.resolve("two-halves.mlpackage").toString();
  private static final String DIGITS = PACKAGES.resolve("digits.mlpackage").toString();
  private static final String PROGRAM = PACKAGES.resolve("classifier.mlpackage").toString();
  private static final String NETWORK = PACKAGES.resolve("classifier.mlmodel").toString();

  @TempDir Path folder;

  /** What a command printed, and its exit code. */
  private record Ran(int code, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  /** An .npz with one array of shape [1, numbers]. */
  private String row(String file, String name, float... numbers) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    NpzArrays.write(path, Map.of(name, Tensor.wrap(Shape.of(1, numbers.length), numbers)));
    return path.toString();
  }

  private static String zipped(Path tree, Path archive) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive));
        Stream<Path> files = Files.walk(tree)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
        zip.putNextEntry(new ZipEntry(tree.getParent().relativize(file).toString()));
        zip.write(Files.readAllBytes(file));
      }
    }
    return archive.toString();
  }

  private static Tensor tensor(Shape shape, float... numbers) {
    return Tensor.wrap(shape, numbers);
  }

  @Test
  void aStateGoesFromCallToCallAndAnswersAreStacked() throws Exception {
    String first = row("0.npz", "x", 1, 2, 3, 4);
    String second = row("1.npz", "x", 0.5f, 0, -1, 10);
    String output = at("y.npz");
    Ran ran = run("predict", FUNCTIONS, "--input", first, "--input", second, "--output", output);
    assertThat(ran).isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(Map.entry("sum", tensor(Shape.of(2, 1, 4), 1, 2, 3, 4, 1.5f, 2, 2, 14)));

    assertThat(run("predict", FUNCTIONS, "--input", first, "--input", second).out())
        .isEqualTo("functions.mlpackage[0]: sum=[1, 4]\nfunctions.mlpackage[1]: sum=[1, 4]\n");
  }

  @Test
  void aFolderOfStepsIsTheCallsInTheOrderOfTheirNumbers() throws Exception {
    for (int step = 0; step < 11; step++) {
      row("many.steps/" + step + ".npz", "x", step, 0, 0, 0);
    }
    String output = at("y.npz");
    assertThat(run("predict", FUNCTIONS, "--input", at("many.steps"), "--output", output))
        .isEqualTo(new Ran(0, "", ""));
    Tensor sums = NpzArrays.read(Path.of(output)).get("sum");
    assertThat(sums.shape()).isEqualTo(Shape.of(11, 1, 4));
    assertThat(sums.get(10 * 4)).isEqualTo(55);

    Files.delete(folder.resolve("many.steps/3.npz"));
    Ran gap = run("predict", FUNCTIONS, "--input", at("many.steps"));
    assertThat(gap)
        .isEqualTo(
            new Ran(
                4,
                "",
                at("many.steps")
                    + ": the folder of steps has no 3.npz.\nMaybe write it again with"
                    + " numpy.savez.\n"));
  }

  @Test
  void theFirstAxisMayCountTheCalls() throws Exception {
    Path calls = folder.resolve("calls.npz");
    NpzArrays.write(calls, Map.of("x", tensor(Shape.of(2, 1, 4), 1, 2, 3, 4, 0.5f, 0, -1, 10)));
    String output = at("y.npz");
    assertThat(
            run("predict", FUNCTIONS, "--steps", "--input", calls.toString(), "--output", output))
        .isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(Map.entry("sum", tensor(Shape.of(2, 1, 4), 1, 2, 3, 4, 1.5f, 2, 2, 14)));

    // Two samples of two calls: the sum is twice what is given where both calls are alike.
    Path set = folder.resolve("set.npz");
    NpzArrays.write(
        set,
        Map.of("x", tensor(Shape.of(2, 2, 1, 4), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3)));
    Ran untold = run("compare", FUNCTIONS, FUNCTIONS, "--samples", set.toString());
    assertThat(untold.code()).isEqualTo(4);
    assertThat(untold.err())
        .endsWith(
            set
                + ": model A answers none of these samples, so nothing can be compared.\n"
                + "Maybe give --steps, where the first axis of the samples' arrays counts"
                + " calls.\n");
    Ran compared =
        run(
            "compare",
            FUNCTIONS,
            FUNCTIONS,
            "--function",
            "count=twice",
            "--steps",
            "--samples",
            set.toString(),
            "--criterion",
            "largest-error:0");
    assertThat(compared.out()).startsWith("largest-error:0: 1 of 2 samples agree ");
    NpzArrays.write(
        calls, Map.of("x", tensor(Shape.of(1, 1, 4), 1, 2, 3, 4), "z", tensor(Shape.of(2), 1, 2)));
    assertThat(run("predict", FUNCTIONS, "--steps", "--input", calls.toString()))
        .isEqualTo(
            new Ran(
                4,
                "",
                calls
                    + ": array 'z' has the shape [2], but the first axis of every array must count"
                    + " the same steps.\nMaybe write it again with numpy.savez.\n"));
  }

  @Test
  void filesOfDifferentInputsAreOneCallAndOfTheSameInputSeveral() throws Exception {
    String pair = row("pair.npz", "x", 1, 2);
    String triple = row("triple.npz", "x", 1, 2, 3);
    String gain = row("gain.npz", "gain", 10);
    String output = at("y.npz");
    assertThat(run("predict", FLEXIBLE, "--input", pair, "--input", gain, "--output", output))
        .isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(Map.entry("scaled", tensor(Shape.of(1, 2), 10, 20)));

    // The gain belongs to the first call; the other one has the default, 3.
    assertThat(
            run(
                "predict",
                FLEXIBLE,
                "--input",
                pair,
                "--input",
                gain,
                "--input",
                triple,
                "--output",
                output))
        .isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(
            Map.entry("scaled.0", tensor(Shape.of(1, 2), 10, 20)),
            Map.entry("scaled.1", tensor(Shape.of(1, 3), 3, 6, 9)));
  }

  @Test
  void whatIsGivenForOneInputHoldsForEveryCallAndIsGivenOnce() throws Exception {
    String pair = row("pair.npz", "x", 1, 2);
    String other = row("other.npz", "x", 5, 6);
    Path gain = folder.resolve("gain.npy");
    Files.write(gain, org.quantsweep.datasets.numpy.NpyWriter.write(tensor(Shape.of(1, 1), 2)));
    String output = at("y.npz");
    assertThat(
            run(
                "predict",
                FLEXIBLE,
                "--input",
                "gain=" + gain,
                "--input",
                pair,
                "--input",
                other,
                "--output",
                output))
        .isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(Map.entry("scaled", tensor(Shape.of(2, 1, 2), 2, 4, 10, 12)));

    Ran twice =
        run(
            "predict",
            FLEXIBLE,
            "--input",
            "gain=" + gain,
            "--input",
            "gain=" + gain,
            "--input",
            pair);
    assertThat(twice)
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                input 'gain' is given twice by itself, and what is given so holds for every call.
                Maybe write an .npz file for each call.
                """));
  }

  @Test
  void aFunctionIsNamed() throws Exception {
    String x = row("x.npz", "x", 1, 2, 3, 4);
    String output = at("y.npz");
    String[] twice = {
      "predict", FUNCTIONS, "--function", "twice", "--input", x, "--output", output
    };
    assertThat(run(twice)).isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(Map.entry("doubled", tensor(Shape.of(1, 4), 2, 4, 6, 8)));
    assertThat(run("predict", FUNCTIONS, "--function", "twcie", "--input", x))
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                functions.mlpackage: it has no function 'twcie'; its functions are [count, noise, twice].
                Maybe name one of these.
                """));
    assertThat(run("predict", NETWORK, "--function", "main", "--input", x))
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                classifier.mlmodel: it has no function 'main', for it is one network.
                Maybe leave --function out.
                """));
  }

  @Test
  void whatADeviceCannotHoldIsWarnedOf() throws Exception {
    // Half precision ends at 65504; the state is one, and so is what goes into it.
    String large = row("samples/large.steps/0.npz", "x", 40000, 0, 0, 0);
    row("samples/large.steps/1.npz", "x", 40000, 0, 0, 0);
    String small = row("samples/small.npz", "x", 4, 0, 0, 0);
    String output = at("y.npz");
    String warning =
        "warning: "
            + FUNCTIONS
            + ": half-precision values exceed 65504, where a device that computes in float16"
            + " overflows: cast_1 (80000.0)\n";
    assertThat(run("predict", FUNCTIONS, "--input", at("samples/large.steps"), "--output", output))
        .isEqualTo(new Ran(0, "", warning));
    assertThat(run("predict", FUNCTIONS, "--input", large, "--output", output))
        .isEqualTo(new Ran(0, "", ""));
    assertThat(
            run(
                    "compare",
                    FUNCTIONS,
                    FUNCTIONS,
                    "--function",
                    "=twice",
                    "--samples",
                    at("samples"),
                    "--criterion",
                    "largest-error:0",
                    "--precision",
                    "float16")
                .err())
        .isEqualTo("'doubled' of B is taken for 'sum' of A\n" + warning);
    assertThat(run("predict", FUNCTIONS, "--input", small, "--output", output).err()).isEmpty();
  }

  @Test
  void aPrecisionIsOneOfTwo() throws Exception {
    // The state is a half: 2049 is none, and what is added to it is rounded with it.
    String odd = row("odd.npz", "x", 2049, 0, 0, 0);
    String none = row("none.npz", "x", 0, 0, 0, 0);
    String output = at("y.npz");
    for (String precision : List.of("float32", "float16")) {
      Ran ran =
          run(
              "predict",
              FUNCTIONS,
              "--precision",
              precision,
              "--input",
              odd,
              "--input",
              none,
              "--output",
              output);
      assertThat(ran).isEqualTo(new Ran(0, "", ""));
      Tensor sums = NpzArrays.read(Path.of(output)).get("sum");
      assertThat(sums.get(0)).as(precision).isEqualTo(2049);
      assertThat(sums.get(4)).as(precision).isEqualTo(2048);
    }
    String wrong = "--precision (half) must be float32 or float16.\nMaybe write float32.\n";
    assertThat(run("predict", FUNCTIONS, "--precision", "half", "--input", odd))
        .isEqualTo(new Ran(2, "", wrong));
    assertThat(run("compare", PROGRAM, PROGRAM, "--samples", at("none"), "--precision", "half"))
        .isEqualTo(new Ran(2, "", wrong));
  }

  /** Rows that the classes a, b, c and a win, by the weights of make_packages.py. */
  private String classified(String name) throws IOException {
    row("samples/a.npz", name, 3, 1, 0, 0);
    row("samples/b.npz", name, 0, 2, 1, 0);
    row("samples/c.npz", name, 0, 1, 4, 1);
    row("samples/d.npz", name, 1, 0, 0, 2);
    return at("samples");
  }

  @Test
  void aProgramIsComparedWithItsNetworkByWhatFeaturesAre() throws Exception {
    Path samples = Path.of(classified("x"));
    Ran ran =
        run(
            "compare",
            PROGRAM,
            NETWORK,
            "--samples",
            samples.toString(),
            "--criterion",
            "largest-error:0.00001",
            "--agreement",
            "1");
    // The classes have another order in the file, and the array one axis less.
    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                "largest-error:0.00001: 4 of 4 samples agree (1.0000, lower bound 0.4729 at 95 %;"
                    + " 0 quarantined)\n",
                """
                'features' of B is taken for 'x' of A
                'label' of B is taken for 'classLabel' of A
                'classProbability' of B is taken for 'classLabel_probs' of A
                """));
    JsonNode json =
        new ObjectMapper()
            .readTree(
                run("compare", PROGRAM, NETWORK, "--samples", samples.toString(), "--json").out());
    assertThat(json.get("agreeing").asInt()).isEqualTo(4);
    assertThat(json.at("/map/classLabel_probs").asText()).isEqualTo("classProbability");
  }

  @Test
  void aNetworkIsComparedWithItsProgram() throws Exception {
    Files.createDirectories(folder.resolve("samples"));
    for (int i = 0; i < 4; i++) {
      float[] numbers = new float[4];
      numbers[i] = 2;
      NpzArrays.write(
          folder.resolve("samples/" + i + ".npz"),
          Map.of("features", Tensor.wrap(Shape.of(4), numbers)));
    }
    Ran ran =
        run(
            "compare",
            NETWORK,
            zipped(Path.of(PROGRAM), folder.resolve("p.mlpackage.zip")),
            "--samples",
            at("samples"),
            "--criterion",
            "largest-error:0.00001");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).startsWith("largest-error:0.00001: 4 of 4 samples agree ");
  }

  @Test
  void featuresThatCannotBeMatchedAreListedAndMayBeNamed() throws Exception {
    String samples = at("samples");
    row("samples/0.npz", "x", 1, 2, 3, 4);
    String[] compare = {
      "compare", FUNCTIONS, PROGRAM, "--samples", samples, "--criterion", "largest-error:9"
    };
    assertThat(run(compare))
        .isEqualTo(
            new Ran(
                2,
                "",
                "output 'sum' has no counterpart in the other model, by name or as the only one of"
                    + " its kind.\nA, "
                    + FUNCTIONS
                    + ": inputs x (array); outputs sum (array)\nB, "
                    + PROGRAM
                    + ": inputs x (array); outputs classLabel (label), classLabel_probs"
                    + " (probabilities)\nMaybe write --map sum=classLabel_probs.\n"));
    assertThat(
            run(Stream.concat(Stream.of(compare), Stream.of("--map", "som=classLabel_probs"))
                    .toArray(String[]::new))
                .err())
        .isEqualTo(
            "--map som=classLabel_probs names no two inputs and no two outputs of these models.\n"
                + "A, "
                + FUNCTIONS
                + ": inputs x (array); outputs sum (array)\nB, "
                + PROGRAM
                + ": inputs x (array); outputs classLabel (label), classLabel_probs"
                + " (probabilities)\n"
                + "Maybe write the name in A, an equals sign, and the name in B.\n");
    // Four sums and three probabilities cannot agree, but they are compared.
    Ran named =
        run(
            Stream.concat(Stream.of(compare), Stream.of("--map", "sum=classLabel_probs"))
                .toArray(String[]::new));
    assertThat(named.code()).as(named.err()).isZero();
    assertThat(named.out()).startsWith("largest-error:9: 0 of 1 samples agree ");
  }

  @Test
  void functionsOfBothSidesAreNamed() throws Exception {
    row("samples/0.npz", "x", 1, 2, 3, 4);
    String[] compare = {
      "compare", FUNCTIONS, FUNCTIONS, "--samples", at("samples"), "--criterion", "largest-error:0"
    };
    Ran other =
        run(
            Stream.concat(Stream.of(compare), Stream.of("--function", "count=twice"))
                .toArray(String[]::new));
    assertThat(other.err()).isEqualTo("'doubled' of B is taken for 'sum' of A\n");
    assertThat(other.out()).startsWith("largest-error:0: 0 of 1 samples agree ");
    Ran same =
        run(
            Stream.concat(Stream.of(compare), Stream.of("--function", "twice"))
                .toArray(String[]::new));
    assertThat(same.err()).isEmpty();
    assertThat(same.out()).startsWith("largest-error:0: 1 of 1 samples agree ");
  }

  @Test
  void aFolderOfStepsIsOneSampleAllOfWhoseCallsAgree() throws Exception {
    // The sum of two calls is twice one where both give the same number.
    row("samples/alike.steps/0.npz", "x", 0, 0, 0, 0);
    row("samples/alike.steps/1.npz", "x", 0, 0, 0, 0);
    row("samples/first.steps/0.npz", "x", 0, 0, 0, 0);
    row("samples/first.steps/1.npz", "x", 3, 0, 0, 0);
    row("samples/none.npz", "x", 0, 0, 0, 0);
    row("samples/broken.steps/1.npz", "y", 1);
    Ran ran =
        run(
            "compare",
            FUNCTIONS,
            FUNCTIONS,
            "--function",
            "count=twice",
            "--samples",
            at("samples"),
            "--criterion",
            "largest-error:0",
            "--quarantine-limit",
            "0.5");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            """
            'doubled' of B is taken for 'sum' of A
            quarantined broken.steps: call 0: the sample has no array for input 'x'; it has (y).
            """);
    assertThat(ran.out()).startsWith("largest-error:0: 2 of 3 samples agree ");
  }

  @Test
  void inspectTellsFunctionsFeaturesStatesOperationsAndWhatRuns() {
    assertThat(run("inspect", FUNCTIONS).out())
        .isEqualTo(
            FUNCTIONS
                + """
                : mlProgram, specification version 9, 3.2 KB, SHA-256 cfdb8d9fd93f8e1773f118c42340dcc88db317a4a9b84438bc0d2052eafa9576
                function count (default): opset CoreML8, runs on iOS 18, macOS 15 or later
                  input  x: array of numbers, shape [1, 4] (float32 [1, 4])
                  output sum: array of shape [1, 4] (float32 [1, 4])
                  state  total: float16 [1, 4]
                  operations 5: cast 2, add 1, read_state 1, write_state 1
                    read_state_0 (read_state) float16 [1, 4]
                    cast_3 (cast) cast_0: float32 [1, 4]
                    sum (add) float32 [1, 4]
                    cast_2 (cast) cast_1: float16 [1, 4]
                    coreml_update_state_0_write_state (write_state)
                  It can run here.
                function noise: opset CoreML8, runs on iOS 18, macOS 15 or later
                  input  x: array of numbers, shape [1, 4] (float32 [1, 4])
                  output noisy: array of shape [1, 4] (float32 [1, 4])
                  operations 4: add 2, random_bernoulli 1, random_uniform 1
                    drawn (random_uniform) float32 [1, 4]
                    coins (random_bernoulli) float32 [1, 4]
                    add_0 (add) float32 [1, 4]
                    noisy (add) float32 [1, 4]
                  functions.mlpackage: 2 operations cannot run here: 'drawn' (random_uniform: its draws differ from run to run), 'coins' (random_bernoulli: its draws differ from run to run). A model is judged by running all of it.
                  Maybe convert the model again without them.
                function twice: opset CoreML8, runs on iOS 18, macOS 15 or later
                  input  x: array of numbers, shape [1, 4] (float32 [1, 4])
                  output doubled: array of shape [1, 4] (float32 [1, 4])
                  operations 1: mul 1
                    doubled (mul) float32 [1, 4]
                  It can run here.
                """);
  }

  @Test
  void aModelWhoseDefaultShapeDoesNotFitRunsOnOthers() throws Exception {
    String reason =
        "unfit.mlpackage: 1 operation cannot run here: 'mixed' (matmul: its matrices [1, 2] and [4,"
            + " 3] do not fit). A model is judged by running all of it";
    assertThat(run("inspect", UNFIT).out())
        .contains(
            "  It can run here.\n"
                + "  It does not run on its default shape, only on others that it allows:\n  "
                + reason
                + ".\n");
    JsonNode json = new ObjectMapper().readTree(run("inspect", UNFIT, "--json").out());
    assertThat(json.at("/canRun").asBoolean()).isTrue();
    assertThat(json.at("/obstacle").isNull()).isTrue();
    assertThat(json.at("/defaultShapeObstacle").asText()).isEqualTo(reason);
    assertThat(json.at("/functions/0/defaultShapeObstacle").asText()).isEqualTo(reason);

    String output = at("y.npz");
    String fits = row("fits.npz", "x", 1, 2, 3, 4);
    assertThat(run("predict", UNFIT, "--input", fits, "--output", output))
        .isEqualTo(new Ran(0, "", ""));
    // The weights of the classifier, without its bias: 1 + 0.5 * 4, 2 - 0.5 * 4, 3 + 0.25 * 4.
    assertThat(NpzArrays.read(Path.of(output)))
        .containsOnly(Map.entry("mixed", tensor(Shape.of(1, 3), 3, 0, 4)));
    String unfit = row("unfit.npz", "x", 1, 2);
    assertThat(run("predict", UNFIT, "--input", unfit))
        .isEqualTo(
            new Ran(
                4,
                "",
                unfit
                    + ": inputs of shapes {x=[1, 2]}: "
                    + reason
                    + ".\nMaybe look at the inputs with quantsweep inspect.\n"));
  }

  @Test
  void inspectWarnsOfConstantsThatHalfPrecisionCannotHold() throws Exception {
    assertThat(run("inspect", HALVES).out())
        .endsWith(
            """
            warning: constant 'lost' is stored in half precision, and infinite at 2 of 4 places.
            warning: constant 'large' reaches 100000.0, but 'cast' takes it to half precision, which ends at 65504.
            """);
    assertThat(new ObjectMapper().readTree(run("inspect", HALVES, "--json").out()).at("/warnings"))
        .hasSize(2);
    assertThat(run("inspect", FUNCTIONS).out()).doesNotContain("warning");
  }

  @Test
  void inspectRunsASampleToSeeHalfPrecisionOverflow() throws Exception {
    String first = row("steps/0.npz", "x", 40000, 0, 0, 0);
    String second = row("steps/1.npz", "x", 40000, 0, 0, 0);
    assertThat(run("inspect", FUNCTIONS, "--input", first, "--input", second).out())
        .endsWith(
            """
            float16: the largest magnitude of 1 value is 80000.0, at 'cast_1'
            warning: half-precision values exceed 65504, where a device that computes in float16 overflows: cast_1 (80000.0).
            """);
    assertThat(run("inspect", FUNCTIONS, "--input", first).out())
        .endsWith("float16: the largest magnitude of 1 value is 40000.0, at 'cast_1'\n");
    assertThat(run("inspect", FUNCTIONS, "--function", "twice", "--input", first).out())
        .endsWith("float16: no value was computed that is declared in half precision\n");
    JsonNode json =
        new ObjectMapper().readTree(run("inspect", FUNCTIONS, "--input", first, "--json").out());
    assertThat(json.at("/halfPrecisionMagnitudes/cast_1").asDouble()).isEqualTo(40000);
  }

  @Test
  void overflowInAStageOfAPipelineIsWarnedOfToo() throws Exception {
    // Twice 150 is 300, whose square is beyond half precision.
    String input = row("large.npz", "x", 150, 1, 0, 0);
    String sentence =
        "half-precision values exceed 65504, where a device that computes in float16 overflows:"
            + " stage[1]/square (90000.0)";
    assertThat(run("inspect", TWO_HALVES, "--input", input).out())
        .contains(
            "float16: the largest magnitude of 4 values is 90000.0, at 'stage[1]/square'\n"
                + "warning: "
                + sentence
                + ".\n");
    Ran ran = run("predict", TWO_HALVES, "--input", input, "--output", at("y.npz"));
    assertThat(ran).isEqualTo(new Ran(0, "", "warning: " + TWO_HALVES + ": " + sentence + "\n"));
    assertThat(NpzArrays.read(folder.resolve("y.npz")))
        .containsOnly(Map.entry("squared", tensor(Shape.of(1, 4), 90000, 4, 0, 0)));
  }

  @Test
  void inspectSaysWhatIsWrongWithASample() throws Exception {
    String other = row("other.npz", "z", 1);
    assertThat(run("inspect", FUNCTIONS, "--input", other))
        .isEqualTo(
            new Ran(
                4,
                "",
                other
                    + ": input 'x' is missing.\n"
                    + "Maybe look at the inputs with quantsweep inspect.\n"));
    assertThat(run("inspect", FUNCTIONS, "--function", "twice"))
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                --function is for the model's run, but there is no --input.
                Maybe add --input x.npz, or leave it out: inspect tells of every function.
                """));
  }

  @Test
  void greyPicturesOfFloatsGoInAndOutAsPictures() throws Exception {
    int[] grey = {0, 1, 2, 3, 100, 127, 254, 255};
    // Half of each and a quarter, which half precision holds exactly.
    float[] darker = {.25f, .75f, 1.25f, 1.75f, 50.25f, 63.75f, 127.25f, 127.75f};
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
      BufferedImage picture = new BufferedImage(4, 2, type);
      boolean wide = type == BufferedImage.TYPE_USHORT_GRAY;
      for (int i = 0; i < grey.length; i++) {
        // Of 16 bits the upper 8 are kept.
        picture.getRaster().setSample(i % 4, i / 4, 0, wide ? grey[i] << 8 | i : grey[i]);
      }
      Path file = folder.resolve("grey.png");
      ImageIO.write(picture, "png", file.toFile());
      String output = at("y.npz");
      String[] inputs = {"--input", file.toString(), "--output", output};
      assertThat(run("predict", GREY16, inputs[0], inputs[1], inputs[2], inputs[3]))
          .isEqualTo(new Ran(0, "", ""));
      assertThat(NpzArrays.read(Path.of(output)))
          .containsOnly(Map.entry("darker", tensor(Shape.of(1, 2, 4), darker)));

      Path answered = folder.resolve("grey-darker.png");
      assertThat(run("predict", GREY16, file.toString()))
          .isEqualTo(new Ran(0, file + ": darker=" + answered + "\n", ""));
      BufferedImage read = ImageIO.read(answered.toFile());
      assertThat(read.getType()).isEqualTo(BufferedImage.TYPE_USHORT_GRAY);
      for (int i = 0; i < darker.length; i++) {
        assertThat(read.getRaster().getSample(i % 4, i / 4, 0))
            .isEqualTo((int) Math.rint(darker[i] * 257.0));
      }
    }
    assertThat(run("inspect", GREY16).out())
        .contains(
            """
              input  image: grey (float16) picture of 4 x 2 pixels
              output darker: grey (float16) picture of 4 x 2 pixels
            """);
  }

  @Test
  void floatsGivenForAGreyPictureAreRoundedAsItHoldsThem() throws Exception {
    Path given = folder.resolve("image.npz");
    // 100.03 lies between halves, which are 1/16 apart there; 1000 is no grey of 8 bits.
    float[] numbers = {100.03f, 1000, -1, 0, 0, 0, 0, 0};
    NpzArrays.write(given, Map.of("image", tensor(Shape.of(1, 2, 4), numbers)));
    String output = at("y.npz");
    assertThat(run("predict", GREY16, "--input", given.toString(), "--output", output))
        .isEqualTo(new Ran(0, "", ""));
    assertThat(NpzArrays.read(Path.of(output)).get("darker"))
        .isEqualTo(tensor(Shape.of(1, 2, 4), 50.25f, 500.25f, -.25f, .25f, .25f, .25f, .25f, .25f));
  }

  @Test
  void aGreyPictureThatAModelAnswersIsWritten() throws Exception {
    Path model = SharedData.path("models/GreyPictureOut.mlpackage");
    Path picture = SharedData.path("golden/GreyPictureOut/input_00.png");
    Path copy = Files.copy(picture, folder.resolve("in.png"));
    assertThat(run("predict", model.toString(), copy.toString()).code()).isZero();
    BufferedImage answered = ImageIO.read(folder.resolve("in-grey.png").toFile());
    Tensor expected =
        NpzArrays.read(SharedData.path("golden/GreyPictureOut/expected.npz")).get("grey_00");
    assertThat(answered.getWidth()).isEqualTo(48);
    assertThat(answered.getHeight()).isEqualTo(32);
    for (int i = 0; i < 48 * 32; i++) {
      int value = (int) Math.rint(Math.max(0, Math.min(255, expected.get(i))));
      assertThat(answered.getRGB(i % 48, i / 48) & 0xFFFFFF).isEqualTo(value * 0x10101);
    }
  }

  @Test
  void inspectTellsFlexibilityAndDefaults() throws Exception {
    assertThat(run("inspect", FLEXIBLE).out())
        .contains(
            """
              input  x: array of numbers, shape [1, 2], or [1, 1 to 8] (float32 [1, ?])
              input  gain: array of numbers, shape [1, 1]; optional (float32 [1, 1])
              input  gain is 3.0 if left out
              output scaled: array (float32 [1, ?])
            """);
    JsonNode json = new ObjectMapper().readTree(run("inspect", FLEXIBLE, "--json").out());
    JsonNode inputs = json.at("/functions/0/inputs");
    assertThat(inputs.at("/0/shapes").toString()).isEqualTo("[[[1,1],[1,8]]]");
    assertThat(inputs.at("/1/optional").asBoolean()).isTrue();
    assertThat(inputs.at("/1/default").asDouble()).isEqualTo(3);
    assertThat(json.at("/functions/0/operations").toString())
        .isEqualTo(
            "[{\"name\":\"scaled\",\"type\":\"mul\",\"outputs\":[{\"name\":\"scaled\","
                + "\"type\":\"float32 [1, ?]\"}]}]");
    assertThat(json.at("/functions/0/system").asText()).isEqualTo("iOS 16, macOS 13");
  }

  @Test
  void inspectTellsWeightsAsStoredAndAnArchiveIsTheSameModel() throws Exception {
    String archive = zipped(Path.of(PROGRAM), folder.resolve("classifier.mlpackage.zip"));
    Ran given = run("inspect", PROGRAM);
    assertThat(given.out())
        .contains(
            """
              It can run here.
            linear_0_bias_0                          linear         [3]                  float32                         12 bytes
            linear_0_weight_0                        linear         [3, 4]               float32                         48 bytes  quantized by default
            """);
    assertThat(run("inspect", archive).out()).isEqualTo(given.out().replace(PROGRAM, archive));
    assertThat(run("inspect", "file://" + Path.of(PROGRAM).toAbsolutePath()).out())
        .isEqualTo(given.out().replace(PROGRAM, "file://" + Path.of(PROGRAM).toAbsolutePath()));
  }

  @Test
  void inspectOfANetworkTellsInputsInSentences() throws Exception {
    assertThat(run("inspect", NETWORK).out())
        .contains("\ninput  features: array of numbers, shape [4]\noutput classProbability\n");
    assertThat(new ObjectMapper().readTree(run("inspect", NETWORK, "--json").out()).get("inputs"))
        .hasToString("[\"features: array of numbers, shape [4]\"]");
  }

  @Test
  void aProgramIsCompressedAndMadePlainAgain() throws Exception {
    String archive = zipped(Path.of(DIGITS), folder.resolve("p.mlpackage.zip"));
    List<String> digests = new ArrayList<>();
    for (String model : List.of(DIGITS, archive)) {
      String out = at("out" + digests.size() + ".mlpackage");
      Ran ran = run("quantize", model, "--scheme", "sparse:0.5", "--output", out, "--json");
      assertThat(ran.err()).isEmpty();
      assertThat(ran.code()).isZero();
      digests.add(new ObjectMapper().readTree(ran.out()).get("sha256").asText());
      assertThat(run("inspect", out).out()).contains("sparse (").contains("It can run here.");
      Ran plain = run("dequantize", out, "--output", at("plain.mlpackage"));
      assertThat(plain.code()).isZero();
      assertThat(run("inspect", at("plain.mlpackage")).out()).doesNotContain("sparse (");
    }
    assertThat(digests.get(0)).isEqualTo(digests.get(1));
  }

  @Test
  void aPackageMayLieElsewhere() throws Exception {
    String address = "elsewhere://" + Path.of(FUNCTIONS).toAbsolutePath();
    assertThat(run("inspect", address).out())
        .isEqualTo(run("inspect", FUNCTIONS).out().replace(FUNCTIONS, address));
    String x = row("samples/x.npz", "x", 1, 2, 3, 4);
    assertThat(run("predict", address, "--function", "twice", "--input", x).out())
        .isEqualTo("functions.mlpackage: doubled=[1, 4]\n");
    Ran compared =
        run(
            "compare",
            address,
            address,
            "--samples",
            at("samples"),
            "--function",
            "count=twice",
            "--criterion",
            "largest-error:0");
    assertThat(compared.err()).isEqualTo("'doubled' of B is taken for 'sum' of A\n");
    String digits = "elsewhere://" + Path.of(DIGITS).toAbsolutePath();
    assertThat(run("quantize", digits, "--scheme", "full", "--output", at("o")).code()).isZero();
    assertThat(ModelReader.files(folder.resolve("o")).digest())
        .isEqualTo(ModelReader.files(Path.of(DIGITS)).digest());
    // Without weights there is nothing to quantize.
    assertThat(run("quantize", address, "--scheme", "full", "--output", at("none")))
        .isEqualTo(
            new Ran(
                4,
                "",
                address
                    + ": there is nothing to quantize: no weight tensor of it is asked for.\n"
                    + "Maybe look at what it has with quantsweep inspect.\n"));
  }

  @Test
  void featuresAreMatchedAcrossRealModels() throws Exception {
    String network = SharedData.path("models/mnistCNN.mlmodel").toString();
    String program = SharedData.path("models/MnistCNN_f16_ios16.mlpackage").toString();
    Path samples = Files.createDirectories(folder.resolve("digits"));
    try (Stream<Path> pictures = Files.list(SharedData.path("images/mnist-4000"))) {
      for (Path picture : pictures.sorted().limit(20).toList()) {
        Files.copy(picture, samples.resolve(picture.getFileName()));
      }
    }
    for (String precision : List.of("float32", "float16")) {
      Ran ran =
          run(
              "compare",
              network,
              program,
              "--samples",
              samples.toString(),
              "--precision",
              precision,
              "--criterion",
              "largest-error:0.01");
      assertThat(ran.err()).isEqualTo("'classLabel_probs' of B is taken for 'output' of A\n");
      assertThat(ran.out()).startsWith("largest-error:0.01: 20 of 20 samples agree ");
    }
  }

  @Test
  void aPipelineOfProgramsIsToldByItsStages() {
    String pipeline = SharedData.path("models/PipelineTwoPrograms.mlpackage").toString();
    Ran ran = run("inspect", pipeline);
    assertThat(ran.out())
        .contains("\nstage[0]: mlProgram\nstage[1]: mlProgram\n")
        .contains("stage[0], function main (default): opset CoreML6, runs on ")
        .contains("\nstage[1], function main (default): opset CoreML6, runs on ")
        .contains("\nstage[0]/n_l0_w")
        .endsWith("\nIt can run here.\n");
    assertThat(run("dequantize", pipeline, "--output", at("out")))
        .isEqualTo(
            new Ran(
                2,
                "",
                "PipelineTwoPrograms.mlpackage, stage[0]: an ML Program cannot be compressed within"
                    + " its pipeline.\nMaybe compress it first, and put the compressed one into the"
                    + " pipeline.\n"));
  }

  @Test
  void ofManyInputsTheFirstAreToldAndAllAreCounted() {
    List<InputDescription> inputs = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      inputs.add(new InputDescription.Array("x" + i, i == 1, Shape.of(i), List.of(), true));
    }
    List<String> lines = FeatureText.folded(inputs);
    assertThat(lines).hasSize(21);
    assertThat(lines.get(1)).isEqualTo("x1: array of whole numbers, shape [1]; optional");
    assertThat(lines.get(20)).isEqualTo("and 3 more inputs; --json has all of them");
    assertThat(FeatureText.folded(inputs.subList(0, 20))).hasSize(20);
  }

  @Test
  void picturesAreToldWithTheirOtherSizes() {
    LengthRange side = new LengthRange(32, LengthRange.UNBOUNDED);
    assertThat(
            FeatureText.of(
                new InputDescription.Picture(
                    "image",
                    false,
                    ColorSpace.GRAYSCALE,
                    64,
                    48,
                    List.of(
                        new InputDescription.PictureSizes(
                            LengthRange.exactly(64), LengthRange.exactly(48)),
                        new InputDescription.PictureSizes(side, new LengthRange(1, 9))))))
        .isEqualTo("image: grey picture of 64 x 48 pixels, or 32 or more x 1 to 9");
  }

  /** In the locale C, Java knows no file with such a name; the launcher sets another locale. */
  @Test
  void aNameThatTheLocaleCannotSayIsTold() throws Exception {
    Path said = folder.resolve("said.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "org.quantsweep.jobs.cli.QuantSweep",
                "inspect",
                "Modèle.mlpackage")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("LC_ALL", "C");
    assertThat(builder.start().waitFor()).isEqualTo(2);
    assertThat(Files.readString(said))
        .contains("since Java takes the characters of names from the locale.\nMaybe set LC_ALL=");
  }

  @Test
  void aFolderThatIsNoPackageIsBadInput() throws Exception {
    Files.createDirectories(folder.resolve("pictures"));
    Files.writeString(folder.resolve("pictures/a.txt"), "a");
    Ran ran = run("inspect", at("pictures"));
    assertThat(ran)
        .isEqualTo(
            new Ran(
                4,
                "",
                """
                pictures: the folder has no Manifest.json, so it is no model package.
                Maybe name the folder that ends in .mlpackage, or copy the whole of it.
                """));
  }
}
