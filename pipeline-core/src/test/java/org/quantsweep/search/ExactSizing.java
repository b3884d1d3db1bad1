package org.quantsweep.search;

import java.util.List;
import java.util.function.Function;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/** Sizes that a function tells. */
record ExactSizing(Function<QuantizationPlan, ByteSize> size) implements PlanSizing {
  @Override
  public List<Scheme> offered(String tensor) {
    throw new UnsupportedOperationException("no options are asked for here.");
  }

  @Override
  public long bytes(TensorOption option) {
    throw new UnsupportedOperationException("no options are asked for here.");
  }

  @Override
  public long promised(QuantizationPlan plan) {
    return size.apply(plan).bytes();
  }

  @Override
  public boolean isExact() {
    return true;
  }

  @Override
  public ByteSize exact(QuantizationPlan plan) {
    return size.apply(plan);
  }

  @Override
  public ByteSize onDisk(QuantizationPlan plan) {
    return size.apply(plan);
  }
}
