package org.quantsweep.coreml;

/**
 * Forms that are not offered unless they are asked for.
 *
 * @param forms in words, for example {@code 8-bit codes in blocks}
 * @param reason what is reported of them, as the rest of a sentence
 * @param source where it is reported
 */
public record Guardrail(String forms, String reason, String source) {
  /** In one sentence without a full stop. */
  @Override
  public String toString() {
    return forms + " " + reason + " (" + source + ")";
  }
}
