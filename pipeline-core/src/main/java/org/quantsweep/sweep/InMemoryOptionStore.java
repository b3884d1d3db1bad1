package org.quantsweep.sweep;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.quantsweep.digest.Sha256Digest;

/** Keeps options for the life of this process. */
public final class InMemoryOptionStore implements OptionStore {
  private final Map<Sha256Digest, Map<TensorOption, FittedOption>> fitted = new HashMap<>();
  private final Map<Sha256Digest, Map<TensorOption, Sensitivity>> measured = new HashMap<>();
  private final Map<Sha256Digest, Set<Sha256Digest>> openings = new HashMap<>();

  @Override
  public synchronized Map<TensorOption, Double> loadErrors(Sha256Digest calibration) {
    Map<TensorOption, Double> errors = new HashMap<>();
    fitted
        .getOrDefault(calibration, Map.of())
        .forEach((option, found) -> errors.put(option, found.error()));
    return errors;
  }

  @Override
  public synchronized Map<TensorOption, FittedOption> loadFitted(
      Sha256Digest calibration, Collection<TensorOption> options) {
    Map<TensorOption, FittedOption> found =
        new HashMap<>(fitted.getOrDefault(calibration, Map.of()));
    found.keySet().retainAll(new HashSet<>(options));
    return found;
  }

  @Override
  public synchronized void appendFitted(
      Sha256Digest calibration, Map<TensorOption, FittedOption> added) {
    fitted.computeIfAbsent(calibration, key -> new HashMap<>()).putAll(added);
  }

  @Override
  public synchronized Map<TensorOption, Sensitivity> loadSensitivities(Sha256Digest key) {
    return new HashMap<>(measured.getOrDefault(key, Map.of()));
  }

  @Override
  public synchronized void appendSensitivities(
      Sha256Digest key, Map<TensorOption, Sensitivity> added) {
    measured.computeIfAbsent(key, missing -> new HashMap<>()).putAll(added);
  }

  @Override
  public synchronized int openConfirmation(Sha256Digest key, Sha256Digest opening) {
    Set<Sha256Digest> known = openings.computeIfAbsent(key, missing -> new HashSet<>());
    known.add(opening);
    return known.size();
  }

  @Override
  public void close() {}
}
