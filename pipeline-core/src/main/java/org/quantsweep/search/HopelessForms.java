package org.quantsweep.search;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Forms of weight tensors of which an option alone misses the threshold by more than three standard
 * errors. The narrower options of such a form are neither run nor chosen. Only options that were
 * run are evidence of that.
 */
final class HopelessForms {
  private final AgreementThreshold threshold;

  /** The widest that misses, by form. */
  private final Map<String, Double> widest = new HashMap<>();

  HopelessForms(AgreementThreshold threshold) {
    this.threshold = threshold;
  }

  /** Looks at what was run. */
  void add(Map<TensorOption, Sensitivity> measured) {
    measured.forEach(
        (option, found) -> {
          if (found.disagreeing() > most(found.samples())) {
            widest.merge(form(option), width(option.scheme()), Math::max);
          }
        });
  }

  /** Whether a wider option of its form misses. */
  boolean hold(TensorOption option) {
    Double own = widest.get(form(option));
    return own != null && width(option.scheme()) < own;
  }

  /** The space without these options, but for those that were run. */
  SearchSpace without(SearchSpace space, Collection<TensorOption> run) {
    Set<TensorOption> left = new HashSet<>(space.options());
    left.removeIf(option -> hold(option) && !run.contains(option));
    return space.only(left);
  }

  /** How many may disagree of so many. */
  private long most(long samples) {
    double t = threshold.share().doubleValue();
    long allowed = samples - threshold.required(samples);
    // Rounded up, so that the last bits of the root do not matter.
    return allowed + (long) Math.ceil(3 * Math.sqrt(samples * t * (1 - t)) - 1e-9) + 1;
  }

  /** What a narrower option is held against: wider ones of the same tensor and form. */
  private static String form(TensorOption option) {
    return option.tensor()
        + ' '
        + (option.scheme() instanceof Scheme.Compression compression
            ? compression.plain().form()
            : option.scheme());
  }

  /** In bits of a weight. */
  static double width(Scheme scheme) {
    return scheme instanceof Scheme.Compression compression
        ? compression.bitsPerWeight()
        : Float.SIZE;
  }
}
