package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/layers.md} is what the tables of layer types say. */
class LayerTableTest {
  private static final String WRITE = "quantsweep.writeLayerTable";

  @Test
  void thePageIsUpToDate() throws IOException {
    Path page = root().resolve("docs").resolve("layers.md");
    String expected = LayerTable.page(EveryLayerType.refusedTypes());
    if (Boolean.getBoolean(WRITE)) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, expected);
    }

    assertThat(page)
        .as(
            "docs/layers.md is stale. Write it again with: mvn -pl pipeline-core"
                + " -Dtest=LayerTableTest -D"
                + WRITE
                + "=true test")
        .hasContent(expected);
  }

  /** The checkout: tests run in a module's folder. */
  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
