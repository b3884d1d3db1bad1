package org.quantsweep.coreml;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/** Where a model is to run. */
public final class Deployment implements Serializable {
  /** Nothing was said: the model's own least system, and any unit. */
  public static final Deployment DEFAULT = new Deployment(Optional.empty(), ComputeUnit.ALL);

  private static final long serialVersionUID = 1L;

  private final DeploymentTarget target;
  private final ComputeUnit unit;

  /**
   * A deployment.
   *
   * @param target the least system; empty for the model's own
   */
  public Deployment(Optional<DeploymentTarget> target, ComputeUnit unit) {
    this.target = target.orElse(null);
    this.unit = unit;
  }

  /** The least system; empty for the model's own. */
  public Optional<DeploymentTarget> target() {
    return Optional.ofNullable(target);
  }

  /** What the model is to run on. */
  public ComputeUnit unit() {
    return unit;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Deployment same
        && Objects.equals(target, same.target)
        && unit == same.unit;
  }

  @Override
  public int hashCode() {
    return Objects.hash(target, unit);
  }

  /** For example {@code iOS18 on ane}, or {@code own on all}. */
  @Override
  public String toString() {
    return (target == null ? "own" : target.toString()) + " on " + unit;
  }
}
