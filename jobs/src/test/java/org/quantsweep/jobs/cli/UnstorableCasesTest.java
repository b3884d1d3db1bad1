package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.testing.SharedData;

/**
 * The field's models with constants that a scheme cannot hold, and who asks for it all the same.
 */
class UnstorableCasesTest {
  @TempDir Path folder;

  /** What a command printed, and its exit code. */
  private record Ran(int code, String err) {}

  private static Ran run(String... arguments) {
    StringWriter err = new StringWriter();
    int code =
        QuantSweep.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments);
    return new Ran(code, err.toString());
  }

  private static String model(String name) {
    return SharedData.path("../cases/" + name + ".mlmodel").toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "07-mask-inf|linear:4|m/data|m|weight (-Infinity) at place 1 of [16, 16] is not a finite"
            + " number",
        "07-mask-inf|half|m/data|m|weight (-Infinity) at place 1 of [16, 16] is not a finite"
            + " number",
        "08-mask-nan|lut-kmeans:2|m/data|m|weight (NaN) at place 1 of [16, 16] is not a finite"
            + " number",
        "08-outlier-1e6|half|i/weights|i|weight (1000000.0) at place 0 of [64, 64] is beyond 65504,"
            + " the largest number of half precision"
      })
  void quantizeNamesLayerTensorAndFileAndOffersToLeaveIt(
      String name, String scheme, String tensor, String layer, String reason) {
    String file = model(name);
    String output = folder.resolve("out.mlmodel").toString();
    Ran refused = run("quantize", file, "--scheme", scheme, "--output", output);
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused.err())
        .isEqualTo(
            name
                + ".mlmodel: weight tensor '"
                + tensor
                + "' of layer '"
                + layer
                + "' cannot be stored as "
                + scheme
                + ": "
                + reason
                + ".\nMaybe leave the layer's weights in full precision: --keep "
                + tensor
                + "=full.\n");
    assertThat(folder.resolve("out.mlmodel")).doesNotExist();
    Ran kept =
        run("quantize", file, "--scheme", scheme, "--keep", tensor + "=full", "--output", output);
    assertThat(kept.code()).as(kept.err()).isZero();
    assertThat(ModelReader.read(folder.resolve("out.mlmodel")).weightTensors()).hasSize(1);
  }

  @Test
  void quantizeStoresTheOutlierInCodes() {
    String output = folder.resolve("out.mlmodel").toString();
    Ran ran = run("quantize", model("08-outlier-1e6"), "--scheme", "linear:4", "--output", output);
    assertThat(ran.code()).as(ran.err()).isZero();
  }
}
