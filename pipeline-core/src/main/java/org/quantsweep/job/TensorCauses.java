package org.quantsweep.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.TensorEvidence;

/**
 * Why weight tensors of a plan are dear. One is dear where it takes {@value #DEAR_BITS} times the
 * bits a weight that the plan takes on average, or where its option loses {@value #DEAR_LOSS} times
 * the average loss of a tensor. The causes are likely ones: what is known to make codes do badly
 * and is seen in the weights or the graph.
 */
final class TensorCauses {
  /** Times the plan's own bits a weight. */
  static final double DEAR_BITS = 1.25;

  /** Times the mean loss of the plan's options. */
  static final double DEAR_LOSS = 2;

  /** Largest magnitude over the root of the mean square; of a million normal numbers it is 5. */
  static final double OUTLIERS = 10;

  /** Weights that share a scale or a table: fewer hardly pay for it. */
  static final long FEW_WEIGHTS = 32;

  /** Largest over median range of the channels. */
  static final double SPREAD = 8;

  /** What a place or a form counts beside measured excess, which is 1 at its threshold. */
  private static final double DEPTHWISE = 1.5;

  private static final double FIRST_OR_LAST = 1.2;

  private final Set<String> first;
  private final Set<String> last;
  private double bitsAWeight;
  private double meanLoss;

  /** A cause and how strong it is. */
  private record Weighed(double strength, Explanations.Cause cause) {}

  TensorCauses(NetworkEvidence network, List<TensorEvidence> tensors) {
    Set<String> matrices = new HashSet<>();
    long bytes = 0;
    long weights = 0;
    double loss = 0;
    int chosen = 0;
    for (TensorEvidence tensor : tensors) {
      if (tensor.values() != null) {
        matrices.add(tensor.identity());
      }
      if (tensor.chosen() != null && tensor.values() != null) {
        bytes += tensor.bytesChosen();
        weights += count(tensor);
        loss += loss(tensor);
        chosen++;
      }
    }
    bitsAWeight = weights == 0 ? 0 : 8.0 * bytes / weights;
    meanLoss = chosen == 0 ? 0 : loss / chosen;
    first =
        nearest(network, "input", NetworkEvidence.Edge::from, NetworkEvidence.Edge::to, matrices);
    last =
        nearest(network, "output", NetworkEvidence.Edge::to, NetworkEvidence.Edge::from, matrices);
  }

  /** The likeliest first; none where the tensor is not dear. */
  List<Explanations.Cause> of(TensorEvidence tensor) {
    TensorEvidence.Values values = tensor.values();
    if (values == null || tensor.chosen() == null || !isDear(tensor)) {
      return List.of();
    }
    String keep = "--keep '" + tensor.identity() + "=half'";
    List<Weighed> causes = new ArrayList<>();
    if (values.range() >= OUTLIERS) {
      causes.add(
          new Weighed(
              values.range() / OUTLIERS,
              new Explanations.Cause(
                  "outliers",
                  String.format(
                      Locale.ROOT,
                      "Its largest weight is %.0f times the root of the mean square, so most steps"
                          + " of an even scale lie where no weights are.",
                      values.range()),
                  "Look-up tables or, from iOS 18 on, a scale for each block of weights follow such"
                      + " weights better; smaller weight decay steps or clipping in training take"
                      + " the cause away.")));
    }
    // A first layer with one input channel has the same shape.
    if (isDepthwise(tensor) && !first.contains(tensor.identity())) {
      causes.add(
          new Weighed(
              DEPTHWISE,
              new Explanations.Cause(
                  "depthwise",
                  "Each output of this depthwise convolution is the sum of "
                      + values.weightsPerChannel()
                      + " weights only, so errors do not cancel.",
                  "It is small: full or half precision costs little ("
                      + keep
                      + ", "
                      + new ByteSize(2 * count(tensor))
                      + ").")));
    } else if (values.weightsPerChannel() < FEW_WEIGHTS) {
      causes.add(
          new Weighed(
              (double) FEW_WEIGHTS / Math.max(1, values.weightsPerChannel()) / 2,
              new Explanations.Cause(
                  "few-weights",
                  "Only "
                      + values.weightsPerChannel()
                      + (values.weightsPerChannel() == 1 ? " weight shares" : " weights share")
                      + " a channel's scale, which takes a part of what their codes save.",
                  "One table or one scale for the whole tensor (lut-kmeans, linear:BITS@tensor)"
                      + " takes less beside the codes; so does "
                      + keep
                      + " where the tensor is small.")));
    }
    if (values.channelSpread() >= SPREAD && sharesOneScale(tensor.chosen())) {
      causes.add(
          new Weighed(
              values.channelSpread() / SPREAD,
              new Explanations.Cause(
                  "channel-spread",
                  String.format(
                      Locale.ROOT,
                      "Its widest channel has %.0f times the median range, and one scale or table"
                          + " serves all of them.",
                      values.channelSpread()),
                  "A scale for each channel fits such weights (--linear-only); folding the scale of"
                      + " channels into the layer before or behind takes the cause away.")));
    }
    if (first.contains(tensor.identity())) {
      causes.add(
          new Weighed(
              FIRST_OR_LAST,
              new Explanations.Cause(
                  "first-layer",
                  "It is the first layer with weights: whatever is lost here goes through all"
                      + " others.",
                  "It often is small: wider codes here cost little (--keep names them).")));
    }
    if (last.contains(tensor.identity())) {
      causes.add(
          new Weighed(
              FIRST_OR_LAST,
              new Explanations.Cause(
                  "last-layer",
                  "It is the last layer with weights: its errors reach the answer as they are.",
                  "Nothing behind it can be fitted to make up for it; more calibration samples help"
                      + " its own fit (--calibration-samples).")));
    }
    return causes.stream()
        .sorted(Comparator.comparingDouble((Weighed own) -> -own.strength()))
        .map(Weighed::cause)
        .toList();
  }

