package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;

class OutputFolderTest {
  @TempDir private Path temporary;

  private OutputFolder folder() {
    return new OutputFolder(temporary.toString(), new Configuration());
  }

  @Test
  void aModelThatLiesWhereTheChosenOneGoesIsRefusedAndStays() throws IOException {
    Path model = Files.write(temporary.resolve("selected.mlmodel"), new byte[] {1, 2});
    for (String source : List.of(model.toString(), "file:" + model, model.toUri().toString())) {
      assertThatThrownBy(() -> new FolderOutput(folder(), source).begin("selected.mlmodel"))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              source
                  + ": this model lies where the chosen one goes, and would be replaced.\n"
                  + "Maybe copy it, or name another folder with --output.");
    }
    assertThat(model).hasBinaryContent(new byte[] {1, 2});
  }

  @Test
  void anOlderResultIsTakenAwayAndNothingElse() throws IOException {
    for (String name : List.of("result.json", "recipe.yaml", "selected.mlmodel", "mine.mlmodel")) {
      Files.writeString(temporary.resolve(name), name);
    }
    String source = temporary.resolve("mine.mlmodel").toString();
    assertThatCode(() -> new FolderOutput(folder(), source).begin("selected.mlmodel"))
        .doesNotThrowAnyException();
    try (var files = Files.list(temporary)) {
      assertThat(files.filter(file -> !file.getFileName().toString().startsWith(".")))
          .containsExactly(temporary.resolve("mine.mlmodel"));
    }
  }

  @Test
  void aModelThatIsATreeIsWrittenAsAFolder() throws IOException {
    ModelFiles tree =
        ModelFiles.tree(
            Map.of(
                "Manifest.json", FileContent.of(new byte[] {1}),
                "Data/weights/weight.bin", FileContent.of(new byte[] {2, 3})));
    FolderOutput output = new FolderOutput(folder(), "elsewhere.mlpackage");
    output.begin("selected.mlpackage");
    output.writeModel("selected.mlpackage", tree);
    Path written = temporary.resolve("selected.mlpackage");
    assertThat(written.resolve("Manifest.json")).hasBinaryContent(new byte[] {1});
    assertThat(written.resolve("Data/weights/weight.bin")).hasBinaryContent(new byte[] {2, 3});
    output.begin("selected.mlpackage");
    assertThat(written).doesNotExist();
  }
}
