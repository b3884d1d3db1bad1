package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What --deployment-target and --compute-unit permit, on packages of make_packages.py. */
class DeploymentCommandsTest {
  private static final Path PACKAGES = Path.of("src/test/resources/packages");

  /** Half precision, for iOS 16: [128, 16] and [4, 128]. */
  private static final String DIGITS = PACKAGES.resolve("digits.mlpackage").toString();

  /** Float32, for iOS 15: [32, 16]. */
  private static final String EARLY = PACKAGES.resolve("early.mlpackage").toString();

  private static final String RESHAPED = PACKAGES.resolve("reshaped.mlpackage").toString();
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

  private String output() {
    return folder.resolve("out.mlpackage").toString();
  }

  private Ran quantize(String model, String scheme, String... more) {
    List<String> arguments = new ArrayList<>(List.of("quantize", model, "--scheme", scheme));
    arguments.addAll(List.of("--output", output()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(new String[0]));
  }

  private void refuses(Ran ran, String message) {
    assertThat(ran).isEqualTo(new Ran(2, "", message + "\n"));
    assertThat(Path.of(output())).doesNotExist();
  }

  private String inspected() {
    return run("inspect", output()).out();
  }

  @Test
  void theFlagIsThePermissionToRaiseAPackage() {
    refuses(
        quantize(DIGITS, "int4"),
        "scheme (int4) needs iOS 18, macOS 15, but the model is to load on iOS 16, macOS 13.\n"
            + "Maybe write --deployment-target iOS18.");
    refuses(
        quantize(DIGITS, "sparse:0.5+lut:4", "--deployment-target", "watchOS10"),
        "scheme (sparse:0.5+lut:4) needs iOS 18, macOS 15, but the model is to load on iOS 17,"
            + " macOS 14.\nMaybe write --deployment-target iOS18.");
    assertThat(quantize(DIGITS, "int4", "--deployment-target", "macOS15").err()).isEmpty();
    assertThat(inspected())
        .contains("specification version 9", "opset CoreML8, runs on iOS 18, macOS 15 or later");
  }

  @Test
  void aFittedFormWithoutSamplesIsToldInTheNamesOfPackages() {
    refuses(
        quantize(DIGITS, "lut-kmeans:2@tensor+calibrated"),
        "scheme (lut:2+calibrated) of weight tensor 'first_weight_0' is calibrated: its codes"
            + " depend on calibration samples, and none are there.\nMaybe write lut:2.");
  }

  /** A form of iOS 16 raises nothing, whatever target is named. */
  @Test
  void noMoreIsRaisedThanAFormNeeds() {
    assertThat(quantize(DIGITS, "int8", "--deployment-target", "iOS18").code()).isZero();
    assertThat(inspected()).contains("opset CoreML6, runs on iOS 16, macOS 13 or later");
  }

  @Test
  void aPackageForIos15IsRaisedOnlyByTheFlag() {
    String tooEarly =
        "early.mlpackage: an ML Program for iOS 15 cannot be compressed: iOS 16, macOS 13 are the"
            + " first that load compressed constants.\nMaybe write --deployment-target iOS16, which"
            + " raises what the model needs.";
    refuses(quantize(EARLY, "int8"), tooEarly);
    refuses(run("dequantize", EARLY, "--to", "float16", "--output", output()), tooEarly);
    assertThat(quantize(EARLY, "int8", "--deployment-target", "iOS16").code()).isZero();
    assertThat(inspected())
        .contains("specification version 7", "opset CoreML6, runs on iOS 16, macOS 13 or later");
  }

  /** Its own floats need nothing. */
  @Test
  void dequantizeGivesFloatsOfEitherWidth() {
    refuses(
        run("dequantize", DIGITS, "--to", "float32", "--output", output()),
        "digits.mlpackage: weight tensor 'first_bias_0' cannot be float32, because the program"
            + " computes with it in half precision.\nMaybe leave --to out, or convert the model"
            + " again with compute_precision=ct.precision.FLOAT32.");
    refuses(
        run("dequantize", DIGITS, "--to", "fp16", "--output", output()),
        "--to (fp16) must be float32 or float16.\nMaybe leave it out.");
    assertThat(run("dequantize", EARLY, "--output", output()).code()).isZero();
    assertThat(inspected()).contains("opset CoreML5", "float32                       2048 bytes");
    Path half = folder.resolve("half.mlpackage");
    assertThat(
            run(
                    "dequantize",
                    EARLY,
                    "--to",
                    "float16",
                    "--deployment-target",
                    "iOS16",
                    "--output",
                    half.toString())
                .code())
        .isZero();
    assertThat(run("inspect", half.toString()).out()).contains("opset CoreML6", "1024 bytes");

    assertThat(quantize(DIGITS, "uint8").code()).isZero();
    Path plain = folder.resolve("plain.mlpackage");
    assertThat(run("dequantize", output(), "--to", "float16", "--output", plain.toString()).code())
        .isZero();
    assertThat(run("inspect", plain.toString()).out())
        .contains("float16                       4096 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"quantize", "sweep"})
  void aTargetBelowThePackageIsRefused(String command) {
    String[] arguments =
        command.equals("quantize")
            ? new String[] {"quantize", DIGITS, "--scheme", "int8", "--output", output()}
            : new String[] {
              "sweep", "--model", DIGITS, "--samples", folder.toString(), "--output", output()
            };
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--deployment-target", "iOS15"));
    refuses(
        run(all.toArray(new String[0])),
        "an ML Program of opset CoreML6 loads on iOS 16, macOS 13 and later, not on iOS15.\n"
            + "Maybe write --deployment-target iOS16, or convert the model again for an earlier"
            + " system.");
  }

  @Test
  void whatNamesNoSystemOrUnitIsToldAtOnce() {
    String message =
        "deployment target (iOS10) is no system that Core ML knows: iOS11, macOS10.13, tvOS11,"
            + " watchOS4, visionOS1 and later.\nMaybe write iOS12.\n"
            + "--compute-unit (npu) must be ane, gpu, cpu or all.\nMaybe write gpu.";
    refuses(
        quantize(DIGITS, "int8", "--deployment-target", "iOS10", "--compute-unit", "npu"), message);
    Ran swept =
        run(
            "sweep",
            "--model",
            DIGITS,
            "--samples",
            folder.toString(),
            "--output",
            output(),
            "--deployment-target",
            "iOS10",
            "--compute-unit",
            "npu");
    assertThat(swept.code()).isEqualTo(2);
    assertThat(swept.err()).contains(message);
  }

  @Test
  void whatMeansSomethingElseLaterIsNotRaised() {
    refuses(
        quantize(RESHAPED, "int4", "--deployment-target", "iOS18"),
        "reshaped.mlpackage: no weight tensor can be stored as int4: weight tensor 'y_weight_0': it"
            + " needs opset CoreML8, under which operation 'same' (reshape) counts a 0 in its shape"
            + " from the other side there.\nMaybe name another scheme.");
    assertThat(quantize(RESHAPED, "int8", "--deployment-target", "iOS18").code()).isZero();
  }

  /** As coremltools does it: what cannot have the form stays as it is, with a line. */
  @Test
  void aWeightTensorThatCannotHaveTheFormIsNamed() {
    Ran ran = quantize(DIGITS, "int4@block32", "--deployment-target", "iOS18");
    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            "left as it is stored: weight tensor 'first_weight_0': its 16 input channels cannot be"
                + " cut into blocks of 32\n");
    assertThat(inspected()).contains("float16                       4096 bytes");
  }

  /** Whoever names a form gets it, whatever is reported of it. */
  @ParameterizedTest
  @ValueSource(strings = {"ane", "gpu", "cpu", "all"})
  void aNamedFormIsWrittenForEveryUnit(String unit) {
    assertThat(
            quantize(DIGITS, "lut:4", "--deployment-target", "iOS18", "--compute-unit", unit)
                .code())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "linear:4|iOS11|iOS 12, macOS 10.14|iOS12",
        "lut-kmeans:4|macOS10.13|iOS 12, macOS 10.14|iOS12",
      })
  void networksHaveCodesFromIos12On(String scheme, String target, String system, String cure) {
    refuses(
        quantize(NETWORK, scheme, "--deployment-target", target),
        "scheme ("
            + scheme
            + ") cannot be loaded on "
            + target
            + ": neural networks have it from "
            + system
            + " on.\nMaybe write --deployment-target "
            + cure
            + ", or full.");
    assertThat(quantize(NETWORK, scheme, "--deployment-target", cure).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sparse:0.5", "lut:4+int8", "sparse:0.5+int8"})
  void formsOfProgramsAreNoneOfNetworks(String scheme) {
    Ran ran = quantize(NETWORK, scheme);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .endsWith(
            ") cannot be stored in a neural network: it has no sparse weights and no tables of"
                + " bytes.\nMaybe write lut-kmeans:4, or convert the model to an ML Program.\n");
  }

  @Test
  void whatIsCompressedIsCompressedAgainFromItsDecodedValues() {
    assertThat(quantize(DIGITS, "lut:2").code()).isZero();
    String first = inspected();
    Path again = folder.resolve("again.mlpackage");
    // Tables of four values hold the four that are left: nothing changes but the form.
    assertThat(
            run("quantize", output(), "--scheme", "lut-unique:2", "--output", again.toString())
                .code())
        .isZero();
    String second = run("inspect", again.toString()).out();
    assertThat(second.lines().filter(line -> line.contains("_weight_")).toList())
        .isEqualTo(first.lines().filter(line -> line.contains("_weight_")).toList());
  }
}
