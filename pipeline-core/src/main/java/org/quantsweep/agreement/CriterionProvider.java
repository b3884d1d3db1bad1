package org.quantsweep.agreement;

/**
 * A user's own criterion, found by {@link java.util.ServiceLoader}. Its id and version enter the
 * digests, so a new version is never mistaken for an old one's evaluations.
 */
public interface CriterionProvider {
  /**
   * The name before the colon, for example {@code ssim}; lower-case letters, digits and hyphens.
   */
  String id();

  /** Changes whenever an answer may change. */
  String version();

  /**
   * Makes the criterion. It need not know of {@code @OUTPUT}: where one output is named, it is
   * shown answers that hold that one alone.
   *
   * @param argument the text after the colon, or empty
   * @throws org.quantsweep.UsageException when the argument makes no sense
   */
  Criterion create(String argument);
}
