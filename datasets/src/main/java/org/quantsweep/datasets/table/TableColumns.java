package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/**
 * What the columns of somebody's table mean. A row is a picture when there is a binary column
 * ({@code content}, or the only one), else named arrays: each column of numbers nested in arrays
 * ({@code array<float>}, {@code array<array<double>>}, ...) is the array of the input with its
 * name. The columns {@code path} and {@code label} are taken where they are.
 *
 * @param picture the binary column, or the empty text
 * @param arrays the array columns; empty for pictures
 */
record TableColumns(String picture, List<String> arrays) implements Serializable {
  private static final String CONTENT = "content";
  private static final String PATH = "path";
  private static final String LABEL = "label";

  /** Columns before the content, in what {@link #rows} selects. */
  private static final int NAMED = 2;

  TableColumns {
    arrays = List.copyOf(arrays);
  }

  /**
   * Reads a table's schema.
   *
   * @throws BadInputException when no column can hold samples
   */
  static TableColumns of(Dataset<Row> table, String source) {
    List<String> binaries = new ArrayList<>();
    List<String> arrays = new ArrayList<>();
    for (StructField field : table.schema().fields()) {
      if (field.dataType() instanceof BinaryType) {
        binaries.add(field.name());
      } else if (!field.name().equals(LABEL) && isNumbers(field.dataType())) {
        arrays.add(field.name());
      }
    }
    if (binaries.contains(CONTENT) || binaries.size() == 1) {
      return new TableColumns(binaries.contains(CONTENT) ? CONTENT : binaries.get(0), List.of());
    }
    if (binaries.isEmpty() && !arrays.isEmpty()) {
      return new TableColumns("", arrays);
    }
    throw new BadInputException(
        source
            + ": the table's columns ("
            + String.join(", ", table.columns())
            + (binaries.isEmpty()
                ? ") hold neither picture files (binary) nor arrays of numbers."
                : ") hold several binary ones, and none is named 'content'.")
            + "\nMaybe rename the column that holds the picture files' bytes to 'content'.");
  }

  private static boolean isNumbers(DataType type) {
    if (!(type instanceof ArrayType array)) {
      return false;
    }
    return array.elementType() instanceof NumericType || isNumbers(array.elementType());
  }

  /** The samples of a table as rows of a sample table, not merged. */
  Dataset<Row> rows(Dataset<Row> table, IngestLimits limits) {
    List<String> given = List.of(table.columns());
    List<Column> wanted = new ArrayList<>();
    for (String name : List.of(PATH, LABEL)) {
      wanted.add(
          given.contains(name)
              ? table.col(quoted(name)).cast("string")
              : functions.lit(null).cast("string"));
    }
    for (String name : picture.isEmpty() ? arrays : List.of(picture)) {
      wanted.add(table.col(quoted(name)));
    }
    TableColumns columns = this;
    FlatMapFunction<Row, Row> read = row -> List.of(columns.row(row, limits)).iterator();
    return table
        .sparkSession()
        .createDataFrame(
            table.select(wanted.toArray(new Column[0])).javaRDD().flatMap(read),
            SampleTable.SCHEMA);
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private Row row(Row row, IngestLimits limits) {
    String path = row.isNullAt(0) ? "a row without a path" : row.getString(0);
    String label = row.isNullAt(1) ? "" : row.getString(1);
    try {
      if (picture.isEmpty()) {
        return SampleTable.row(arrays(row, path, label), 0, 0);
      }
      byte[] bytes = row.isNullAt(NAMED) ? new byte[0] : row.getAs(NAMED);
      return SampleTable.checked(path, bytes, label, limits);
    } catch (UnreadableSampleException e) {
      return SampleTable.row(new QuarantinedSample(path, e.getMessage()));
    }
  }

  private Sample arrays(Row row, String path, String label) throws UnreadableSampleException {
    SortedMap<String, Tensor> named = new TreeMap<>();
    for (int i = 0; i < arrays.size(); i++) {
      if (!row.isNullAt(NAMED + i)) {
        named.put(arrays.get(i), NestedArrays.tensor(arrays.get(i), row.getList(NAMED + i)));
      }
    }
    if (named.isEmpty()) {
      throw new UnreadableSampleException("every array of the row is null.");
    }
    return new Sample(
        Sha256Digest.of(SampleFiles.toNpz(named)),
        path,
        new SampleContent.NamedArrays(named),
        label);
  }
}
