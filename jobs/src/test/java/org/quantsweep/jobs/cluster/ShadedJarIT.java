package org.quantsweep.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.testing.PythonEnvironment;

/**
 * The shaded jar beside a Spark distribution: no class is there twice, so none can be the wrong.
 */
class ShadedJarIT {
  @Test
  void noClassOfTheJarIsInTheSparkDistribution(@TempDir Path folder) throws IOException {
    PythonEnvironment environment =
        PythonEnvironment.of("spark", "the comparison of the shaded jar with Spark's jars");
    Path script = folder.resolve("where.py");
    Files.writeString(script, "import os, pyspark; print(os.path.dirname(pyspark.__file__))\n");
    Path jars = Path.of(environment.run(script).output(), "jars");
    Set<String> ours = classes(StandaloneCluster.jar());

    TreeMap<String, Set<String>> clashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(jars)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        Set<String> twice = new TreeSet<>(classes(jar));
        twice.retainAll(ours);
        if (!twice.isEmpty()) {
          clashes.put(jar.getFileName().toString(), twice);
        }
      }
    }

    assertThat(clashes).isEmpty();
    assertThat(ours)
        .contains("org/quantsweep/shaded/protobuf/Message.class")
        .contains("org/quantsweep/jobs/cli/QuantSweep.class")
        .noneMatch(name -> name.startsWith("com/google/") || name.startsWith("org/yaml/"));
  }

  private static Set<String> classes(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
          .collect(Collectors.toSet());
    }
  }
}
