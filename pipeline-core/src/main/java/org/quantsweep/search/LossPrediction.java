package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Foretells what options of one weight tensor lose from their own errors. A loss is a quadratic
 * form of what an option changes, so it grows as the error of its layer's output does: measured on
 * SqueezeNet, EfficientNet-Lite0 and others with a slope of the logarithms of {@value #SLOPE}.
 */
final class LossPrediction {
  /** Of the logarithm of the loss over that of the error, beyond the options that were run. */
  static final double SLOPE = 1.03;

  private final List<Known> known = new ArrayList<>();

  /** An option that was run. */
  private record Known(double error, Sensitivity measured) {}

  /**
   * From what is known of a weight tensor.
   *
   * @param options with errors that come from the inputs of its layer
   * @param measured what was run, of other weight tensors too
   */
  LossPrediction(
      String tensor,
      List<SearchSpace.SizedOption> options,
      Map<TensorOption, Sensitivity> measured) {
    for (SearchSpace.SizedOption option : options) {
      Sensitivity own = measured.get(new TensorOption(tensor, option.scheme()));
      if (own != null && own.samples() > 0 && isUsable(option.error()) && isUsable(mean(own))) {
        known.add(new Known(option.error(), own));
      }
    }
    known.sort(Comparator.comparingDouble(Known::error));
  }

  /**
   * The loss on the samples of the closest option that was run: between two of them on the line
   * through both, in logarithms.
   *
   * @param error of the option; its loss cannot be told where that is 0 or not finite
   * @return empty where it cannot be told
   */
  Optional<Sensitivity> of(double error) {
    if (known.isEmpty() || !isUsable(error)) {
      return Optional.empty();
    }
    Known below = null;
    Known above = null;
    for (Known own : known) {
      if (own.error() <= error) {
        below = own;
      } else if (above == null) {
        above = own;
      }
    }
    if (below == null || above == null) {
      Known closest = below == null ? above : below;
      return Optional.of(closest.measured().scaled(Math.pow(error / closest.error(), SLOPE)));
    }
    double share = Math.log(error / below.error()) / Math.log(above.error() / below.error());
    Known closest = share <= 0.5 ? below : above;
    double mean =
        Math.pow(mean(below.measured()), 1 - share) * Math.pow(mean(above.measured()), share);
    return Optional.of(closest.measured().scaled(mean / mean(closest.measured())));
  }

  private static double mean(Sensitivity own) {
    return own.samples() == 0 ? 0 : own.loss() / own.samples();
  }

  /** Answers that were no numbers lose the most there is, and tell nothing of others. */
  private static boolean isUsable(double value) {
    return value > 0 && value < Criterion.WORST_LOSS && Double.isFinite(value);
  }
}
