package org.quantsweep.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
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
  @Override
  public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    return call.prepare(sample, inputs);
  }

  @Override
  public List<SortedMap<String, Tensor>> prepareCalls(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    if (!(sample.content() instanceof SampleContent.NamedArrays named)) {
      return call.prepareCalls(sample, inputs);
    }
    List<SampleContent.NamedArrays> calls = new ArrayList<>();
    SampleFiles.places(named.arrays(), "steps")
        .forEach(arrays -> calls.add(new SampleContent.NamedArrays(arrays)));
    if (calls.isEmpty()) {
      throw new UnreadableSampleException("its arrays have no steps.");
    }
    return call.prepareCalls(
        new Sample(sample.digest(), sample.path(), new SampleContent.Calls(calls), sample.label()),
        inputs);
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
    return call.flags();
  }
}
