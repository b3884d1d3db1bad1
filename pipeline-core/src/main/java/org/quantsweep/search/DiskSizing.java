package org.quantsweep.search;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/** Bytes on disk, which are known to the byte before any code is made. */
final class DiskSizing implements PlanSizing {
  private final ModelEncoder encoder;

  DiskSizing(ModelEncoder encoder) {
    this.encoder = encoder;
  }

  @Override
  public List<Scheme> offered(String tensor) {
    return encoder.options(tensor);
  }

  @Override
  public long bytes(TensorOption option) {
    TreeMap<String, Scheme> alone = new TreeMap<>(Map.of(option.tensor(), option.scheme()));
    long with = encoder.encodedSize(new QuantizationPlan(alone)).bytes();
    return with - encoder.encodedSize(new QuantizationPlan(new TreeMap<>())).bytes();
  }

  @Override
  public long promised(QuantizationPlan plan) {
    return encoder.encodedSize(plan).bytes();
  }

  @Override
  public boolean isExact() {
    return true;
  }

  @Override
  public ByteSize exact(QuantizationPlan plan) {
    return encoder.encodedSize(plan);
  }

  @Override
  public ByteSize onDisk(QuantizationPlan plan) {
    return encoder.encodedSize(plan);
  }
}
