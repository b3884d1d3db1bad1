package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.tensor.Tensor;

/**
 * Gathers the moments of what some layers are fed with, sample by sample. The places that a sample
 * gives follow from the seed, the sample and the weight tensor, so the order of samples and their
 * shards change the last bits of sums only. Not safe for several threads.
 */
public final class MomentsCollector {
  /** Rows of x that are multiplied at once, and how many numbers they may be in all groups. */
  private static final int ROWS = 256;

  private static final int NUMBERS = 1 << 25;

  private final CalibrationSettings settings;
  private final Map<String, Source> sources = new LinkedHashMap<>();

  /**
   * A value that a layer is fed with.
   *
   * @param boundary where it is live
   */
  private record Feed(String value, int boundary) {}

  private static final class Source {
    private final List<Feed> feeds;
    private final LayerInputs inputs;
    private final InputMoments moments;
    private final Optional<PassingSums> passing;
    private final double[][] buffer;
    private final int most;
    private int rows;

    Source(
        List<Feed> feeds,
        WeightTensor tensor,
        LinearUse use,
        Optional<WeightTensor> bias,
        CalibrationSettings settings) {
      this.feeds = feeds;
      this.inputs = LayerInputs.of(tensor, use);
      this.passing = PassingSums.of(tensor, use, bias, inputs);
      this.moments =
          new InputMoments(
              inputs.groups(),
              inputs.order(),
              settings.block(inputs.groups(), inputs.order()),
              passing.isPresent() ? inputs.groups() * inputs.rows() : 0);
      this.most =
          (int) Math.max(1, Math.min(ROWS, NUMBERS / ((long) inputs.groups() * inputs.order())));
      this.buffer =
          inputs.isNamed() ? new double[0][] : new double[inputs.groups()][most * inputs.order()];
    }

    void add(Tensor input, int place) {
      inputs.gatherAll(input, place, buffer, rows * inputs.order());
      rows++;
      if (rows == most) {
        flush();
      }
    }

    /** Counts all that an input names: no place costs more than another. */
    void count(Tensor input) {
      for (int place = 0; place < inputs.places(input); place++) {
        int group = inputs.named(input, place);
        if (group >= 0) {
          moments.count(group);
        }
      }
    }

    void flush() {
      for (int group = 0; group < inputs.groups() && rows > 0; group++) {
        moments.add(group, buffer[group], rows);
        if (passing.isPresent()) {
          passing.get().add(moments, group, buffer[group], rows);
        }
      }
      rows = 0;
    }
  }

  /**
   * For weight tensors that {@link CalibratedQuantizer#isCalibratable} accepts; others are left
   * out, and so are those of functions that the model is not seen as.
   */
  public MomentsCollector(
      CoreMLModel model, Collection<WeightTensor> tensors, CalibrationSettings settings) {
    this.settings = settings;
    ModelCuts cuts = model.cuts();
    for (WeightTensor tensor : tensors) {
      model
          .format()
          .linearUse(tensor)
          .ifPresent(
              use -> {
                List<Feed> feeds = feeds(cuts, tensor, use);
                if (!feeds.isEmpty()) {
                  Optional<WeightTensor> bias =
                      use.bias().or(() -> model.format().addableBias(tensor));
                  sources.put(tensor.identity(), new Source(feeds, tensor, use, bias, settings));
                }
              });
    }
  }

  private static List<Feed> feeds(ModelCuts cuts, WeightTensor tensor, LinearUse use) {
    List<Feed> feeds = new ArrayList<>();
    for (String value : use.inputs()) {
      cuts.reading(tensor, value).ifPresent(boundary -> feeds.add(new Feed(value, boundary)));
    }
    return feeds;
  }

  /** The boundaries whose blobs are needed. */
  public SortedSet<Integer> boundaries() {
    SortedSet<Integer> boundaries = new TreeSet<>();
    for (Source source : sources.values()) {
      source.feeds.forEach(feed -> boundaries.add(feed.boundary()));
    }
    return boundaries;
  }

  /**
   * Adds what one sample feeds to the layers. Its calls share the places that a sample gives;
   * layers that share weights give so many each.
   *
   * @param calls for each call, the live blobs at each of {@link #boundaries}
   */
  public void add(Sha256Digest sample, List<? extends Map<Integer, Map<String, Tensor>>> calls) {
    int most = (settings.patchesPerSample() + calls.size() - 1) / calls.size();
    sources.forEach(
        (tensor, source) -> {
          // Each call and layer has places of its own; the first's follow from the sample alone.
          long draw = 0;
          for (Map<Integer, Map<String, Tensor>> boundaries : calls) {
            for (Feed feed : source.feeds) {
              Tensor input = boundaries.get(feed.boundary()).get(feed.value());
              if (input == null) {
                // It lies in a branch that was not taken.
                draw++;
                continue;
              }
              if (source.inputs.isNamed()) {
                source.count(input);
              } else {
                draw(source, input, most, random(sample, tensor, draw));
              }
              draw++;
            }
          }
        });
  }

  /**
   * A sample could not be looked into: told where no other can be.
   *
   * @param reason a phrase without full stop
   */
  public void failed(String reason) {
    sources.values().forEach(source -> source.moments.failed(reason));
  }

  private SplittableRandom random(Sha256Digest sample, String tensor, long draw) {
    return new SplittableRandom(
        settings.seed() * 0x9E3779B97F4A7C15L
            + 31L * sample.hex().hashCode()
            + tensor.hashCode()
            + draw * 0xD1342543DE82EF95L);
  }

  /** Draws without repetition where all are taken, with it otherwise: it hardly ever does. */
  private static void draw(Source source, Tensor input, int most, SplittableRandom random) {
    int places = source.inputs.places(input);
    int wanted = Math.min(places, most);
    for (int i = 0; i < wanted; i++) {
      source.add(input, wanted == places ? i : random.nextInt(places));
    }
  }

  /** The moments of all samples so far, by weight tensor. */
  public Map<String, InputMoments> moments() {
    Map<String, InputMoments> moments = new TreeMap<>();
    sources.forEach(
        (tensor, source) -> {
          source.flush();
          moments.put(tensor, source.moments);
        });
    return moments;
  }
}
