package org.quantsweep.calibration;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.tensor.Tensor;

/**
 * Gathers the moments of what some layers are fed with, sample by sample. The places that a sample
 * gives follow from the seed, the sample and the weight tensor, so the order of samples and their
 * shards change the last bits of sums only. Not safe for several threads.
 */
public final class MomentsCollector {
  /** Rows of x that are multiplied at once. */
  private static final int ROWS = 256;

  private final CalibrationSettings settings;
  private final Map<String, Source> sources = new LinkedHashMap<>();

  private static final class Source {
    private final String blob;
    private final int boundary;
    private final LayerInputs inputs;
    private final InputMoments moments;
    private final double[][] buffer;
    private int rows;

    Source(String blob, int boundary, LayerInputs inputs, CalibrationSettings settings) {
      this.blob = blob;
      this.boundary = boundary;
      this.inputs = inputs;
      this.moments =
          new InputMoments(
              inputs.groups(), inputs.columns(), inputs.columns() > settings.largestOrder());
      this.buffer = new double[inputs.groups()][ROWS * inputs.columns()];
    }

    void add(Tensor input, int place) {
      for (int group = 0; group < inputs.groups(); group++) {
        inputs.gather(input, place, group, buffer[group], rows * inputs.columns());
      }
      rows++;
      if (rows == ROWS) {
        flush();
      }
    }

    void flush() {
      for (int group = 0; group < inputs.groups() && rows > 0; group++) {
        moments.add(group, buffer[group], rows);
      }
      rows = 0;
    }
  }

  /**
   * For weight tensors that {@link CalibratedQuantizer#isCalibratable} accepts; others are left
   * out.
   */
  public MomentsCollector(
      CoreMLModel model, Collection<WeightTensor> tensors, CalibrationSettings settings) {
    this.settings = settings;
    for (WeightTensor tensor : tensors) {
      model
          .format()
          .linearUse(tensor)
          .ifPresent(
              use ->
                  sources.put(
                      tensor.identity(),
                      new Source(
                          use.input(),
                          model.layers().indexOf(tensor.layer()),
                          LayerInputs.of(tensor, use),
                          settings)));
    }
  }

  /** The boundaries whose blobs are needed. */
  public SortedSet<Integer> boundaries() {
    SortedSet<Integer> boundaries = new TreeSet<>();
    sources.values().forEach(source -> boundaries.add(source.boundary));
    return boundaries;
  }

  /**
   * Adds what one sample feeds to the layers.
   *
   * @param boundaries the live blobs at each of {@link #boundaries}
   */
  public void add(Sha256Digest sample, Map<Integer, Map<String, Tensor>> boundaries) {
    sources.forEach(
        (tensor, source) -> {
          Tensor input = boundaries.get(source.boundary).get(source.blob);
          int places = source.inputs.places(input);
          int wanted = Math.min(places, settings.patchesPerSample());
          SplittableRandom random =
              new SplittableRandom(
                  settings.seed() * 0x9E3779B97F4A7C15L
                      + 31L * sample.hex().hashCode()
                      + tensor.hashCode());
          // Drawn without repetition where all are taken, with it otherwise: it hardly ever does.
          for (int i = 0; i < wanted; i++) {
            source.add(input, wanted == places ? i : random.nextInt(places));
          }
        });
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
