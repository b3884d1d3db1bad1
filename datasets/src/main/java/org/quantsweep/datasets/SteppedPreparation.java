package org.quantsweep.datasets;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/**
 * Takes the first axis of a sample's arrays as the calls that it is made of. Samples that hold no
 * arrays, or their calls already, are as they were.
 *
 * @param call prepares each call
 */
public record SteppedPreparation(SamplePreparation call) implements SamplePreparation {
  private static final String STEPS = "steps";

  @Override
  public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    return call.prepare(sample, inputs);
  }

  @Override
  public List<SortedMap<String, Tensor>> prepareCalls(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    return call.prepareCalls(CallSamples.alongFirstAxis(sample), inputs);
  }

  @Override
  public Sha256Digest digest() {
    return new Sha256Digest.Builder()
        .field("preparation", "steps")
        .field("call", call.digest().hex())
        .build();
  }

  @Override
  public SortedMap<String, String> flags() {
    TreeMap<String, String> flags = new TreeMap<>(call.flags());
    flags.put(STEPS, "true");
    return flags;
  }

  /**
   * The preparation that {@link #flags} of any preparation tell; what they do not tell is as by
   * default.
   *
   * @throws org.quantsweep.UsageException when there is no such fit
   */
  public static SamplePreparation ofFlags(Map<String, String> flags) {
    return of(PicturePreparation.ofFlags(flags), Boolean.parseBoolean(flags.get(STEPS)));
  }

  /**
   * The preparation of each call, or of samples whose first axis counts the calls.
   *
   * @param steps whether it does
   */
  public static SamplePreparation of(SamplePreparation call, boolean steps) {
    return steps ? new SteppedPreparation(call) : call;
  }
}
