package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.Networks;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.CustomModel;
import org.quantsweep.proto.coreml.GLMClassifier;
import org.quantsweep.proto.coreml.GLMRegressor;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.ModelDescription;
import org.quantsweep.proto.coreml.Normalizer;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.coreml.PipelineClassifier;
import org.quantsweep.proto.coreml.SupportVectorClassifier;
import org.quantsweep.proto.coreml.SupportVectorRegressor;
import org.quantsweep.proto.coreml.TextClassifier;

/** Models that are no network, or hold others: what {@code inspect} calls them. */
class InspectKindsTest {
  @TempDir Path folder;

  private static Model.Builder from(String input, String output) {
    return Model.newBuilder()
        .setSpecificationVersion(4)
        .setDescription(
            ModelDescription.newBuilder()
                .addInput(Networks.array(input, 4))
                .addOutput(Networks.array(output, 4)));
  }

  private static Model custom(String name, String input, String output) {
    return from(input, output).setCustomModel(CustomModel.newBuilder().setClassName(name)).build();
  }

  private String inspected(Model model, String... options) throws IOException {
    String said = run(model, "inspect", options);
    assertThat(said).startsWith("0\n");
    return said.substring(2);
  }

  /** The exit code in the first line, then what a command on a model says. */
  private String run(Model model, String command, String... options) throws IOException {
    Path file = Files.write(folder.resolve("m.mlmodel"), model.toByteArray());
    StringWriter out = new StringWriter();
    String[] arguments = new String[options.length + 2];
    arguments[0] = command;
    arguments[1] = file.toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(out, true), arguments);
    return code + "\n" + out;
  }

  static Stream<Arguments> othersKinds() {
    return Stream.of(
        Arguments.of("glmRegressor", numbers().setGlmRegressor(glm())),
        Arguments.of(
            "glmClassifier", numbers().setGlmClassifier(GLMClassifier.getDefaultInstance())),
        Arguments.of(
            "supportVectorRegressor",
            numbers().setSupportVectorRegressor(SupportVectorRegressor.getDefaultInstance())),
        Arguments.of(
            "supportVectorClassifier",
            numbers().setSupportVectorClassifier(SupportVectorClassifier.getDefaultInstance())),
        Arguments.of(
            "textClassifier", numbers().setTextClassifier(TextClassifier.getDefaultInstance())));
  }

  private static Model.Builder numbers() {
    return from("x", "y");
  }

  private static GLMRegressor glm() {
    return GLMRegressor.newBuilder()
        .addWeights(GLMRegressor.DoubleArray.newBuilder().addValue(0.5).addValue(2))
        .build();
  }

  @ParameterizedTest
  @MethodSource("othersKinds")
  void aModelThatIsNoNetworkIsToldWithItsKind(String kind, Model.Builder builder)
      throws IOException {
    Model model = builder.build();
    String file = folder.resolve("m.mlmodel").toString();
    assertThat(inspected(model))
        .isEqualTo(
            file
                + ": "
                + kind
                + ", specification version 4, "
                + new ByteSize(model.getSerializedSize())
                + ", SHA-256 "
                + Sha256Digest.of(model.toByteArray()).hex()
                + "\ninput  x: array of numbers, shape [4]\noutput y\nlayers {}\n"
                + "m.mlmodel: a model of kind "
                + kind
                + " cannot run here: neural networks, ML Programs and pipelines of these can.\n"
                + "Maybe take the network out of it, or convert the model to one of these.\n");
    assertThat(new ObjectMapper().readTree(inspected(model, "--json")).path("kind").asText())
        .isEqualTo(kind);
    Path output = folder.resolve("q.mlmodel");
    assertThat(run(model, "quantize", "--scheme", "half", "--output", output.toString()))
        .isEqualTo(
            "4\n"
                + file
                + ": there is nothing to quantize: no weight tensor of it is asked for.\n"
                + "Maybe look at what it has with quantsweep inspect.\n");
    assertThat(output).doesNotExist();
  }

  @Test
  void aCustomModelIsToldWithItsClass() throws IOException {
    Model model = custom("Sw\nish\u001b[2J", "x", "y");
    assertThat(inspected(model).lines().findFirst().orElseThrow())
        .startsWith(
            folder.resolve("m.mlmodel")
                + ": customModel of class 'Sw\\u000aish\\u001b[2J', specification version 4, ");
    var json = new ObjectMapper().readTree(inspected(model, "--json"));
    assertThat(json.path("kind").asText()).isEqualTo("customModel");
    assertThat(json.path("class").asText()).isEqualTo("Sw\nish\u001b[2J");
    assertThat(json.has("stages")).isFalse();
  }

  @Test
  void aPipelineIsToldWithTheKindsOfAllItsStages() throws IOException {
    Model inner =
        from("b", "d")
            .setPipeline(
                Pipeline.newBuilder()
                    .addModels(
                        from("b", "c").setNormalizer(Normalizer.getDefaultInstance()).build())
                    .addModels(custom("Swish", "c", "d")))
            .build();
    Model pipeline =
        from("a", "d")
            .setPipelineClassifier(
                PipelineClassifier.newBuilder()
                    .setPipeline(
                        Pipeline.newBuilder()
                            .addModels(
                                from("a", "b")
                                    .setNormalizer(Normalizer.getDefaultInstance())
                                    .build())
                            .addModels(inner)))
            .build();

    assertThat(inspected(pipeline))
        .startsWith(folder.resolve("m.mlmodel") + ": pipelineClassifier, specification version 4, ")
        .contains(
            """
            layers {}
            stage[0]: normalizer
            stage[1]: pipeline
            stage[1]/stage[0]: normalizer
            stage[1]/stage[1]: customModel of class 'Swish'
            """);
    assertThat(new ObjectMapper().readTree(inspected(pipeline, "--json")).path("stages"))
        .hasToString(
            "[{\"stage\":\"stage[0]\",\"kind\":\"normalizer\"},"
                + "{\"stage\":\"stage[1]\",\"kind\":\"pipeline\"},"
                + "{\"stage\":\"stage[1]/stage[0]\",\"kind\":\"normalizer\"},"
                + "{\"stage\":\"stage[1]/stage[1]\",\"kind\":\"customModel\","
                + "\"class\":\"Swish\"}]");
  }
}
