package org.quantsweep.encode;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.Method;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Tensor;

/**
 * Which schemes the values of weight tensors rule out: codes hold finite numbers only, half
 * precision reaches 65504, a scale and bias have the range of float32, and a sparse form keeps at
 * least one weight. Each weight tensor is looked at once. Safe for several threads.
 */
final class WeightLimits {
  /** A range of so much is too wide for one bit, and nearly too wide for symmetric codes. */
  private static final float WIDE = Float.MAX_VALUE / 2;

  private final Function<WeightTensor, TensorQuantizer> quantizers;
  private final Map<String, Extremes> known = new ConcurrentHashMap<>();

  /** Places of the first value that is not finite, and of the largest magnitude; -1 for none. */
  private record Extremes(int notFinite, int largest) {
    static Extremes of(Tensor values) {
      int largest = -1;
      for (int i = 0; i < values.size(); i++) {
        float magnitude = Math.abs(values.get(i));
        if (!Float.isFinite(magnitude)) {
          return new Extremes(i, i);
        }
        if (largest < 0 || magnitude > Math.abs(values.get(largest))) {
          largest = i;
        }
      }
      return new Extremes(-1, largest);
    }
  }

  /**
   * Of weight tensors.
   *
   * @param quantizers makes the plain codes of one whose values are finite
   */
  WeightLimits(Function<WeightTensor, TensorQuantizer> quantizers) {
    this.quantizers = quantizers;
  }

  /** Why a scheme cannot hold the values, as the rest of a sentence; empty where it can. */
  Optional<String> refusal(WeightTensor tensor, Scheme scheme) {
    if (scheme instanceof Scheme.FullPrecision || tensor.elementCount() == 0) {
      return Optional.empty();
    }
    Extremes extremes =
        known.computeIfAbsent(tensor.identity(), missing -> Extremes.of(tensor.values()));
    if (extremes.notFinite() >= 0) {
      return Optional.of(weight(tensor, extremes.notFinite()) + " is not a finite number");
    }
    float largest = tensor.values().get(extremes.largest());
    if (scheme instanceof Scheme.Compression codes) {
      if (!codes.sparsity().equals(Sparsity.NONE) && quantizers.apply(tensor).leavesNone(codes)) {
        return Optional.of("none of its " + tensor.elementCount() + " weights would be left");
      }
      boolean few =
          codes instanceof Scheme.Quantization quantization
              && quantization.method() == Method.Plain.LUT_UNIQUE;
      return few || Math.abs(largest) > WIDE ? range(tensor, codes.plain()) : Optional.empty();
    }
    return HalfPrecisionCodec.holds(largest)
        ? Optional.empty()
        : Optional.of(
            weight(tensor, extremes.largest())
                + " is beyond 65504, the largest number of half precision");
  }

  /** Found out by doing it: how far a channel's range may go depends on its scheme. */
  private Optional<String> range(WeightTensor tensor, Scheme.Compression scheme) {
    try {
      quantizers.apply(tensor).quantize(scheme);
      return Optional.empty();
    } catch (BadInputException e) {
      return Optional.of(e.getMessage().lines().findFirst().orElseThrow().replaceFirst("\\.$", ""));
    }
  }

  private static String weight(WeightTensor tensor, int place) {
    return "weight ("
        + tensor.values().get(place)
        + ") at place "
        + place
        + " of "
        + tensor.shape();
  }
}
