package org.quantsweep.report.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.quantsweep.BadInputException;

/** Reads and writes {@code evidence.json}. */
public final class BundleFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private BundleFile() {}

  /** As JSON text, in one line. */
  public static String toJson(EvidenceBundle bundle) {
    try {
      return JSON.writeValueAsString(bundle) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("evidence must have a JSON form.", e);
    }
  }

  /**
   * From JSON text.
   *
   * @param where names the file in messages
   * @throws BadInputException when it is no evidence, or of a later version
   */
  public static EvidenceBundle fromJson(String text, String where) {
    EvidenceBundle bundle;
    try {
      bundle = JSON.readValue(text, EvidenceBundle.class);
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          where
              + ": this is no sweep's evidence ("
              + e.getOriginalMessage()
              + ").\nMaybe name the folder that a sweep wrote with --output.",
          e);
    }
    if (bundle.schemaVersion() < 1 || bundle.schemaVersion() > EvidenceBundle.SCHEMA_VERSION) {
      throw new BadInputException(
          where
              + ": schemaVersion ("
              + bundle.schemaVersion()
              + ") must be in [1, "
              + EvidenceBundle.SCHEMA_VERSION
              + "]: this program knows no other.\nMaybe use the version that wrote it.");
    }
    return bundle;
  }
}
