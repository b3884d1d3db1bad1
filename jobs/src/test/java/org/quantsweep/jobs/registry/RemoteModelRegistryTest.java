package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;
import org.quantsweep.registry.PublishedVersion;

/** A registry on a file system that is not this machine's, as far as it can see. */
class RemoteModelRegistryTest {
  private static final ModelName NAME = new ModelName("net");

  @TempDir Path folder;

  @Test
  void modelsAreFetchedAsTheyWerePublished() throws Exception {
    Files.createDirectory(folder.resolve("registry"));
    Configuration configuration = new Configuration();
    configuration.set("fs.viewfs.mounttable.default.link./data", folder.toUri().toString());
    // Each test has a folder of its own at the same address.
    configuration.setBoolean("fs.viewfs.impl.disable.cache", true);
    HadoopModelRegistry registry =
        new HadoopModelRegistry("viewfs:///data/registry", configuration);
    ModelFiles lone = ModelFiles.lone(bytes("weights"));
    ModelFiles tree =
        ModelFiles.tree(
            Map.of("a", FileContent.of(bytes("a")), "b c/d", FileContent.of(bytes("d"))));

    registry.publish(NAME, new NamedModel("net.mlmodel", lone), provenance(), List.of());
    registry.publish(NAME, new NamedModel("net.mlpackage", tree), provenance(), List.of());
    registry.publish(NAME, new NamedModel("net.mlpackage", tree), provenance(), List.of());

    List<PublishedVersion> versions = registry.show(NAME).versions();
    assertThat(versions.stream().map(PublishedVersion::digest))
        .containsExactly(lone.digest(), tree.digest());
    assertThat(versions.get(1).location())
        .isEqualTo("viewfs:/data/registry/models/" + tree.digest() + "/net.mlpackage");
    assertThat(registry.fetch(NAME, 1).inMemory(lone.size())).isEqualTo(lone);
    assertThat(registry.fetch(NAME, 2).inMemory(tree.size())).isEqualTo(tree);
  }

  private static Provenance provenance() {
    return new Provenance(
        new Provenance.SourceModel("Net.mlmodel", Sha256Digest.ofText("source")),
        List.of(),
        new TreeMap<>(),
        "test",
        new Provenance.Engine("engine", "processor"),
        Instant.EPOCH,
        "host");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
