package org.quantsweep.sweep;

import java.util.Collection;
import java.util.Map;
import org.quantsweep.digest.Sha256Digest;

/**
 * Keeps what was found of single options, by digests of everything that they depend on. What is
 * appended twice reads as once.
 */
public interface OptionStore extends AutoCloseable {
  /** The own errors of the options that were fitted under a key. */
  Map<TensorOption, Double> loadErrors(Sha256Digest calibration);

  /** Fitted options; those unknown are left out. */
  Map<TensorOption, FittedOption> loadFitted(
      Sha256Digest calibration, Collection<TensorOption> options);

  /** Adds fitted options and makes them durable. */
  void appendFitted(Sha256Digest calibration, Map<TensorOption, FittedOption> fitted);

  /** The sensitivities under a key. */
  Map<TensorOption, Sensitivity> loadSensitivities(Sha256Digest key);

  /** Adds sensitivities and makes them durable. */
  void appendSensitivities(Sha256Digest key, Map<TensorOption, Sensitivity> measured);

  /**
   * Records that the confirmation samples of a reference were opened.
   *
   * @param key of reference and confirmation set
   * @param opening digest of everything that was asked of them: the same again tells nobody more,
   *     and is no new opening
   * @return how often they were opened, this time included
   */
  int openConfirmation(Sha256Digest key, Sha256Digest opening);

  @Override
  void close();
}
