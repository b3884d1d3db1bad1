package org.quantsweep.sweep;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.OptimalTableSet;

/**
 * Runs the passes over single options, in this process or on a cluster. Both give the same numbers
 * for any number of partitions: sums go by sample within a shard, then by shard.
 */
public interface OptionRunner extends AutoCloseable {
  /**
   * Gathers the inputs of the layers of some weight tensors on the calibration samples, fits the
   * calibrated options, and finds the own error of all.
   *
   * @param options all of weight tensors that can be calibrated; where the inputs of a layer turn
   *     out to be of no use, those of its weight tensor come back refused
   * @param tables those of least error that are known, by weight tensor; others are found
   * @param progress hears what is done
   */
  Map<TensorOption, FittedOption> fit(
      Collection<TensorOption> options, Map<String, OptimalTableSet> tables, FitProgress progress);

  /** The same where no table is known, and nobody listens. */
  default Map<TensorOption, FittedOption> fit(Collection<TensorOption> options) {
    return fit(options, Map.of(), FitProgress.SILENT);
  }

  /**
   * Fits options as {@link #fit} does and keeps those that are not refused in a store. Codes of
   * large weight tensors need not pass through this process.
   *
   * @param key that the store keeps them under
   * @return all options, perhaps without their codes
   */
  default Map<TensorOption, FittedOption> fitInto(
      OptionStore store,
      Sha256Digest key,
      Collection<TensorOption> options,
      Map<String, OptimalTableSet> tables,
      FitProgress progress) {
    Map<TensorOption, FittedOption> fitted = fit(options, tables, progress);
    Map<TensorOption, FittedOption> kept = new TreeMap<>(fitted);
    kept.values().removeIf(found -> found.refusal().isPresent());
    store.appendFitted(key, kept);
    return fitted;
  }

  /**
   * Options that are fitted together: the inputs of their layers are gathered at once.
   *
   * @param options as for {@link #fit}
   * @param tables as for {@link #fit}
   */
  record FitGroup(Collection<TensorOption> options, Map<String, OptimalTableSet> tables) {}

  /**
   * Fits groups of options as {@link #fitInto} does, several at once where one leaves slots idle.
   *
   * @param groups the next is asked for when it is about to begin
   * @param progress hears what is done
   * @param found takes what each group gave, in the order of the groups; by then the store has it
   */
  default void fitEach(
      OptionStore store,
      Sha256Digest key,
      Iterator<FitGroup> groups,
      FitProgress progress,
      Consumer<Map<TensorOption, FittedOption>> found) {
    groups.forEachRemaining(
        group -> found.accept(fitInto(store, key, group.options(), group.tables(), progress)));
  }

  /**
   * Runs each option alone on sensitivity samples: the network up to the layer once, the layer and
   * what follows for each option.
   *
   * @param block which of the samples
   * @param ran hears, from any thread, of how many more runs are done: of one option on one sample
   */
  Map<TensorOption, Sensitivity> measure(
      Map<TensorOption, OptionWeights> options, SampleBlock block, LongConsumer ran);

  /** The same on all of the samples, and nobody listens. */
  default Map<TensorOption, Sensitivity> measure(Map<TensorOption, OptionWeights> options) {
    return measure(options, SampleBlock.ALL, runs -> {});
  }

  /** How many groups {@link #measureEach} runs at once at most: they share an executor's memory. */
  default int groupsAtOnce() {
    return 1;
  }

  /**
   * Runs groups of options as {@link #measure} does, several at once where one leaves slots idle.
   *
   * @param groups the next is asked for when it is about to begin
   * @param ran as for {@link #measure}
   * @param found takes what each group gave, in the order of the groups
   */
  default void measureEach(
      Iterator<Map<TensorOption, OptionWeights>> groups,
      SampleBlock block,
      LongConsumer ran,
      Consumer<Map<TensorOption, Sensitivity>> found) {
    groups.forEachRemaining(group -> found.accept(measure(group, block, ran)));
  }

  /** What was done so far; a run of the whole network counts as one inference. */
  SweepCost cost();

  @Override
  void close();
}
