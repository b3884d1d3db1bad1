package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;

/**
 * A publisher that is killed at any moment leaves what readers saw before, or one version more.
 * Every other one publishes folders of files.
 */
class KilledPublisherIT {
  private static final int KILLS = 10;
  private static final int LATEST_MILLISECONDS = 120;

  @TempDir Path folder;

  @Test
  void readersSeeTheVersionBeforeOrTheNextOneNeverHalf() throws Exception {
    Path root = folder.resolve("registry");
    Random random = new Random(7);
    int reads = 0;
    int seen = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process publisher = publisher(root, kill);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(publisher.getInputStream(), StandardCharsets.UTF_8))) {
        // Warm after the third version: then a version takes some ten milliseconds.
        for (int i = 0; i < 3; i++) {
          assertThat(lines.readLine()).isEqualTo("next");
        }
        long end = System.nanoTime() + random.nextInt(LATEST_MILLISECONDS) * 1_000_000L;
        do {
          seen = requireWhole(root, seen, true);
          reads++;
        } while (System.nanoTime() < end);
        publisher.destroyForcibly().waitFor();
      } finally {
        publisher.destroyForcibly();
      }
      seen = requireWhole(root, seen, false);
      reads++;
    }
    // Whoever comes next is not disturbed by what the dead ones left.
    System.out.printf(
        "FIGURE kill -9 of a publisher, %d times: %d versions, all whole in %d reads by another"
            + " process; %d folders or files that no reader sees were left%n",
        KILLS, seen, reads, leftovers(root));
    assertThat(seen).isGreaterThanOrEqualTo(2 * KILLS);
  }

  /**
   * The number of versions; each of them that is new is read to its last byte.
   *
   * @param publishing whether versions may come while this reads
   */
  private static int requireWhole(Path root, int known, boolean publishing) throws IOException {
    HadoopModelRegistry registry = new HadoopModelRegistry(root.toString(), new Configuration());
    ModelName name = PublishingLoop.NAME;
    Optional<RegisteredModel> found =
        registry.list().stream().filter(model -> model.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      assertThat(known).isZero();
      return 0;
    }
    RegisteredModel model = found.get();
    assertThat(model.versions()).hasSizeGreaterThanOrEqualTo(known);
    for (PublishedVersion version : model.versions().subList(known, model.versions().size())) {
      assertThat(readAgain(registry.fetch(name, version.version())).digest())
          .isEqualTo(version.digest());
      assertThat(registry.provenance(name, version.version()).codeVersion()).isEqualTo("test");
      assertThat(registry.evidence(name, version.version()))
          .isEqualTo(List.of(new EvidenceFile("result.json", PublishingLoop.EVIDENCE)));
    }
    // The alias follows the version: it may be one behind, never ahead. A slow reader meets more
    // versions after the alias; it is one behind those that stood there before, at most.
    Optional<PublishedVersion> challenger = model.at(Alias.CHALLENGER);
    int before = publishing ? known : model.versions().size();
    assertThat(challenger.map(PublishedVersion::version).orElse(0))
        .isBetween(Math.max(0, before - 1), model.versions().size());
    return model.versions().size();
  }

  /** The same files, known by what their bytes are now. */
  private static ModelFiles readAgain(ModelFiles model) throws IOException {
    Map<String, FileContent> files = new TreeMap<>();
    for (Map.Entry<String, FileContent> file : model.files().entrySet()) {
      try (InputStream in = file.getValue().open()) {
        files.put(file.getKey(), FileContent.of(in.readAllBytes()));
      }
    }
    return model.isLone() ? ModelFiles.lone(files.get("")) : ModelFiles.tree(files);
  }

  private static int leftovers(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return (int) files.filter(file -> file.getFileName().toString().startsWith(".tmp-")).count();
    }
  }

  private Process publisher(Path root, int seed) throws IOException {
    Path arguments = folder.resolve("publisher.args");
    Files.writeString(
        arguments, "-cp \"" + System.getProperty("java.class.path").replace("\\", "\\\\") + "\"\n");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "@" + arguments,
            PublishingLoop.class.getName(),
            root.toString(),
            Integer.toString(seed),
            seed % 2 == 0 ? "lone" : "tree")
        .redirectError(folder.resolve("publisher.log").toFile())
        .start();
  }
}
