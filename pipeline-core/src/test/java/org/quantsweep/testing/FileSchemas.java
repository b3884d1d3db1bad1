package org.quantsweep.testing;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.quantsweep.job.Recipe;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.bundle.EvidenceBundle;

/** The JSON Schemas of the files that a sweep writes, and a validator that is not ours. */
public enum FileSchemas {
  /** {@code result.json}. */
  RESULT("result", ResultFile.NAME, InputFormat.JSON),
  /** {@code evidence.json}. */
  EVIDENCE("evidence", EvidenceBundle.FILE, InputFormat.JSON),
  /** {@code recipe.yaml}. */
  RECIPE("recipe", Recipe.FILE, InputFormat.YAML);

  private final String name;
  private final String file;
  private final InputFormat format;

  FileSchemas(String name, String file, InputFormat format) {
    this.name = name;
    this.file = file;
    this.format = format;
  }

  /** The schema's text. */
  public String text() {
    String resource = "/org/quantsweep/schema/" + name + ".schema.json";
    try (InputStream stream = FileSchemas.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with a file's text, each problem with its place; empty when nothing is. */
  public List<String> problems(String text) {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    Schema schema = registry.getSchema(text(), InputFormat.JSON);
    return schema.validate(text, format).stream().map(Error::toString).toList();
  }

  /**
   * Checks what a sweep has left in a folder.
   *
   * @return the folder
   * @throws AssertionError when a file is not as its schema says, or there is no result
   */
  public static Path requireValid(Path output) {
    for (FileSchemas schema : values()) {
      Path path = output.resolve(schema.file);
      if (schema == RESULT || Files.exists(path)) {
        schema.requireValidFile(path);
      }
    }
    return output;
  }

  private void requireValidFile(Path path) {
    try {
      requireValid(Files.readString(path), path.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Checks a file's text.
   *
   * @param where names it in the message
   * @throws AssertionError when it is not as the schema says
   */
  public void requireValid(String text, String where) {
    List<String> problems = problems(text);
    if (!problems.isEmpty()) {
      throw new AssertionError(
          where + " is not as its schema says:\n" + String.join("\n", problems));
    }
  }
}
