package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.coreml.Networks;
import org.quantsweep.proto.coreml.CustomModel;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.ModelDescription;
import org.quantsweep.proto.coreml.Normalizer;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.coreml.PipelineClassifier;

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
    Path file = Files.write(folder.resolve("m.mlmodel"), model.toByteArray());
    StringWriter out = new StringWriter();
    String[] arguments = new String[options.length + 2];
    arguments[0] = "inspect";
    arguments[1] = file.toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(out, true), arguments);
    assertThat(code).as(out.toString()).isZero();
    return out.toString();
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
