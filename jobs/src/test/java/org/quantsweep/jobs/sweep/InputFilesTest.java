package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.file.ModelReader;

class InputFilesTest {
  private static final Path HERE =
      Path.of("src/test/resources/packages/classifier.mlpackage").toAbsolutePath();
  private static final String PACKAGE = "elsewhere://" + HERE;

  @Test
  void aModelMayBeAFolder() {
    assertThat(InputFiles.model(PACKAGE, new Configuration()))
        .isEqualTo(ModelReader.files(Path.of("src/test/resources/packages/classifier.mlpackage")));
  }

  @Test
  void aRecipeMayNot() {
    assertThatThrownBy(() -> InputFiles.bytes(PACKAGE, "recipe", new Configuration()))
        .isInstanceOf(BadInputException.class)
        .hasMessage(PACKAGE + ": this is a directory, not a recipe.\nMaybe name the file in it.");
  }
}
