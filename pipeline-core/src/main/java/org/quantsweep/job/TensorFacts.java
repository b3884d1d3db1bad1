package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.SearchSpace;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.tensor.Tensor;

/** What a report says of a model's weight tensors and their options. */
final class TensorFacts {
  /** Of more values none are looked at: decoding them would take seconds and gigabytes. */
  private static final long MOST_VALUES = 1L << 26;

  private final SweptModel model;
  private final ModelEncoder encoder;
  private final CandidateFiles files;
  private final SweepPhases.Options options;

  TensorFacts(
      SweptModel model, ModelEncoder encoder, CandidateFiles files, SweepPhases.Options options) {
    this.model = model;
    this.encoder = encoder;
    this.files = files;
    this.options = options;
  }

  /** Of all weight tensors that the chosen model may be made of. */
  List<TensorEvidence> all(SweepFindings findings) {
    Map<String, Long> given = new HashMap<>();
    model.read().weightTensors().forEach(own -> given.put(own.identity(), bytes(own)));
    Optional<QuantizationPlan> plan = findings.selection().candidate().flatMap(files::plan);
    Set<String> selected = new HashSet<>(model.identities());
    List<TensorEvidence> all = new ArrayList<>();
    for (WeightTensor tensor : model.rewritten().weightTensors()) {
      String identity = tensor.identity();
      Optional<Scheme> chosen = plan.map(own -> own.schemes().get(identity));
      List<Long> shape = new ArrayList<>();
      for (int length : tensor.shape().lengths()) {
        shape.add((long) length);
      }
      all.add(
          new TensorEvidence(
              identity,
              tensor.layer().path(),
              tensor.layer().type(),
              shape,
              given.getOrDefault(identity, bytes(tensor)),
              chosen.map(encoder::spelled).orElse(null),
              chosen.map(scheme -> encoder.storedBytes(identity, scheme)).orElse(null),
              selected.contains(identity) ? options(identity, findings) : List.of(),
              selected.contains(identity) ? values(tensor) : null));
    }
    return all;
  }

  private static long bytes(WeightTensor tensor) {
    return tensor.storedBytes().bytes();
  }

  /** Those of a search over plans; without one, those of the uniform candidates. */
  private List<TensorEvidence.Option> options(String tensor, SweepFindings findings) {
    Map<Scheme, TensorEvidence.Option> found = new LinkedHashMap<>();
    options
        .offered()
        .ifPresent(
            offered -> {
              Set<TensorOption> best = new HashSet<>(offered.best().options());
              Set<TensorOption> kept = new HashSet<>(offered.kept().options());
              Set<TensorOption> known = known(findings);
              Map<TensorOption, Sensitivity> foretold = foretold(findings);
              for (SearchSpace.SizedOption option :
                  offered.all().tensors().getOrDefault(tensor, List.of())) {
                TensorOption own = new TensorOption(tensor, option.scheme());
                if (foretold.containsKey(own)) {
                  found.put(
                      option.scheme(), predicted(own, option.error(), foretold.get(own).loss()));
                  continue;
                }
                String state =
                    known.contains(own)
                        ? "measured"
                        : !best.contains(own)
                            ? "dominated"
                            : kept.contains(own) ? "refused" : "narrowed";
                found.put(option.scheme(), option(tensor, option.scheme(), option.error(), state));
              }
              notFitted(tensor, found);
            });
    for (Candidate candidate : files.family().candidates()) {
      files
          .plan(candidate)
          .map(own -> own.schemes().get(tensor))
          .ifPresent(
              scheme -> found.computeIfAbsent(scheme, own -> option(tensor, own, null, "offered")));
    }
    return found.values().stream()
        .sorted(
            Comparator.comparingLong(TensorEvidence.Option::bytes)
                .thenComparing(TensorEvidence.Option::scheme))
        .toList();
  }

