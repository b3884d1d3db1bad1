package org.quantsweep.registry;

import java.io.Serializable;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;

/**
 * Where a published model comes from. The only place that knows a time and a host: everything else
 * that is published is a function of its inputs.
 *
 * @param sourceModel the model that was quantized
 * @param sampleSets the samples that it was judged on, by role
 * @param settings every setting of the sweep, as written on the command line, by flag
 * @param codeVersion the version of QuantSweep
 * @param engine name and version of the inference engine, and the processor family it ran on
 * @param publishedAt when it was published first
 * @param host where
 */
public record Provenance(
    SourceModel sourceModel,
    List<SampleSet> sampleSets,
    SortedMap<String, String> settings,
    String codeVersion,
    Engine engine,
    Instant publishedAt,
    String host)
    implements Serializable {
  /** Copies the collections; refuses null parts. */
  public Provenance {
    Objects.requireNonNull(sourceModel, "sourceModel");
    sampleSets = List.copyOf(sampleSets);
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    Objects.requireNonNull(codeVersion, "codeVersion");
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(publishedAt, "publishedAt");
    Objects.requireNonNull(host, "host");
  }

  /** The full-precision model: its file's name and digest. */
  public record SourceModel(String name, Sha256Digest digest) implements Serializable {}

  /**
   * A set of samples.
   *
   * @param role what it was used for, for example {@code selection}
   * @param digest the digest of the set
   * @param samples how many
   */
  public record SampleSet(String role, Sha256Digest digest, int samples) implements Serializable {}

  /**
   * What ran the models.
   *
   * @param identity for example {@code onnxruntime 1.28.0}
   * @param processor the processor family, on which floating-point results depend
   */
  public record Engine(String identity, String processor) implements Serializable {}
}
