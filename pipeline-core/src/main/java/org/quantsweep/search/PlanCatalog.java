package org.quantsweep.search;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;

/** The plans of a search, by candidate, and the files that they give. */
public final class PlanCatalog {
  private final Function<QuantizationPlan, ByteSize> size;
  private final Function<QuantizationPlan, ModelFiles> encode;
  private final Map<Candidate, QuantizationPlan> plans = new TreeMap<>();

  /** Of one model's plans. */
  public PlanCatalog(ModelEncoder encoder) {
    this(encoder::encodedSize, encoder::encode);
  }

  PlanCatalog(
      Function<QuantizationPlan, ByteSize> size, Function<QuantizationPlan, ModelFiles> encode) {
    this.size = size;
    this.encode = encode;
  }

  /** The exact size of a plan's files. The plan is not kept. */
  long bytes(QuantizationPlan plan) {
    return size.apply(plan).bytes();
  }

  /** The candidate of a plan, with its exact size; the same plan is the same candidate. */
  public Candidate add(QuantizationPlan plan) {
    Candidate candidate = new Candidate.Plan(plan.digest(), size.apply(plan));
    plans.putIfAbsent(candidate, plan);
    return candidate;
  }

  /** The plan of a candidate that {@link #add} gave. */
  public QuantizationPlan plan(Candidate candidate) {
    QuantizationPlan plan = plans.get(candidate);
    if (plan == null) {
      throw new IllegalArgumentException("candidate " + candidate.name() + " is not known.");
    }
    return plan;
  }

  /** The candidate's file. */
  public ModelFiles encode(Candidate candidate) {
    return encode.apply(plan(candidate));
  }
}
