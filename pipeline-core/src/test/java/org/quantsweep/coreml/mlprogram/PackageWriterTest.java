package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.Model;

class PackageWriterTest {
  private static final FileContent BLOBS =
      FileContent.of(Programs.blobFile(Programs.Blob.counting(64)));

  private static ModelFiles files(Model model) {
    return PackageWriter.files(model, Map.of("weights/weight.bin", BLOBS));
  }

  private static String manifest(ModelFiles files) throws IOException {
    return new String(
        files.files().get("Manifest.json").readAll(new ByteSize(10_000)), StandardCharsets.UTF_8);
  }

  /** As coremltools writes it: four spaces, keys in ascending order, a line end at the end. */
  @Test
  void theManifest() throws IOException {
    ModelFiles files = files(Programs.linear().build());

    assertThat(files.files().keySet())
        .containsExactly("Data/com.apple.CoreML/model.mlmodel", Programs.WEIGHTS, "Manifest.json");
    assertThat(manifest(files).replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"))
        .isEqualTo(
            """
            {
                "fileFormatVersion": "1.0.0",
                "itemInfoEntries": {
                    "ID": {
                        "author": "com.apple.CoreML",
                        "description": "CoreML Model Weights",
                        "name": "weights",
                        "path": "com.apple.CoreML/weights"
                    },
                    "ID": {
                        "author": "com.apple.CoreML",
                        "description": "CoreML Model Specification",
                        "name": "model.mlmodel",
                        "path": "com.apple.CoreML/model.mlmodel"
                    }
                },
                "rootModelIdentifier": "ID"
            }
            """);
    assertThat(ModelReader.read(files, "m.mlpackage").weightTensors()).hasSize(2);
  }

  @Test
  void identifiersFollowFromContent() throws IOException {
    ModelFiles files = files(Programs.linear().build());

    assertThat(files(Programs.linear().build())).isEqualTo(files);
    assertThat(manifest(files(Programs.linear().setSpecificationVersion(9).build())))
        .isNotEqualTo(manifest(files));
  }

  @Test
  void aPackageWithoutConstantsHasOneItem() throws IOException {
    ModelFiles files = PackageWriter.files(Programs.linear().build(), Map.of());

    assertThat(files.files()).hasSize(2);
    assertThat(manifest(files)).doesNotContain("weights");
  }

  @Test
  void otherFilesAreItemsToo() throws IOException {
    ModelFiles files =
        PackageWriter.files(
            Programs.linear().build(),
            Map.of("notes \"a\".txt", FileContent.of(new byte[1]), "weights/weight.bin", BLOBS));

    assertThat(manifest(files)).contains("\"path\": \"com.apple.CoreML/notes \\\"a\\\".txt\"");
    assertThat(ModelReader.read(files, "m.mlpackage").weightTensors()).hasSize(2);
  }
}
