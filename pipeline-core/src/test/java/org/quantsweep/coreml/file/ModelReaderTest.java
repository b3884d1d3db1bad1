package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.coreml.neuralnetwork.NetworkFormat;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.Metadata;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.Pipeline;

class ModelReaderTest {
  private static final String NAME_A_FILE = "\nMaybe name a model file, such as MobileNet.mlmodel.";

  @TempDir Path folder;

  private static byte[] model() {
    return ModelWriter.toBytes(Networks.convolution().build());
  }

  private static void refuses(byte[] bytes, String message) {
    assertThatThrownBy(() -> ModelReader.read(bytes, "m.mlmodel"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(message);
  }

  private void refuses(Path file, String message) {
    assertThatThrownBy(() -> ModelReader.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage(message);
  }

  @Test
  void readsAFile() throws IOException {
    Path file = Files.write(folder.resolve("small.mlmodel"), model());

    CoreMLModel read = ModelReader.read(file);

    assertThat(read.name()).isEqualTo("small.mlmodel");
    assertThat(read.kind()).isEqualTo(ModelKind.NEURAL_NETWORK);
    assertThat(read.specificationVersion()).isEqualTo(3);
    assertThat(read.size()).isEqualTo(new ByteSize(model().length));
    assertThat(read.digest()).isEqualTo(Sha256Digest.of(model()));
    assertThat(read.warnings()).isEmpty();
  }

  @Test
  void refusesAMissingPath() {
    refuses(
        folder.resolve("none.mlmodel"),
        folder
            + "/none.mlmodel: there is no such file.\nMaybe the path is misspelt, or relative to"
            + " another folder.");
  }

  @Test
  void refusesADirectoryOfOtherThings() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "no model");

    refuses(
        folder,
        folder.getFileName()
            + ": the folder has no Manifest.json, so it is no model package.\nMaybe name the folder"
            + " that ends in .mlpackage, or copy the whole of it.");
  }

  @Test
  void refusesAnEmptyPackage() throws IOException {
    Path file = Files.createDirectory(folder.resolve("m.mlpackage"));

    refuses(
        file,
        file
            + ": the package cannot be read (the folder holds no file).\nMaybe copy the whole of it"
            + " again.");
  }

  @Test
  void refusesAFileBeyondTheLimit() throws IOException {
    Path file = Files.write(folder.resolve("big.mlmodel"), new byte[2000]);
    ReaderLimits limits = new ReaderLimits(new ByteSize(1999), 100, 16);

    assertThatThrownBy(() -> ModelReader.read(file, limits))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            file
                + ": the file has 2000 bytes, more than the limit of 1999 (2.0 KB).\nMaybe raise"
                + " the limit, if you trust the file.");
  }

  @Test
  void f01_empty_file() {
    refuses(
        new byte[0],
        "m.mlmodel: the file is empty (0 bytes).\nMaybe a download failed: fetch it again.");
  }

  @Test
  void f02_truncated() {
    byte[] whole = model();
    byte[] half = Arrays.copyOf(whole, whole.length / 2);

    refuses(
        half,
        "m.mlmodel: the file ends in the middle of the model, after "
            + half.length
            + " bytes.\nMaybe a download was cut off: fetch it again.");
  }

