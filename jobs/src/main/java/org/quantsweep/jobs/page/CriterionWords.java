package org.quantsweep.jobs.page;

/**
 * What a criterion asks of an answer, in words.
 *
 * @param does the rest of a sentence that begins with the model
 */
record CriterionWords(String does) {
  /** Of a criterion as it is written; one that is not known here stands by its name. */
  static CriterionWords of(String criterion) {
    int at = criterion.indexOf('@');
    String form = at < 0 ? criterion : criterion.substring(0, at);
    String output = at < 0 ? "" : " of output '" + criterion.substring(at + 1) + "'";
    int colon = form.indexOf(':');
    String name = colon < 0 ? form : form.substring(0, colon);
    String argument = colon < 0 ? "" : form.substring(colon + 1);
    return new CriterionWords(
        switch (name) {
          case "top-1" -> "gives the same top class" + output;
          case "top-k" -> "keeps the top class" + output + " among its first " + argument;
          case "psnr" -> "comes within a PSNR of " + argument + " dB" + output;
          case "snr" -> "comes within an SNR of " + argument + " dB" + output;
          case "cosine" -> "comes within a cosine of " + argument + output;
          case "largest-error" -> "errs by at most " + argument + output;
          case "pixel-agreement" ->
              "gives a share of " + argument + " of pixels the same class" + output;
          default -> "agrees by " + criterion;
        });
  }
}
