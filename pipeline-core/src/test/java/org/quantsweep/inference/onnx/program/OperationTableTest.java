package org.quantsweep.inference.onnx.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.mlprogram.OperationTypes;
import org.quantsweep.testing.PythonEnvironment;

/** {@code docs/operations.md} is what the tables of operations say. */
class OperationTableTest {
  private static final String WRITE = "quantsweep.writeOperationTable";

  @Test
  void thePageIsUpToDate() throws IOException {
    Path page = PythonEnvironment.repository("docs/operations.md");
    String expected = OperationTable.page();
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(page, expected);
    }

    assertThat(page)
        .as(
            "docs/operations.md is stale. Write it again with: mvn -pl pipeline-core"
                + " -Dtest=OperationTableTest -D"
                + WRITE
                + "=true test")
        .hasContent(expected);
  }

  /**
   * Holds two tables together. A type that gets a lowering leaves this list; one whose name is
   * misspelt in a table comes onto it.
   */
  @Test
  void allOperationsButTheseRun() {
    Set<String> refused = new TreeSet<>(OperationTypes.all());
    refused.removeIf(OperationLowerings::isKnown);

    assertThat(refused)
        .containsExactly(
            "conv_quantized",
            "custom_layer",
            "random_bernoulli",
            "random_categorical",
            "random_normal",
            "random_uniform");
    assertThat(OperationTypes.all()).containsAll(OperationLowerings.known());
  }
}
