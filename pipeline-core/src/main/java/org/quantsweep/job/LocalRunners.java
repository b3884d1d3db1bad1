package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.LocalSweepRunner;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;

/**
 * Runs sweeps' tasks in this process. What is prepared of some samples stays for later sweeps of
 * the same model, preparation and criterion.
 */
final class LocalRunners implements AutoCloseable {
  private final Map<SampleSet, SampleSource> sources;
  private final InferenceEngine engine;
  private final int threads;
  private final Map<Key, LocalSweepRunner> prepared = new HashMap<>();

  private record Key(
      Sha256Digest model,
      SampleSet set,
      Sha256Digest samples,
      Sha256Digest preparation,
      String criterion) {}

  LocalRunners(Map<SampleSet, SampleSource> sources, InferenceEngine engine, int threads) {
    this.sources = new EnumMap<>(sources);
    this.engine = engine;
    this.threads = threads;
  }

  SampleSets sets() {
    return new SampleSets() {
      @Override
      public Opened open(SampleSet set, List<String> locations) {
        return new Opened(sources.get(set).index(), sources.get(set).unreadable());
      }

      @Override
      public List<Described> described(SamplePart part, int most) {
        SampleSource source = source(part);
        SampleIndex index = part.index();
        List<Described> described = new ArrayList<>();
        for (int shard = 0; shard < index.shards() && described.size() < most; shard++) {
          for (Sample sample : source.read(new ShardId(shard))) {
            if (described.size() < most) {
              described.add(new Described(sample.path(), sample.label()));
            }
          }
        }
        return described;
      }

      @Override
      public Map<Integer, Sample> read(SamplePart part, Collection<Integer> ranks, long mostBytes) {
        SampleSource source = source(part);
        SampleIndex index = part.index();
        TreeMap<Integer, Sample> found = new TreeMap<>();
        ranks.stream()
            .map(index::shard)
            .distinct()
            .forEach(
                shard -> {
                  for (Sample sample : source.read(shard)) {
                    int rank = index.rank(sample.digest());
                    if (ranks.contains(rank) && bytes(sample.content()) <= mostBytes) {
                      found.put(rank, sample);
                    }
                  }
                });
        return found;
      }
    };
  }

  private static long bytes(SampleContent content) {
    if (content instanceof SampleContent.EncodedPicture picture) {
      return picture.sharedBytes().length;
    }
    if (content instanceof SampleContent.Calls calls) {
      return calls.calls().stream().mapToLong(LocalRunners::bytes).sum();
    }
    return ((SampleContent.NamedArrays) content)
        .arrays().values().stream().mapToLong(array -> 4L * array.size()).sum();
  }

  SweepRunners of(SweepSettings settings) {
    return new SweepRunners() {
      private final Map<SamplePart, LocalSweepRunner> opened = new HashMap<>();

      @Override
      public SweepRunner open(
          ModelFiles reference, SamplePart part, Consumer<Map<Sha256Digest, Evidence>> finished) {
        LocalSweepRunner runner = runner(settings, reference, part);
        opened.put(part, runner);
        return new Told(runner, runner.cost(), finished);
      }

      @Override
      public OptionRunner openOptions(OptionWork work) {
        return new LocalOptionRunner(
            ModelReader.read(work.model(), settings.model()),
            opened.get(work.calibration()).prepared(work.calibration().index()),
            opened.get(work.selection()).prepared(work.sensitivity()),
            settings.criterion(),
            engine,
            settings
                .perTensor()
                .map(PerTensorSettings::calibration)
                .orElse(CalibrationSettings.DEFAULT),
            threads);
      }

      @Override
      public int parallelism() {
        return threads;
      }
    };
  }

  @Override
  public void close() {
    prepared.values().forEach(LocalSweepRunner::close);
  }

  private LocalSweepRunner runner(SweepSettings settings, ModelFiles reference, SamplePart part) {
    Key key =
        new Key(
            reference.digest(),
            part.set(),
            part.index().setDigest(),
            settings.preparation().digest(),
            settings.criterion().toString());
    return prepared.computeIfAbsent(
        key,
        missing ->
            new LocalSweepRunner(
                ModelReader.read(reference, settings.model()),
                source(part),
                settings.preparation(),
                settings.criterion(),
                engine,
                threads));
  }

  private SampleSource source(SamplePart part) {
    return new SampleSubset(sources.get(part.set()), part.index());
  }

  /** One sweep's use of a runner, which others use after it. */
  private record Told(
      LocalSweepRunner runner, SweepCost before, Consumer<Map<Sha256Digest, Evidence>> finished)
      implements SweepRunner {
    @Override
    public ReferenceEvidence runReference() {
      return runner.runReference();
    }

    @Override
    public ReferenceEvidence runReference(Consumer<ReferenceEvidence> found) {
      return runner.runReference(found);
    }

    @Override
    public void know(ReferenceEvidence known) {
      runner.know(known);
    }

    @Override
    public int slots() {
      return runner.slots();
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      Map<Sha256Digest, Evidence> found = runner.evaluate(tasks, models);
      finished.accept(found);
      return found;
    }

    @Override
    public SweepCost cost() {
      SweepCost now = runner.cost();
      return new SweepCost(
          now.referenceInferences() - before.referenceInferences(),
          now.candidateInferences() - before.candidateInferences(),
          now.preparationSeconds() - before.preparationSeconds(),
          now.inferenceSeconds() - before.inferenceSeconds());
    }

    @Override
    public void close() {}
  }
}