  @Test
  void f03_random() {
    byte[] noise = new byte[1000];
    new Random(3).nextBytes(noise);

    assertThatThrownBy(() -> ModelReader.read(noise, "m.mlmodel"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("m.mlmodel: it is not a Core ML model, or a damaged one: ")
        .hasMessageEndingWith(NAME_A_FILE);
  }

  @Test
  void f04_text() {
    refuses(
        "# A model\n".getBytes(StandardCharsets.UTF_8),
        "m.mlmodel: it is text, not a Core ML model." + NAME_A_FILE);
    refuses(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
            .getBytes(StandardCharsets.UTF_8),
        "m.mlmodel: it is a Git LFS pointer, not the file that it stands for.\n"
            + "Maybe run git lfs pull in its folder.");
  }

  @Test
  void f05_trailing_unknown_field_is_kept() {
    // Field 5000, a varint.
    byte[] extra = {(byte) 0xc0, (byte) 0xb8, 0x02, 0x2a};
    byte[] bytes = Arrays.copyOf(model(), model().length + extra.length);
    System.arraycopy(extra, 0, bytes, model().length, extra.length);

    CoreMLModel read = ModelReader.read(bytes, "m.mlmodel");

    assertThat(ModelWriter.toBytes(NetworkFormat.message(read))).isEqualTo(bytes);
  }

  @Test
  void f06_trailing_garbage_byte() {
    byte[] bytes = Arrays.copyOf(model(), model().length + 1);

    assertThatThrownBy(() -> ModelReader.read(bytes, "m.mlmodel"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("m.mlmodel: it is not a Core ML model, or a damaged one: ");
  }

  @Test
  void f07_non_utf8_author() {
    byte[] bytes =
        ModelWriter.toBytes(
            Model.newBuilder(Networks.convolution().build())
                .setDescription(
                    Networks.convolution().getDescriptionBuilder().setMetadata(author("@@@")))
                .build());
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '@') {
        bytes[i] = (byte) 0xff;
      }
    }

    assertThatThrownBy(() -> ModelReader.read(bytes, "m.mlmodel"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("m.mlmodel: it is not a Core ML model, or a damaged one: ");
  }

  private static Metadata author(String name) {
    return Metadata.newBuilder().setAuthor(name).build();
  }

  @Test
  void refusesAZipArchive() {
    refuses(
        new byte[] {'P', 'K', 3, 4, 0, 0},
        "m.mlmodel: it is a ZIP archive, not a Core ML model.\nMaybe unpack it first.");
  }

  @Test
  void refusesPipelinesThatLieTooDeepInEachOther() {
    Model.Builder model = Networks.convolution();
    for (int i = 0; i < 3; i++) {
      model =
          Model.newBuilder()
              .setSpecificationVersion(3)
              .setDescription(model.getDescription())
              .setPipeline(Pipeline.newBuilder().addModels(model));
    }
    byte[] bytes = ModelWriter.toBytes(model.build());
    ReaderLimits two = new ReaderLimits(new ByteSize(1 << 20), 100, 2);

    assertThat(ModelReader.read(bytes, "m.mlmodel").layers()).hasSize(2);
    assertThatThrownBy(() -> ModelReader.read(bytes, "m.mlmodel", two))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "m.mlmodel: 'stage[0]/stage[0]' holds pipelines in pipelines, deeper than 2.\nMaybe"
                + " make the file again with the tool that wrote it, or ask whoever published"
                + " it.");
  }

  @Test
  void refusesMessagesThatLieTooDeepInEachOther() {
    Model.Builder model = Networks.convolution();
    for (int i = 0; i < 80; i++) {
      model =
          Model.newBuilder()
              .setSpecificationVersion(3)
              .setPipeline(Pipeline.newBuilder().addModels(model));
    }
    byte[] bytes = ModelWriter.toBytes(model.build());

    assertThatThrownBy(() -> ModelReader.read(bytes, "m.mlmodel"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "m.mlmodel: its parts lie deeper in each other than those of any model." + NAME_A_FILE);
  }

  @Test
  void boundsTheListOfProblems() {
    Model.Builder model = Networks.convolution();
    for (int i = 0; i < 30; i++) {
      model.getNeuralNetworkBuilder().addLayers(Networks.relu("r" + i, "nope", "o" + i));
    }

    assertThatThrownBy(() -> Networks.read(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("test.mlmodel: the model has 30 problems:\n- layer 'r0'")
        .hasMessageContaining("\n- and 10 more.\nMaybe ");
  }
}
