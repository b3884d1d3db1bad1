package org.quantsweep.jobs.registry;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;

/** A process that publishes new versions without end, until it is killed. */
final class PublishingLoop {
  static final ModelName NAME = new ModelName("loop");
  static final String EVIDENCE = "{\"decision\": \"selected\"}";

  private static final int BYTES = 3_000_000;

  /** Files of a tree. */
  private static final int PARTS = 3;

  private PublishingLoop() {}

  /** Takes the registry's folder, a seed, and lone or tree; prints a line before each version. */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    HadoopModelRegistry registry = new HadoopModelRegistry(arguments[0], new Configuration());
    Random random = new Random(Long.parseLong(arguments[1]));
    byte[] bytes = new byte[BYTES];
    while (true) {
      random.nextBytes(bytes);
      out.println("next");
      registry.publish(
          NAME,
          model(bytes.clone(), arguments[2].equals("tree")),
          provenance(),
          List.of(new EvidenceFile("result.json", EVIDENCE)));
    }
  }

  private static NamedModel model(byte[] bytes, boolean isTree) {
    if (!isTree) {
      return new NamedModel("loop.mlmodel", ModelFiles.lone(bytes));
    }
    Map<String, FileContent> files = new TreeMap<>();
    int part = BYTES / PARTS;
    for (int i = 0; i < PARTS; i++) {
      files.put(
          "Data/part" + i, FileContent.of(Arrays.copyOfRange(bytes, i * part, (i + 1) * part)));
    }
    return new NamedModel("loop.mlpackage", ModelFiles.tree(files));
  }

  private static Provenance provenance() {
    return new Provenance(
        new Provenance.SourceModel("source.mlmodel", Sha256Digest.of(new byte[] {1})),
        List.of(new Provenance.SampleSet("selection", Sha256Digest.of(new byte[] {2}), 10)),
        new TreeMap<>(),
        "test",
        new Provenance.Engine("test", "test"),
        Instant.EPOCH,
        "test");
  }
}
