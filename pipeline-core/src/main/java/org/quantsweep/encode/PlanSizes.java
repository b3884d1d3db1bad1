package org.quantsweep.encode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.quantsweep.coreml.FileSizes;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.Scheme;

/**
 * The exact sizes of one model's plans, one after the other. Only weight tensors whose scheme is
 * not that of the plan before are looked at, so that the plans of a line, or a plan's neighbours,
 * cost little in a model of many weight tensors. Safe for several threads, one at a time.
 */
final class PlanSizes {
  private final ModelFormat format;
  private final FileSizes files;
  private final Rules rules;
  private final Map<String, Stored> byIdentity = new HashMap<>();
  private final Map<WeightTensor, Stored> byTensor = new HashMap<>();
  private int named;

  /**
   * What the encoder knows of plans.
   *
   * @param requireLegal refuses a plan
   * @param smallest what a weight tensor is stored in for a scheme; empty for as stored
   * @param bias that a fitted weight tensor may correct
   * @param addableBias that a scheme may add to a weight tensor's layer
   */
  record Rules(
      Consumer<QuantizationPlan> requireLegal,
      BiFunction<WeightTensor, Scheme, Optional<Scheme>> smallest,
      Function<WeightTensor, Optional<WeightTensor>> bias,
      Function<WeightTensor, Optional<WeightTensor>> addableBias) {}

  /** A weight tensor under the last plan. */
  private static final class Stored {
    final WeightTensor tensor;
    final List<Stored> layer;
    final Map<Scheme, Optional<Scheme>> smallest = new HashMap<>();

    /** What the plan names; null for nothing. */
    Scheme named;

    /** What it is stored in; null for as it is in the files. */
    Scheme scheme;

    /** How many fitted weight tensors may correct it. */
    int correcting;

    boolean corrected;

    Stored(WeightTensor tensor, List<Stored> layer) {
      this.tensor = tensor;
      this.layer = layer;
    }
  }

  PlanSizes(ModelFormat format, Iterable<WeightTensor> tensors, Rules rules) {
    this.format = format;
    this.files = format.sizes();
    this.rules = rules;
    Map<Layer, List<Stored>> layers = new HashMap<>();
    for (WeightTensor tensor : tensors) {
      List<Stored> layer = layers.computeIfAbsent(tensor.layer(), own -> new ArrayList<>());
      Stored stored = new Stored(tensor, layer);
      layer.add(stored);
      byIdentity.put(tensor.identity(), stored);
      byTensor.put(tensor, stored);
    }
  }

  /** The bytes of the files of a plan. */
  synchronized ByteSize of(QuantizationPlan plan) {
    requireLegal(plan);
    Set<List<Stored>> layers = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Stored> changed = new ArrayList<>();
    int now = 0;
    int before = 0;
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      Stored stored = byIdentity.get(entry.getKey());
      now++;
      before += stored.named == null ? 0 : 1;
      if (!entry.getValue().equals(stored.named)) {
        stored.named = entry.getValue();
        changed.add(stored);
      }
    }
    if (before < named) {
      // Something was named before that no longer is.
      for (Stored stored : byIdentity.values()) {
        if (stored.named != null && !plan.schemes().containsKey(stored.tensor.identity())) {
          stored.named = null;
          changed.add(stored);
        }
      }
    }
    named = now;
    for (Stored stored : changed) {
      if (layers.add(stored.layer)) {
        store(stored.layer);
      }
    }
    return files.size();
  }

  /** Before anything is changed: a plan that is refused leaves all as it was. */
  private void requireLegal(QuantizationPlan plan) {
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      Stored stored = byIdentity.get(entry.getKey());
      if (stored == null
          || (!entry.getValue().equals(stored.named)
              && !stored.smallest.containsKey(entry.getValue()))) {
        rules.requireLegal().accept(plan);
        return;
      }
    }
  }

  /** Stores the weight tensors of a layer as they are named. */
  private void store(List<Stored> layer) {
    Map<WeightTensor, Scheme> wanted = new LinkedHashMap<>();
    for (Stored stored : layer) {
      if (stored.named != null) {
        stored
            .smallest
            .computeIfAbsent(stored.named, scheme -> rules.smallest().apply(stored.tensor, scheme))
            .ifPresent(scheme -> wanted.put(stored.tensor, scheme));
      }
    }
    Map<WeightTensor, Scheme> completed = format.completed(wanted);
    for (Stored stored : layer) {
      Scheme scheme = completed.get(stored.tensor);
      if (scheme == null ? stored.scheme != null : !scheme.equals(stored.scheme)) {
        boolean corrects = isFitted(stored.scheme);
        boolean adds = addsBias(stored.scheme);
        stored.scheme = scheme;
        files.store(stored.tensor, Optional.ofNullable(scheme));
        correct(stored);
        if (corrects != isFitted(scheme)) {
          rules
              .bias()
              .apply(stored.tensor)
              .map(byTensor::get)
              .ifPresent(
                  bias -> {
                    bias.correcting += corrects ? -1 : 1;
                    correct(bias);
                  });
        }
        if (adds != addsBias(scheme)) {
          rules.addableBias().apply(stored.tensor).ifPresent(bias -> files.correct(bias, !adds));
        }
      }
    }
  }

  private void correct(Stored bias) {
    boolean corrected =
        bias.correcting > 0
            && !(bias.scheme instanceof Scheme.Compression)
            && !bias.tensor.storage().isQuantized();
    if (corrected != bias.corrected) {
      bias.corrected = corrected;
      files.correct(bias.tensor, corrected);
    }
  }

  private static boolean addsBias(Scheme scheme) {
    return scheme instanceof Scheme.Compression compression && compression.addsBias();
  }

  private static boolean isFitted(Scheme scheme) {
    return scheme instanceof Scheme.Compression compression && compression.calibrated();
  }
}
