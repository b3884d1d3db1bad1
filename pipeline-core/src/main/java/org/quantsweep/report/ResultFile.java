package org.quantsweep.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import org.quantsweep.BadInputException;

/** Reads and writes {@code result.json}. */
public final class ResultFile {
  /** Its name in an output folder. */
  public static final String NAME = "result.json";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private ResultFile() {}

  /** As JSON text. */
  public static String toJson(SweepResult result) {
    try {
      return JSON.writeValueAsString(result) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result must have a JSON form.", e);
    }
  }

  /**
   * From JSON text.
   *
   * @param where names the file in messages
   * @throws BadInputException when it is no result, one of a later version, one that rests on no
   *     samples, or one whose chosen model misses the floor of a class
   */
  public static SweepResult fromJson(String text, String where) {
    SweepResult result;
    try {
      result = JSON.readValue(text, SweepResult.class);
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          where
              + ": this is no sweep's result ("
              + e.getOriginalMessage()
              + ").\nMaybe name the folder that a sweep wrote with --output.",
          e);
    }
    if (result.schemaVersion() < 1 || result.schemaVersion() > SweepResult.SCHEMA_VERSION) {
      throw new BadInputException(
          where
              + ": schemaVersion ("
              + result.schemaVersion()
              + ") must be in [1, "
              + SweepResult.SCHEMA_VERSION
              + "]: this program knows no other.\nMaybe use the version that wrote it.");
    }
    result.requireJudged(where);
    result.requireClasses(where);
    return result;
  }
}
