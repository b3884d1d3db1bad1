package org.quantsweep.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class CallSamplesTest {
  private static SortedMap<String, Tensor> arrays(String name, Shape shape, float... numbers) {
    return new TreeMap<>(Map.of(name, Tensor.wrap(shape, numbers)));
  }

  private static Sample sample(SortedMap<String, Tensor> arrays) {
    return new Sample(
        SampleFiles.digest(arrays), "a.npz", new SampleContent.NamedArrays(arrays), "label");
  }

  @Test
  void theFirstAxisGivesTheSampleThatAFolderOfTheSameCallsIs() throws Exception {
    Sample along = CallSamples.alongFirstAxis(sample(arrays("x", Shape.of(2, 1), 1, 2)));

    Sample calls =
        CallSamples.of(
            "a.npz", "label", List.of(arrays("x", Shape.of(1), 1), arrays("x", Shape.of(1), 2)));
    assertThat(along).isEqualTo(calls);
    assertThat(CallSamples.alongFirstAxis(calls)).isEqualTo(calls);
  }

  @Test
  void theOrderOfCallsCounts() {
    SortedMap<String, Tensor> one = arrays("x", Shape.of(1), 1);
    SortedMap<String, Tensor> two = arrays("x", Shape.of(1), 2);

    assertThat(CallSamples.of("a", "", List.of(one, two)).digest())
        .isNotEqualTo(CallSamples.of("a", "", List.of(two, one)).digest());
    // One call is another sample than its arrays alone: a model with a state tells them apart.
    assertThat(CallSamples.of("a", "", List.of(one)).digest()).isNotEqualTo(sample(one).digest());
    assertThat(CallSamples.of("a", "", List.of(one)).digest())
        .isEqualTo(new Sha256Digest.Builder().field("call", SampleFiles.digest(one).hex()).build());
  }

  @Test
  void aPictureStaysAsItIs() throws Exception {
    Sample picture =
        new Sample(
            Sha256Digest.of(new byte[] {1}),
            "a.png",
            new SampleContent.EncodedPicture(new byte[] {1}),
            "");
    assertThat(CallSamples.alongFirstAxis(picture)).isSameAs(picture);
  }

  @Test
  void arraysWithoutStepsAreRefused() {
    assertThatThrownBy(() -> CallSamples.alongFirstAxis(sample(arrays("x", Shape.of(0, 2)))))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage("its arrays have no steps.");
    SortedMap<String, Tensor> uneven = arrays("x", Shape.of(2), 1, 2);
    uneven.put("y", Tensor.wrap(Shape.of(1), new float[] {3}));
    assertThatThrownBy(() -> CallSamples.alongFirstAxis(sample(uneven)))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage(
            "array 'y' has the shape [1], but the first axis of every array must count the same"
                + " steps.");
  }

  @Test
  void storedCallsAreRestored() throws Exception {
    SampleContent.Calls calls =
        new SampleContent.Calls(
            List.of(
                new SampleContent.NamedArrays(arrays("x/y", Shape.of(1, 2), 1, -0.0f)),
                new SampleContent.NamedArrays(arrays("", Shape.of(), Float.NaN))));

    byte[] stored = CallSamples.stored(calls);

    assertThat(CallSamples.restored(stored)).isEqualTo(calls);
    assertThat(CallSamples.stored(calls)).isEqualTo(stored);
    assertThat(CallSamples.storedDigest(stored))
        .isEqualTo(
            CallSamples.of(
                    "", "", calls.calls().stream().map(SampleContent.NamedArrays::arrays).toList())
                .digest());
    for (byte[] damaged :
        List.of(
            new byte[0],
            new byte[4],
            Arrays.copyOf(stored, 20),
            Arrays.copyOf(stored, stored.length + 1),
            new byte[] {0, 0, 0, 1, -1},
            new byte[] {0, 0, 0, 1, -1, -1, -1, -1})) {
      for (ThrowingCallable reading :
          List.<ThrowingCallable>of(
              () -> CallSamples.restored(damaged), () -> CallSamples.storedDigest(damaged))) {
        assertThatThrownBy(reading)
            .isInstanceOf(UnreadableSampleException.class)
            .hasMessage("the stored calls are damaged.");
      }
    }
  }

  @Test
  void thePreparationIsToldByItsFlags() {
    SteppedPreparation stepped = new SteppedPreparation(PicturePreparation.DEFAULT);

    assertThat(stepped.flags())
        .isEqualTo(Map.of("steps", "true", "fit", "stretch", "exif-orientation", "false"));
    assertThat(SteppedPreparation.ofFlags(stepped.flags())).isEqualTo(stepped);
    assertThat(SteppedPreparation.ofFlags(Map.of())).isEqualTo(PicturePreparation.DEFAULT);
    assertThat(stepped.digest()).isNotEqualTo(PicturePreparation.DEFAULT.digest());
  }
}
