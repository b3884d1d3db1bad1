package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.datasets.numpy.NpzWriter;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * What differs between models of coremltools; {@code make_diff_fixtures.py} made them and computed
 * the SNR by NumPy.
 */
class DiffCommandTest {
  private static final String NETWORK = "src/test/resources/packages/classifier.mlmodel";
  private static final String PACKAGE = "src/test/resources/packages/classifier.mlpackage";
  private static final String CODED = "src/test/resources/diff/quantized.mlmodel";
  private static final String CODED_PACKAGE = "src/test/resources/diff/quantized.mlpackage";

  @TempDir Path folder;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  private static JsonNode expected() throws IOException {
    return new ObjectMapper().readTree(Path.of("src/test/resources/diff/expected.json").toFile());
  }

  @Test
  void aNetworkWithCodesAndAForgedNameIsToldLineByLine() throws IOException {
    Ran ran = run("diff", NETWORK, CODED);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out().lines().skip(2))
        .containsExactly(
            "~ specification version: 1 -> 3",
            "+ layer leaky\\u000a- layer forged\\u202e (activation)",
            "~ layer softmax, inputs: y -> z",
            String.format(
                Locale.ROOT,
                "~ weights linear/weights [3, 4], float32 -> linear 4-bit, 3 scales, 50 -> 45"
                    + " bytes, SNR %.2f dB",
                expected().get("network").asDouble()),
            "~ weights linear/bias [3], float32 -> linear 4-bit, 1 scale, 14 -> 25 bytes, SNR"
                + " 157.50 dB",
            "the same: layers 1, weight tensors 0",
            "They differ.");
    JsonNode json = new ObjectMapper().readTree(run("diff", NETWORK, CODED, "--json").out());
    assertThat(json.get("same").asBoolean()).isFalse();
    assertThat(json.at("/weightTensors/both/0/snr").asDouble())
        .isCloseTo(expected().get("network").asDouble(), within(1e-6));
    assertThat(json.at("/weightTensors/both/0/equal").asBoolean()).isFalse();
    assertThat(json.at("/layers/added/0/layer").asText()).isEqualTo("leaky\n- layer forged\u202e");
    assertThat(json.at("/answers").isNull()).isTrue();
  }

  /** coremltools calls the constant otherwise; the operation takes it for the same. */
  @Test
  void aPackageOfCodesIsComparedByWhatOperationsTake() throws IOException {
    Ran ran = run("diff", PACKAGE, CODED_PACKAGE);
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out().lines().skip(2))
        .containsExactly(
            "~ specification version: 6 -> 7",
            "~ function 'main': CoreML5, default -> CoreML6, default",
            String.format(
                Locale.ROOT,
                "~ weights linear_0_weight_0 -> linear_0_weight_0_quantized [3, 4], float32 ->"
                    + " int8, 3 scales, 48 -> 31 bytes, SNR %.2f dB",
                expected().get("package").asDouble()),
            "the same: layers 3, weight tensors 1",
            "They differ.");
  }

  @Test
  void ofOneModelNothingDiffers() {
    Ran ran = run("diff", PACKAGE, PACKAGE);
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).endsWith("the same: layers 3, weight tensors 2\nNothing differs.\n");
    assertThat(run("diff", NETWORK, NETWORK).code()).isZero();
  }

  /** By hand: rows of the weights and the bias, softmax; class b of B is scaled by 0.1 below 0. */
  @Test
  void answersAreComparedWhereSamplesAreGiven() throws IOException {
    Path samples = folder.resolve("x.npz");
    try (OutputStream out = Files.newOutputStream(samples)) {
      new NpzWriter()
          .add("features", Tensor.wrap(Shape.of(2, 4), new float[] {1, 0, 0, 0, 0, -2, 0, 0}))
          .writeTo(out);
    }
    Ran ran = run("diff", NETWORK, CODED, "--samples", samples.toString(), "--json");
    assertThat(ran.err()).isEmpty();
    JsonNode answers = new ObjectMapper().readTree(ran.out()).get("answers");
    assertThat(answers.get("criterion").asText()).isEqualTo("top-1");
    assertThat(answers.get("agreeing").asInt()).isEqualTo(2);
    assertThat(answers.get("samples").asInt()).isEqualTo(2);
    double given = softmax(0.125, -2, -0.25)[1];
    double other = softmax(0.125, -0.2, -0.025)[1];
    assertThat(answers.at("/largestErrors/classProbability").asDouble())
        .isCloseTo(Math.abs(given - other), within(1e-2));
    assertThat(run("diff", NETWORK, NETWORK, "--samples", samples.toString()).out())
        .contains("top-1: 2 of 2 samples agree (0 quarantined)\n")
        .contains("output classProbability: largest error 0.00000\n")
        .endsWith("Nothing differs.\n");
  }

  private static double[] softmax(double... logits) {
    double sum = 0;
    double[] answers = new double[logits.length];
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    for (int i = 0; i < answers.length; i++) {
      answers[i] = Math.exp(logits[i]) / sum;
    }
    return answers;
  }

  @Test
  void whatIsAboutAnswersNeedsSamples() {
    Ran ran = run("diff", NETWORK, CODED, "--criterion", "top-k:2", "--steps");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            """
            --criterion, --steps are about answers, but there is no --samples.
            Maybe add --samples, or leave them out.
            """);
    assertThat(run("diff", NETWORK, "none.mlmodel").code()).isEqualTo(4);
  }
}
