package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/**
 * The quick rows of the table in {@code ../shared/cases/README.md}: a command that starts no Spark,
 * all that it says, and what it writes. Expected numbers are the table's: PyTorch's and NumPy's.
 */
final class FieldCaseRows {
  private static final String CASES = "{cases}";
  private static final String OUTPUT = "{output}";

  private FieldCaseRows() {}

  /** Looks at the arrays that a command wrote. */
  private interface Arrays {
    void require(Map<String, Tensor> arrays);
  }

  /**
   * A command.
   *
   * @param said its exit code, then what it prints
   * @param arrays of the file that it writes; null where it writes none, or no arrays
   */
  record Row(String name, List<String> command, String said, Arrays arrays) {
    /** The command on the cases in a folder. */
    String[] arguments(Path cases, Path output) {
      return command.stream().map(word -> placed(word, cases, output)).toArray(String[]::new);
    }

    /** Asserts the exit code and all that was printed, and what was written. */
    void require(int code, String printed, Path cases, Path output) throws IOException {
      assertThat(code + "\n" + printed).isEqualTo(placed(said, cases, output));
      if (code == 0 && command.stream().anyMatch(word -> word.startsWith(OUTPUT))) {
        assertThat(written(output)).isNotEmptyFile();
      } else {
        assertThat(output.getParent()).isEmptyDirectory();
      }
      if (arrays != null) {
        arrays.require(NpzArrays.read(written(output)));
      }
    }

    private Path written(Path output) {
      String last = command.get(command.size() - 1);
      return Path.of(last.replace(OUTPUT, output.toString()));
    }

