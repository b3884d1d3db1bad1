package org.quantsweep.testing;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/**
 * Prepares as {@link TinySweep} does, and counts how often each sample was: in this process, also
 * where the preparation came as a copy.
 *
 * @param name whose counts they are
 */
public record CountedPreparation(String name) implements SamplePreparation {
  private static final Map<String, Map<Sha256Digest, Integer>> COUNTS = new ConcurrentHashMap<>();

  /** By sample. */
  public Map<Sha256Digest, Integer> counts() {
    return new TreeMap<>(COUNTS.getOrDefault(name, Map.of()));
  }

  @Override
  public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    COUNTS
        .computeIfAbsent(name, missing -> new ConcurrentHashMap<>())
        .merge(sample.digest(), 1, Integer::sum);
    return TinySweep.preparation().prepare(sample, inputs);
  }

  @Override
  public Sha256Digest digest() {
    return TinySweep.preparation().digest();
  }
}
