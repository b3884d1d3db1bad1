package org.quantsweep.jobs.registry;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
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

  private PublishingLoop() {}

  /** Takes the registry's folder and a seed; prints a line before each version. */
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
          new NamedModel("loop.mlmodel", ModelFiles.lone(bytes.clone())),
          provenance(),
          List.of(new EvidenceFile("result.json", EVIDENCE)));
    }
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
