package org.quantsweep.coreml;

import java.util.Optional;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.Scheme;

/**
 * The bytes of one model's files while its weight tensors are stored otherwise, one after the
 * other. At first all are as given. What does not change is not looked at again, so that many plans
 * that differ in little are sized quickly. For one thread.
 */
public interface FileSizes {
  /**
   * Stores a weight tensor in a scheme from now on.
   *
   * @param scheme a legal one; empty for as it is in the files given
   */
  void store(WeightTensor tensor, Optional<Scheme> scheme);

  /**
   * Says whether a weight tensor gets other values from now on. It keeps its form. An {@linkplain
   * ModelFormat#addableBias addable bias} is there only while it gets values.
   */
  void correct(WeightTensor tensor, boolean corrected);

  /** The bytes of the files as they would be now. */
  ByteSize size();
}