    private static String placed(String text, Path cases, Path output) {
      return text.replace(CASES, cases.toString()).replace(OUTPUT, output.toString());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** The folder of the cases; aborts the test where it is not there. */
  static Path folder() {
    return SharedData.path("../cases").normalize();
  }

  static List<Row> all() {
    return List.of(
        predicted(
            "01 global pooling with stride 0",
            "01-global-average-pool.mlmodel",
            "{cases}/01-global-average-pool.npz",
            arrays ->
                requireClose(arrays.get("var_24"), 0.45720094, 0.56727624, 0.3230313, -0.19442694)),
        said(
            "01 is inspected",
            """
            0
            {cases}/01-global-average-pool.mlmodel: neuralNetwork, specification version 4, 1.5 KB, SHA-256 0e38d6675bbb9d297c51e414f5ac652992f12ea6821a6794dc8d3856a02341ca
            input  x: array of numbers, shape [1, 3, 16, 16]
            output var_24
            layers {activation=1, convolution=1, innerProduct=1, pooling=1, reshapeStatic=1}
            14/weights                               convolution    [8, 3, 3, 3]         float32                        867 bytes  quantized by default
            14/bias                                  convolution    [8]                  float32                         34 bytes
            linear_0/weights                         innerProduct   [4, 8]               float32                        131 bytes  quantized by default
            linear_0/bias                            innerProduct   [4]                  float32                         18 bytes
            It can run here.
            """,
            "inspect",
            "{cases}/01-global-average-pool.mlmodel"),
        said(
            "01 is quantized",
            """
            0
            {output}.mlmodel: 923 B, 59.6 % of the file as given, 2 weight tensors, SHA-256 2c8983de2985f0dc0dee15c18caffe5e57df72758ee3b45e93c48fdb942765e2
            """,
            "quantize",
            "{cases}/01-global-average-pool.mlmodel",
            "--scheme",
            "linear:8",
            "--output",
            "{output}.mlmodel"),
        predicted(
            "03 a cell clip that is not reached",
            "03-lstm-default-clip.mlmodel",
            "{cases}/03-one-step.npz",
            arrays -> {
              for (String output : List.of("y", "h1")) {
                requireClose(
                    arrays.get(output), -0.13605854, -0.10045441, -0.06054075, -0.15338571);
              }
            }),
        predicted(
            "05 a sequence at an input of one step",
            "05-lstm-no-clip.mlmodel",
            "{cases}/05-sequence-of-6.npz",
            arrays ->
                requireClose(arrays.get("h1"), -0.38708991, -0.12025519, -0.01469305, -0.10240604)),
        unstorable(
            "07-mask-inf",
            "linear:4",
            "m/data",
            "weight (-Infinity) at place 1 of [16, 16] is not a finite number"),
        unstorable(
            "08-mask-nan",
            "half",
            "m/data",
            "weight (NaN) at place 1 of [16, 16] is not a finite number"),
        unstorable(
            "08-outlier-1e6",
            "half",
            "i/weights",
            "weight (1000000.0) at place 0 of [64, 64] is beyond 65504, the largest number of half"
                + " precision"),
        said(
            "11 a program without its weights is inspected",
            """
            0
            {cases}/11-program.mlmodel: mlProgram, specification version 6, 134 B, SHA-256 987170ab9cfb026254e1be65d5e6a784f0cf801e88113801e36294069152f7ef
            function main (default): opset CoreML5, runs on iOS 15, macOS 12 or later
              input  x: array of numbers, shape [4] (float32 [4])
              output y: array of shape [4] (float32 [4])
              operations 1: relu 1
                y (relu) float32 [4]
              It can run here.
            """,
            "inspect",
            "{cases}/11-program.mlmodel"),
        said(
            "11 a program without its weights is not quantized",
            """
            2
            11-program.mlmodel: an ML Program in a file of its own has no place for compressed constants.
            Maybe save it as a package (.mlpackage) with coremltools.
            """,
            "quantize",
            "{cases}/11-program.mlmodel",
            "--scheme",
            "half",
            "--output",
            "{output}.mlmodel"),
        said(
            "12 an ensemble of trees is inspected",
            """
            0
            {cases}/12-tree.mlmodel: treeEnsembleRegressor, specification version 1, 114 B, SHA-256 64584fd56fae863f48f2fa38a64396d76229038cd55f4cdb26d1a0264b914f2a
            output target
            layers {}
            12-tree.mlmodel: a model of kind treeEnsembleRegressor cannot run here: neural networks, ML Programs and pipelines of these can.
            Maybe take the network out of it, or convert the model to one of these.
            """,
            "inspect",
            "{cases}/12-tree.mlmodel"),
        said(
            "12 an ensemble of trees is not quantized",
            """
            4
            {cases}/12-tree.mlmodel: there is nothing to quantize: no weight tensor of it is asked for.
            Maybe look at what it has with quantsweep inspect.
            """,
            "quantize",
            "{cases}/12-tree.mlmodel",
            "--scheme",
            "half",
            "--output",
            "{output}.mlmodel"),
        predicted(
            "26 unsigned integers of 32 bits",
            "25-identity-2x3x4.mlmodel",
            "x={cases}/26-uint32.npy",
            FieldCaseRows::requireTens),
        predicted(
            "27 unsigned integers of 64 bits, the highest byte first",
            "25-identity-2x3x4.mlmodel",
            "x={cases}/27-big-endian-uint64.npy",
            FieldCaseRows::requireTens),
        predicted(
            "28 text beside an array",
            "25-identity-2x3x4.mlmodel",
            "{cases}/28-string-beside.npz",
            arrays -> {
              assertThat(arrays.get("out").get(0)).isEqualTo(-1.75f);
              assertThat(arrays.get("out").get(23)).isEqualTo(4);
            }),
        said(
            "33 a Git LFS pointer",
            """
            4
            33-lfs.mlmodel: it is a Git LFS pointer, not the file that it stands for.
            Maybe run git lfs pull in its folder.
            """,
            "inspect",
            "{cases}/33-lfs.mlmodel"),
        said(
            "35 integer labels",
            """
            0
            35-int-labels.mlmodel: classLabel=1099511627776 p=0.8390 (1099511627776)
            """,
            "predict",
            "{cases}/35-int-labels.mlmodel",
            "--input",
            "{cases}/35-int-labels.npz"),
        // NpzArrays reads no texts, so the keys are none.
        predicted(
            "35 integer labels as keys",
            "35-int-labels.mlmodel",
            "{cases}/35-int-labels.npz",
            arrays ->
                assertThat(arrays.get("p.keys").toArray())
                    .containsExactly(-5, 0, (float) (1L << 40), 7)),
        said(
            "publishing to what MLflow calls a model",
            """
            2
            registry address (models:/x): this is how MLflow's clients name a model, and says nothing of the server.
            Maybe write mlflow+http://HOST:PORT/x.
            """,
            "registry",
            "publish",
            "{cases}",
            "models:/x"));
  }

  private static Row said(String name, String said, String... command) {
    return new Row(name, List.of(command), said, null);
  }

  private static Row predicted(String name, String model, String input, Arrays arrays) {
    return new Row(
        name,
        List.of("predict", "{cases}/" + model, "--input", input, "--output", "{output}.npz"),
        "0\n",
        arrays);
  }

  private static Row unstorable(String model, String scheme, String tensor, String reason) {
    return said(
        model.substring(0, 2) + " what " + scheme + " cannot hold",
        "4\n"
            + model
            + ".mlmodel: weight tensor '"
            + tensor
            + "' of layer '"
            + tensor.charAt(0)
            + "' cannot be stored as "
            + scheme
            + ": "
            + reason
            + ".\nMaybe leave the layer's weights in full precision: --keep "
            + tensor
            + "=full.\n",
        "quantize",
        "{cases}/" + model + ".mlmodel",
        "--scheme",
        scheme,
        "--output",
        "{output}.mlmodel");
  }

  private static void requireTens(Map<String, Tensor> arrays) {
    Tensor answer = arrays.get("out");
    assertThat(answer.shape().toString()).isEqualTo("[2, 3, 4]");
    for (int i = 0; i < 24; i++) {
      assertThat(answer.get(i)).isEqualTo(10f * i);
    }
  }

  private static void requireClose(Tensor given, double... expected) {
    assertThat(given.size()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(given.get(i)).isCloseTo((float) expected[i], within(1e-6f));
    }
  }
}
