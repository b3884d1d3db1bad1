package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.quantsweep.UsageException;

/**
 * Which columns of somebody's table hold what; the empty text, or no names, leave it to be found. A
 * column inside a struct is named with a dot: {@code image.bytes}.
 *
 * @param content files' bytes: pictures, {@code .npy} or {@code .npz}; by default {@code content},
 *     or the only binary column
 * @param arrays one column for each input of the model, with its name: numbers, numbers in arrays,
 *     or the bytes of an {@code .npy}; by default, without a binary column, every column of arrays
 *     of numbers
 * @param label by default {@code label}, where there is one
 * @param path what a sample is called; by default {@code path}, where there is one, also beside the
 *     content in its struct
 */
public record ColumnNames(String content, List<String> arrays, String label, String path)
    implements Serializable {
  /** All columns are found by their names and types. */
  public static final ColumnNames BY_DEFAULT = new ColumnNames("", List.of(), "", "");

  /**
   * Copies the list.
   *
   * @throws UsageException when a row would be both a file and named arrays
   */
  public ColumnNames {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(path, "path");
    arrays = List.copyOf(arrays);
    if (!content.isEmpty() && !arrays.isEmpty()) {
      throw new UsageException(
          "--content-column ("
              + content
              + ") and --array-columns ("
              + String.join(", ", arrays)
              + ") exclude each other: a row is one file, or named arrays.\n"
              + "Maybe leave one of them out.");
    }
  }
}
