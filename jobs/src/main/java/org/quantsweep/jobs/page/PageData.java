package org.quantsweep.jobs.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;

/**
 * What the page's scripts read.
 *
 * @param result of a sweep; null for two given models
 * @param comparison of two given models; null for a sweep
 */
record PageData(
    SweepResult result, Comparison comparison, EvidenceBundle evidence, GraphLayout layout) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As JSON that may stand in a script element: no text ends it, or begins a comment. */
  String toScript() {
    try {
      return JSON.writeValueAsString(this)
          .replace("&", "\\u0026")
          .replace("<", "\\u003c")
          .replace(">", "\\u003e");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the page's data must have a JSON form.", e);
    }
  }
}
