package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;

/** Packages as folders and archives, and what is said of those that cannot be. */
class ModelPackageTest {
  private static final String COPY = "\nMaybe copy the whole package again.";

  @TempDir private Path folder;

  private static void refuses(Map<String, byte[]> parts, String problem) {
    assertThatThrownBy(() -> ModelReader.read(Programs.files(parts), "m.mlpackage"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("m.mlpackage: " + problem);
  }

  private static void refusesManifest(String manifest, String problem) {
    Map<String, byte[]> parts = Programs.parts();
    parts.put("Manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
    refuses(parts, problem);
  }

  private static void refuses(Path file, String problem) {
    assertThatThrownBy(() -> ModelReader.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage(problem);
  }

  private Path written(Map<String, byte[]> parts) throws IOException {
    Path root = folder.resolve("m.mlpackage");
    for (Map.Entry<String, byte[]> part : parts.entrySet()) {
      Path file = root.resolve(part.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, part.getValue());
    }
    return root;
  }

  private Path zipped(String around, Map<String, byte[]> parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(around + part.getKey()));
        zip.write(part.getValue());
      }
    }
    return Files.write(folder.resolve("m.mlpackage.zip"), bytes.toByteArray());
  }

  private static String unreadable(Path file, String reason) {
    return file
        + ": the package cannot be read ("
        + reason
        + ").\nMaybe copy the whole of it again.";
  }

  @Test
  void p15_no_manifest() {
    Map<String, byte[]> parts = Programs.parts();
    parts.remove("Manifest.json");

    refuses(
        parts,
        "the folder has no Manifest.json, so it is no model package.\nMaybe name the folder that"
            + " ends in .mlpackage, or copy the whole of it.");
  }

  @Test
  void p16_no_model_file() {
    Map<String, byte[]> parts = Programs.parts();
    parts.remove(Programs.MODEL);

    refuses(
        parts,
        "Manifest.json: item 'model' has path 'com.apple.CoreML/model.mlmodel', which is not there."
            + COPY);
  }

  @Test
  void p17_manifest_root_unknown() {
    refusesManifest(
        Programs.manifest().replace(": \"model\"", ": \"nope\""),
        "Manifest.json has rootModelIdentifier 'nope', which names no item.\nMaybe save the package"
            + " again with coremltools.");
  }

  @Test
  void manifestsThatCannotBe() {
    refusesManifest("[]", "Manifest.json is no JSON object." + COPY);
    refusesManifest("", "Manifest.json is no JSON object." + COPY);
    refusesManifest(
        "{",
        "Manifest.json cannot be read (Unexpected end-of-input: expected close marker for Object"
            + " (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION`"
            + " disabled); line: 1, column: 1]))."
            + COPY);
    refusesManifest(
        Programs.manifest().replace("1.0.0", "2.0.0"),
        "Manifest.json has fileFormatVersion '2.0.0', but only 1.0.0 is known.\nMaybe save the"
            + " package again with coremltools.");
    refusesManifest(
        Programs.manifest().replace("\"author\"", "\"autor\""),
        "Manifest.json: item 'model' has no 'author'; item 'weights' has no 'author'." + COPY);
    refusesManifest(
        Programs.manifest().replace("com.apple.CoreML/weights", "com.apple.CoreML/gone"),
        "Manifest.json: item 'weights' has path 'com.apple.CoreML/gone', which is not there."
            + COPY);
    refusesManifest(
        Programs.manifest().replace("com.apple.CoreML/weights", "../../etc"),
        "Manifest.json: item 'weights' has path '../../etc', which leads out of Data." + COPY);
    refusesManifest(
        Programs.manifest().replace("com.apple.CoreML/weights", "/etc/passwd"),
        "Manifest.json: item 'weights' has path '/etc/passwd', which leads out of Data." + COPY);
    refusesManifest(
        " ".repeat(1 << 20) + Programs.manifest(),
        "Manifest.json cannot be read (its "
            + ((1 << 20) + Programs.manifest().length())
            + " bytes are more than 1048576 bytes)."
            + COPY);
  }

  @Test
  void aFolderIsTheSameModelAsItsArchives() throws IOException {
    // Large enough to be read where it lies.
    byte[] large = new byte[2 << 20];
    new Random(1).nextBytes(large);
    Map<String, byte[]> parts = new TreeMap<>(Programs.parts());
    parts.put("Data/com.apple.CoreML/large", large);
    Path root = written(parts);
    CoreMLModel model = ModelReader.read(root);

    assertThat(model.digest()).isEqualTo(Programs.files(parts).digest());
    for (String around : List.of("", "m.mlpackage/")) {
      CoreMLModel unpacked = ModelReader.read(zipped(around, parts));
      assertThat(unpacked.digest()).isEqualTo(model.digest());
      assertThat(unpacked.size()).isEqualTo(model.size());
      assertThat(unpacked.weightTensors().get(1).values().get(63)).isEqualTo(63);
    }
    // What systems leave in folders is no part of it.
    Files.writeString(root.resolve(".DS_Store"), "icons");
    assertThat(ModelReader.read(root).digest()).isEqualTo(model.digest());
  }

  @Test
  void linksInAFolder() throws IOException {
    Path root = written(Programs.parts());
    Path outside = Files.writeString(folder.resolve("outside"), "secret");
    Files.createSymbolicLink(root.resolve("Data/link"), outside);

    refuses(root, unreadable(root, "'Data/link' is a link, and a package holds none"));
  }

  @Test
  void entriesThatLeadOut() throws IOException {
    Map<String, byte[]> parts = new TreeMap<>(Programs.parts());
    parts.put("../evil", new byte[1]);
    Path file = zipped("", parts);

    refuses(file, unreadable(file, "its entry '../evil' leads out of the package"));
    assertThat(folder.resolve("../evil")).doesNotExist();
  }

  @Test
  void entriesThatComeTwice() throws IOException {
    Map<String, byte[]> parts = new TreeMap<>(Programs.parts());
    parts.put("Manifest.jsoo", new byte[1]);
    Path file = zipped("", parts);
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.write(
        file, text.replace("Manifest.jsoo", "Manifest.json").getBytes(StandardCharsets.ISO_8859_1));

    refuses(file, unreadable(file, "it holds 'Manifest.json' more than once"));
  }

  @Test
  void anArchiveThatUnpacksToFarMore() throws IOException {
    Map<String, byte[]> parts = new TreeMap<>(Programs.parts());
    parts.put("zeros", new byte[4 << 20]);
    Path file = zipped("", parts);
    Path temporary = Files.createDirectory(folder.resolve("temporary"));

    assertThatThrownBy(() -> LocalPackage.files(file, temporary))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": the package cannot be read (it unpacks to more than ")
        .hasMessageEndingWith(" MB).\nMaybe copy the whole of it again.");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void damagedArchives() throws IOException {
    Path file = zipped("", Programs.parts());
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, 60));

