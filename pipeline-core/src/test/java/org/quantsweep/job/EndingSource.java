package org.quantsweep.job;

import java.util.List;
import org.quantsweep.BadInputException;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;

/** Samples that can be read until somebody says so. */
final class EndingSource implements SampleSource {
  private final SampleSource source;
  private boolean ended;

  EndingSource(SampleSource source) {
    this.source = source;
  }

  void end() {
    ended = true;
  }

  @Override
  public SampleIndex index() {
    return source.index();
  }

  @Override
  public List<Sample> read(ShardId shard) {
    if (ended) {
      throw new BadInputException("the disk is gone.\nMaybe bring it back.");
    }
    return source.read(shard);
  }
}
