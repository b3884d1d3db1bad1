package org.quantsweep.search;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/**
 * Deflated bytes. An option takes what its weight tensor's stored arrays deflate to alone; a plan
 * promises the sum of its options, and what the rest of the files takes. Files are deflated for
 * plans that are judged or may be rungs only, each once: never for the 30,000 of a line.
 *
 * <p>At most as many options are encoded at once as there are cores: memory for the arrays of that
 * many weight tensors, and for the files of one plan. Safe for several threads.
 */
final class DownloadSizing implements PlanSizing {
  private final ModelEncoder encoder;
  private final Map<TensorOption, Long> options = new ConcurrentHashMap<>();
  private final Map<Sha256Digest, ByteSize> plans = new ConcurrentHashMap<>();

  /** Of everything else in the files, as the plan of the smallest options tells it. */
  private volatile long rest;

  DownloadSizing(ModelEncoder encoder) {
    this.encoder = encoder;
  }

  @Override
  public List<Scheme> offered(String tensor) {
    return encoder.downloadOptions(tensor);
  }

  @Override
  public void prepare(Collection<TensorOption> wanted) {
    wanted.parallelStream().forEach(this::bytes);
    TreeMap<String, TensorOption> smallest = new TreeMap<>();
    for (TensorOption option : new TreeSet<>(wanted)) {
      smallest.merge(
          option.tensor(), option, (one, other) -> bytes(other) < bytes(one) ? other : one);
    }
    TreeMap<String, Scheme> plan = new TreeMap<>();
    smallest.forEach((tensor, option) -> plan.put(tensor, option.scheme()));
    rest = 0;
    rest = exact(new QuantizationPlan(plan)).bytes() - promised(new QuantizationPlan(plan));
  }

  @Override
  public long bytes(TensorOption option) {
    Long known = options.get(option);
    if (known == null) {
      known = encoder.deflatedBytes(option.tensor(), option.scheme());
      options.put(option, known);
    }
    return known;
  }

  @Override
  public long promised(QuantizationPlan plan) {
    long bytes = rest;
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      bytes += bytes(new TensorOption(entry.getKey(), entry.getValue()));
    }
    return bytes;
  }

  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public ByteSize exact(QuantizationPlan plan) {
    Sha256Digest digest = plan.digest();
    ByteSize known = plans.get(digest);
    if (known == null) {
      known = DownloadSize.of(encoder.encode(plan));
      plans.put(digest, known);
    }
    return known;
  }

  @Override
  public ByteSize onDisk(QuantizationPlan plan) {
    return encoder.encodedSize(plan);
  }
}