    refuses(file, file + ": the archive ends in the middle of a file.\nMaybe fetch it again.");
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> ModelReader.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": the archive is damaged (")
        .hasMessageEndingWith(").\nMaybe fetch it again.");

    Path none = folder.resolve("none.zip");
    Files.write(none, new byte[] {'P', 'K', 3, 4});
    refuses(none, unreadable(none, "the archive holds no file"));
  }

  /** Nothing of such a model lies beside its own file, and only that file can be encoded. */
  @Test
  void aNeuralNetworkInAPackageIsItsOwnFile() throws IOException {
    byte[] network = Networks.convolution().build().toByteArray();
    Map<String, byte[]> parts = new TreeMap<>(Programs.parts());
    parts.put(Programs.MODEL, network);
    ModelFiles own = ModelFiles.lone(network);
    for (Path file : List.of(written(parts), zipped("", parts))) {
      CoreMLModel read = ModelReader.read(file);

      assertThat(read.kind()).isEqualTo(ModelKind.NEURAL_NETWORK);
      assertThat(read.digest()).isEqualTo(own.digest());
      assertThat(ModelReader.files(file)).isEqualTo(own);
      assertThat(ModelReader.unpacked(Programs.files(parts), "m.mlpackage")).isEqualTo(own);
      assertThat(read.format().fileName("selected")).isEqualTo("selected.mlmodel");
    }
  }
}
