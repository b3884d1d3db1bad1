package org.quantsweep.search;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;

/** The plans of a search, by candidate, and the files that they give. */
public final class PlanCatalog {
  private final PlanSizing sizing;
  private final Function<QuantizationPlan, ModelFiles> encode;
  private final Map<Candidate, QuantizationPlan> plans = new TreeMap<>();

  /** Of one model's plans, by the bytes of their files. */
  public PlanCatalog(ModelEncoder encoder) {
    this(PlanSizing.of(Objective.SIZE, encoder), encoder::encode);
  }

  /** Of one model's plans. */
  public PlanCatalog(PlanSizing sizing, Function<QuantizationPlan, ModelFiles> encode) {
    this.sizing = sizing;
    this.encode = encode;
  }

  /** The bytes that a plan promises. The plan is not kept. */
  long bytes(QuantizationPlan plan) {
    return sizing.promised(plan);
  }

  /** The bytes of a plan's files on disk. The plan is not kept. */
  long bytesOnDisk(QuantizationPlan plan) {
    return sizing.onDisk(plan).bytes();
  }

  /** Whether plans promise their exact sizes. */
  boolean isExact() {
    return sizing.isExact();
  }

  /** The candidate of a plan, with its exact size; the same plan is the same candidate. */
  public Candidate add(QuantizationPlan plan) {
    Candidate candidate =
        new Candidate.Plan(plan.digest(), sizing.onDisk(plan), sizing.exact(plan));
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
