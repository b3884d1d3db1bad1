package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Runs options alone, on one block of samples after the other. What an option does on a block is
 * stored by itself, so that it is the same whoever asks for how many blocks. New findings go to the
 * store group by group: a kill loses the groups that run.
 */
final class OptionRuns {
  private static final String PHASE = "sensitivities";

  private final ModelEncoder encoder;
  private final OptionRunner runner;
  private final OptionStore store;
  private final Sha256Digest key;
  private final long groupBytes;
  private final SearchBudget budget;
  private final SearchListener listener;
  private final Map<SampleBlock, Map<TensorOption, Sensitivity>> known = new HashMap<>();
  private boolean begun;
  private long done;
  private long expected;

  /**
   * Of one sweep.
   *
   * @param key of everything that findings depend on beside the option and the block
   * @param groupBytes how many bytes of decoded weights an executor holds at once
   */
  OptionRuns(
      ModelEncoder encoder,
      OptionRunner runner,
      OptionStore store,
      Sha256Digest key,
      long groupBytes,
      SearchBudget budget,
      SearchListener listener) {
    this.encoder = encoder;
    this.runner = runner;
    this.store = store;
    this.key = key;
    this.groupBytes = groupBytes;
    this.budget = budget;
    this.listener = listener;
  }

  /**
   * Says, for progress only, how many runs are still to come, those of the next question included.
   * All questions are one stage, whose time left does not begin again.
   */
  synchronized void expect(long more) {
    expected = done + more;
  }

  /** How many runs options take on a block, without those that the store knows. */
  long missing(Collection<TensorOption> options, SampleBlock block) {
    Map<TensorOption, Sensitivity> own = known(block);
    return options.stream().filter(option -> isRun(option) && !own.containsKey(option)).count()
        * block.size();
  }

  /**
   * Runs options on a block, as far as the store does not know it.
   *
   * @param sums take what each option does there; the first block of an option begins its sums
   * @return false when the budget ended it: then some options lack the block
   */
  boolean run(
      Collection<TensorOption> options, SampleBlock block, Map<TensorOption, Sensitivity> sums) {
    Map<TensorOption, Sensitivity> own = known(block);
    List<TensorOption> missing = new ArrayList<>();
    for (TensorOption option : new TreeSet<>(options)) {
      if (!isRun(option)) {
        own.put(option, new Sensitivity(0, 0, 0, block.size()));
      } else if (!own.containsKey(option)) {
        missing.add(option);
      }
    }
    Groups groups = new Groups(missing, groupBytes / runner.groupsAtOnce());
    if (!missing.isEmpty()) {
      begin((long) missing.size() * block.size());
      Sha256Digest blockKey = key(block);
      runner.measureEach(
          groups,
          block,
          this::ran,
          found -> {
            store.appendSensitivities(blockKey, found);
            own.putAll(found);
          });
    }
    for (TensorOption option : options) {
      if (own.containsKey(option)) {
        sums.merge(option, own.get(option), Sensitivity::plus);
      }
    }
    return groups.isDone();
  }

  /** Called from any thread. */
  private synchronized void ran(long runs) {
    done += runs;
    listener.phaseAdvanced(PHASE, "runs", Math.min(done, expected), expected);
  }

  private synchronized void begin(long runs) {
    expected = Math.max(expected, done + runs);
    if (begun) {
      listener.phaseResumed(PHASE);
    } else {
      listener.phaseStarted(PHASE, 0);
      begun = true;
    }
  }

  /** Full precision does nothing. */
  private static boolean isRun(TensorOption option) {
    return !(option.scheme() instanceof Scheme.FullPrecision);
  }

  private Map<TensorOption, Sensitivity> known(SampleBlock block) {
    return known.computeIfAbsent(block, own -> new HashMap<>(store.loadSensitivities(key(own))));
  }

  private Sha256Digest key(SampleBlock block) {
    return new Sha256Digest.Builder()
        .field("options", key.hex())
        .field("from", Integer.toString(block.from()))
        .field("end", Integer.toString(block.end()))
        .build();
  }

  /** Options one behind the other, as many as fit; their weights are decoded when they are due. */
  private final class Groups implements Iterator<Map<TensorOption, OptionWeights>> {
    private final List<TensorOption> options;
    private final long mostBytes;
    private int at;

    Groups(List<TensorOption> options, long mostBytes) {
      this.options = options;
      this.mostBytes = mostBytes;
    }

    boolean isDone() {
      return at == options.size();
    }

    @Override
    public boolean hasNext() {
      return !isDone() && !budget.isOver();
    }

    @Override
    public Map<TensorOption, OptionWeights> next() {
      if (isDone()) {
        throw new NoSuchElementException();
      }
      Map<TensorOption, OptionWeights> group = new LinkedHashMap<>();
      long bytes = 0;
      while (!isDone()) {
        TensorOption option = options.get(at);
        long own = encoder.bytesFrom(option.tensor());
        if (!group.isEmpty() && bytes + own > mostBytes) {
          break;
        }
        group.put(option, weights(option));
        bytes += own;
        at++;
      }
      return group;
    }

    private OptionWeights weights(TensorOption option) {
      QuantizationPlan plan =
          new QuantizationPlan(new TreeMap<>(Map.of(option.tensor(), option.scheme())));
      return new OptionWeights(new TreeMap<>(encoder.decoded(plan)));
    }
  }
}