  private boolean isDear(TensorEvidence tensor) {
    double bits = 8.0 * tensor.bytesChosen() / count(tensor);
    return bits >= DEAR_BITS * bitsAWeight
        || (meanLoss > 0 && loss(tensor) >= DEAR_LOSS * meanLoss);
  }

  private static long count(TensorEvidence tensor) {
    return Math.max(1, tensor.shape().stream().reduce(1L, (one, other) -> one * other));
  }

  private static double loss(TensorEvidence tensor) {
    return tensor.options().stream()
        .filter(option -> option.scheme().equals(tensor.chosen()) && option.loss() != null)
        .mapToDouble(TensorEvidence.Option::loss)
        .findFirst()
        .orElse(0);
  }

  /** A convolution over a plane whose outputs see one channel each. */
  private static boolean isDepthwise(TensorEvidence tensor) {
    List<Long> shape = tensor.shape();
    return tensor.type().startsWith("conv")
        && shape.size() >= 3
        && shape.get(1) == 1
        && shape.get(0) > 1
        && shape.stream().skip(2).anyMatch(length -> length > 1);
  }

  /** Tables, and scales that are the whole tensor's. */
  private static boolean sharesOneScale(String scheme) {
    return scheme.contains("@tensor") || (scheme.startsWith("lut") && !scheme.contains("@"));
  }

  /** The tensors of the nodes that are reached from an end of the graph before any other's. */
  private static Set<String> nearest(
      NetworkEvidence network,
      String end,
      Function<NetworkEvidence.Edge, Integer> from,
      Function<NetworkEvidence.Edge, Integer> to,
      Set<String> matrices) {
    Map<Integer, List<Integer>> next = new HashMap<>();
    network
        .edges()
        .forEach(
            edge ->
                next.computeIfAbsent(from.apply(edge), node -> new ArrayList<>())
                    .add(to.apply(edge)));
    Deque<Integer> open = new ArrayDeque<>();
    for (int node = 0; node < network.nodes().size(); node++) {
      if (network.nodes().get(node).type().equals(end)) {
        open.add(node);
      }
    }
    Set<Integer> seen = new HashSet<>(open);
    Set<String> found = new HashSet<>();
    while (!open.isEmpty()) {
      for (int node : next.getOrDefault(open.remove(), List.of())) {
        List<String> own =
            network.nodes().get(node).tensors().stream().filter(matrices::contains).toList();
        found.addAll(own);
        if (seen.add(node) && own.isEmpty()) {
          open.add(node);
        }
      }
    }
    return found;
  }
}
