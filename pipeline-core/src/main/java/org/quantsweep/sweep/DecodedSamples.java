package org.quantsweep.sweep;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;

/** Samples that are decoded when they are first asked for, and kept. No model is run. */
final class DecodedSamples implements ReadySamples {
  private final SampleSource source;
  private final ShardEvaluator evaluator;
  private final List<InputDescription> inputs;
  private final Map<ShardId, List<PreparedSample>> decoded = new ConcurrentHashMap<>();
  private SweepCost cost = SweepCost.NONE;

  DecodedSamples(SampleSource source, ShardEvaluator evaluator, List<InputDescription> inputs) {
    this.source = source;
    this.evaluator = evaluator;
    this.inputs = inputs;
  }

  @Override
  public SampleIndex index() {
    return source.index();
  }

  @Override
  public List<PreparedSample> shard(ShardId shard) {
    return decoded.computeIfAbsent(
        shard,
        id -> {
          ShardEvaluator.Result<List<PreparedSample>> result =
              evaluator.decode(source.read(id), inputs);
          add(result.cost());
          return result.value();
        });
  }

  private synchronized void add(SweepCost more) {
    cost = cost.plus(more);
  }

  @Override
  public synchronized SweepCost cost() {
    return cost;
  }
}