  /** The options that the search chose from; where it ended before, those that it knew. */
  private static Set<TensorOption> known(SweepFindings findings) {
    return findings
        .plans()
        .map(SweepFindings.Plans::found)
        .<Set<TensorOption>>map(found -> new HashSet<>(found.sensitivities().keySet()))
        .orElse(Set.of());
  }

  /** Those of them that were not run. */
  private static Map<TensorOption, Sensitivity> foretold(SweepFindings findings) {
    Map<TensorOption, Sensitivity> foretold = new HashMap<>();
    findings
        .plans()
        .map(SweepFindings.Plans::found)
        .ifPresent(
            found ->
                found
                    .predicted()
                    .forEach(option -> foretold.put(option, found.sensitivities().get(option))));
    return foretold;
  }

  private void notFitted(String tensor, Map<Scheme, TensorEvidence.Option> found) {
    Set<String> refused = new HashSet<>();
    for (LeftOut own : options.leftOut()) {
      if (own.tensor().equals(tensor)) {
        refused.addAll(own.schemes());
      }
    }
    for (Scheme scheme : encoder.options(tensor)) {
      if (refused.contains(encoder.spelled(scheme))) {
        found.computeIfAbsent(scheme, own -> option(tensor, own, null, "not-fitted"));
      }
    }
  }

  private TensorEvidence.Option option(String tensor, Scheme scheme, Double error, String state) {
    Sensitivity alone = options.measured().get(new TensorOption(tensor, scheme));
    return new TensorEvidence.Option(
        encoder.spelled(scheme),
        encoder.storedBytes(tensor, scheme),
        finite(error),
        alone == null ? null : alone.over(options.samples()).loss(),
        alone == null ? null : alone.disagreeing(),
        alone == null ? null : alone.samples(),
        state);
  }

  private TensorEvidence.Option predicted(TensorOption option, double error, double loss) {
    return new TensorEvidence.Option(
        encoder.spelled(option.scheme()),
        encoder.storedBytes(option.tensor(), option.scheme()),
        finite(error),
        loss,
        null,
        null,
        "predicted");
  }

  private static Double finite(Double error) {
    return error == null || !Double.isFinite(error) ? null : error;
  }

  private static TensorEvidence.Values values(WeightTensor tensor) {
    long count = tensor.elementCount();
    if (count == 0 || count > MOST_VALUES) {
      return null;
    }
    Tensor values = tensor.values();
    int[] lengths = tensor.shape().lengths();
    int axis = tensor.channelAxis();
    int channels = lengths.length == 0 ? 1 : lengths[axis];
    int inner = 1;
    for (int i = axis + 1; i < lengths.length; i++) {
      inner *= lengths[i];
    }
    double[] least = new double[channels];
    double[] most = new double[channels];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    Arrays.fill(most, Double.NEGATIVE_INFINITY);
    double largest = 0;
    double squares = 0;
    for (int i = 0; i < values.size(); i++) {
      double value = values.get(i);
      if (!Double.isFinite(value)) {
        return null;
      }
      int channel = i / inner % channels;
      least[channel] = Math.min(least[channel], value);
      most[channel] = Math.max(most[channel], value);
      largest = Math.max(largest, Math.abs(value));
      squares += value * value;
    }
    double mean = Math.sqrt(squares / count);
    return new TensorEvidence.Values(
        mean == 0 ? 0 : largest / mean, count / channels, spread(least, most));
  }

  /** Channels without a range have nothing to spread. */
  private static double spread(double[] least, double[] most) {
    double[] ranges = new double[least.length];
    int count = 0;
    for (int channel = 0; channel < least.length; channel++) {
      if (most[channel] > least[channel]) {
        ranges[count++] = most[channel] - least[channel];
      }
    }
    if (count == 0) {
      return 1;
    }
    Arrays.sort(ranges, 0, count);
    double median = (ranges[(count - 1) / 2] + ranges[count / 2]) / 2;
    return ranges[count - 1] / median;
  }
}
