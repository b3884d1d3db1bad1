package org.quantsweep.sample;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.tensor.Tensor;

/** What a sample holds: a picture file's original bytes, or arrays by input name, once or often. */
public sealed interface SampleContent extends Serializable {
  /** The original bytes of a picture file (JPEG, PNG, BMP), not decoded. */
  final class EncodedPicture implements SampleContent {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;

    /** Keeps the given array: the caller must not change it any more. */
    public EncodedPicture(byte[] bytes) {
      this.bytes = bytes;
    }

    /** The array inside, not copied: whoever takes it must not write to it. */
    public byte[] sharedBytes() {
      return bytes;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof EncodedPicture picture && Arrays.equals(bytes, picture.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /**
   * Arrays by the name of the model input that they are for. A single array without a name, as a
   * {@code .npy} file holds it, is stored under the empty name and goes to the model's only input.
   */
  record NamedArrays(SortedMap<String, Tensor> arrays) implements SampleContent {
    /** Copies the map. */
    public NamedArrays {
      arrays = Collections.unmodifiableSortedMap(new TreeMap<>(arrays));
    }
  }

  /**
   * Calls that follow each other and make one sample: a model with a state takes it from call to
   * call.
   *
   * @param calls at least one
   */
  record Calls(List<NamedArrays> calls) implements SampleContent {
    /** Copies the list. */
    public Calls {
      calls = List.copyOf(calls);
      if (calls.isEmpty()) {
        throw new IllegalArgumentException("a sample has at least one call.");
      }
    }
  }
}
