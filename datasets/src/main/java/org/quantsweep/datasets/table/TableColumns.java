package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.quantsweep.BadInputException;
import org.quantsweep.NearestName;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The columns of one table that hold its samples: {@link ColumnNames}, all of them found. */
final class TableColumns implements Serializable {
  private static final String CONTENT = "content";
  private static final String PATH = "path";
  private static final String LABEL = "label";
  private static final String NAMELESS = "a row without a path";

  /** Columns before the content or the arrays, in what {@link #rows} selects. */
  private static final int NAMED = 2;

  private static final int MOST_LISTED = 40;
  private static final int SHORT_DIGEST = 12;

  private final ColumnNames names;

  /** Quoted, in the order path, label, then content or arrays; empty where there is none. */
  private final List<String> expressions;

  private TableColumns(ColumnNames names, List<String> expressions) {
    this.names = names;
    this.expressions = List.copyOf(expressions);
  }

  /** A column, or a field of a struct. */
  private record Leaf(String expression, DataType type) {}

  /**
   * Finds the columns in a table's schema.
   *
   * @throws BadInputException when there is no such column, it cannot hold samples, or none can
   */
  static TableColumns of(StructType schema, String source, ColumnNames wanted) {
    Map<String, Leaf> leaves = new LinkedHashMap<>();
    collect("", "", schema, leaves);
    for (String name : all(wanted)) {
      if (!leaves.containsKey(name)) {
        throw new BadInputException(
            source
                + ": there is no column '"
                + name
                + "'; the table has "
                + listed(leaves)
                + ".\nMaybe write "
                + NearestName.of(name, leaves.keySet())
                + ".");
      }
    }
    ColumnNames found = found(leaves, source, wanted);
    for (String name : found.arrays()) {
      DataType type = leaves.get(name).type();
      if (!(type instanceof BinaryType || type instanceof NumericType || isNumbers(type))) {
        throw new BadInputException(
            source
                + ": column '"
                + name
                + "' is of type "
                + type.simpleString()
                + ", not numbers, arrays of numbers or binary (.npy); the table has "
                + listed(leaves)
                + ".\nMaybe name other columns with --array-columns.");
      }
    }
    if (!found.content().isEmpty() && !(leaves.get(found.content()).type() instanceof BinaryType)) {
      throw new BadInputException(
          source
              + ": column '"
              + found.content()
              + "' is of type "
              + leaves.get(found.content()).type().simpleString()
              + ", not binary; the table has "
              + listed(leaves)
              + ".\nMaybe name the column of the files' bytes with --content-column.");
    }
    List<String> expressions = new ArrayList<>();
    expressions.add(found.path().isEmpty() ? "" : leaves.get(found.path()).expression());
    expressions.add(found.label().isEmpty() ? "" : leaves.get(found.label()).expression());
    for (String name : found.content().isEmpty() ? found.arrays() : List.of(found.content())) {
      expressions.add(leaves.get(name).expression());
    }
    return new TableColumns(found, expressions);
  }

  private static List<String> all(ColumnNames names) {
    List<String> all = new ArrayList<>(names.arrays());
    for (String name : List.of(names.content(), names.label(), names.path())) {
      if (!name.isEmpty()) {
        all.add(name);
      }
    }
    return all;
  }

  private static void collect(
      String name, String expression, StructType type, Map<String, Leaf> leaves) {
    for (StructField field : type.fields()) {
      String own = name + field.name();
      String quoted = expression + "`" + field.name().replace("`", "``") + "`";
      leaves.put(own, new Leaf(quoted, field.dataType()));
      if (field.dataType() instanceof StructType inner) {
        collect(own + ".", quoted + ".", inner, leaves);
      }
    }
  }

  private static ColumnNames found(Map<String, Leaf> leaves, String source, ColumnNames wanted) {
    String content = wanted.content();
    List<String> arrays = wanted.arrays();
    if (content.isEmpty() && arrays.isEmpty()) {
      List<String> binaries = new ArrayList<>();
      List<String> numbers = new ArrayList<>();
      leaves.forEach(
          (name, leaf) -> {
            if (leaf.type() instanceof BinaryType) {
              binaries.add(name);
            } else if (isNumbers(leaf.type())
                && !List.of(LABEL, wanted.label(), wanted.path()).contains(name)) {
              numbers.add(name);
            }
          });
      if (binaries.contains(CONTENT)) {
        content = CONTENT;
      } else if (binaries.size() == 1) {
        content = binaries.get(0);
      } else if (binaries.isEmpty() && !numbers.isEmpty()) {
        arrays = numbers;
      } else {
        throw undecided(leaves, source, binaries);
      }
    }
    String beside = content.substring(0, content.lastIndexOf('.') + 1) + PATH;
    String path = leaves.containsKey(PATH) ? PATH : leaves.containsKey(beside) ? beside : "";
    String label = leaves.containsKey(LABEL) ? LABEL : "";
    return new ColumnNames(
        content,
        arrays,
        wanted.label().isEmpty() ? label : wanted.label(),
        wanted.path().isEmpty() ? path : wanted.path());
  }

  private static BadInputException undecided(
      Map<String, Leaf> leaves, String source, List<String> binaries) {
    return new BadInputException(
        source
            + (binaries.isEmpty()
                ? ": no column holds files (binary) or arrays of numbers"
                : ": several columns are binary, and none is named 'content'")
            + "; the table has "
            + listed(leaves)
            + ".\nMaybe bring it into a sample table first: quantsweep ingest "
            + (binaries.isEmpty()
                ? "--array-columns NAME,NAME."
                : "--content-column " + binaries.get(0) + "."));
  }

  private static String listed(Map<String, Leaf> leaves) {
    String first =
        leaves.entrySet().stream()
            .limit(MOST_LISTED)
            .map(
                leaf ->
                    leaf.getKey()
                        + (leaf.getValue().type() instanceof StructType
                            ? " (struct)"
                            : " (" + leaf.getValue().type().simpleString() + ")"))
            .collect(Collectors.joining(", "));
    return leaves.isEmpty() ? "no columns" : leaves.size() > MOST_LISTED ? first + ", ..." : first;
  }

  private static boolean isNumbers(DataType type) {
    if (!(type instanceof ArrayType array)) {
      return false;
    }
    return array.elementType() instanceof NumericType || isNumbers(array.elementType());
  }

  /**
   * The samples of a table as rows of a sample table, not merged.
   *
   * @param read counts them
   */
  Dataset<Row> rows(Dataset<Row> table, Reading reading, LongAccumulator read) {
    List<Column> wanted = new ArrayList<>();
    for (int i = 0; i < expressions.size(); i++) {
      String expression = expressions.get(i);
      Column column = expression.isEmpty() ? functions.lit(null) : table.col(expression);
      wanted.add(i < NAMED ? column.cast("string") : column);
    }
    TableColumns columns = this;
    FlatMapFunction<Row, Row> every =
        row -> {
          read.add(1);
          return List.of(columns.row(row, reading)).iterator();
        };
    return table
        .sparkSession()
        .createDataFrame(
            table.select(wanted.toArray(new Column[0])).javaRDD().flatMap(every),
            SampleTable.SCHEMA);
  }

  private Row row(Row row, Reading reading) {
    IngestLimits limits = reading.limits();
    String path = row.isNullAt(0) ? NAMELESS : row.getString(0);
    String label = row.isNullAt(1) ? "" : row.getString(1);
    try {
      if (names.content().isEmpty()) {
        return SampleTable.row(reading.taken(arrays(row, path, label, limits)), limits);
      }
      byte[] bytes = row.getAs(NAMED);
      if (bytes == null) {
        throw new UnreadableSampleException("column '" + names.content() + "' is null.");
      }
      path = row.isNullAt(0) ? named(Sha256Digest.of(bytes)) : path;
      Sample sample = SampleFiles.readAndCheckContent(path, bytes, label, limits);
      return SampleTable.row(reading.taken(sample), limits);
    } catch (UnreadableSampleException e) {
      return SampleTable.row(new QuarantinedSample(path, e.getMessage()));
    }
  }

  /** Rows have no order that could number them. */
  private static String named(Sha256Digest digest) {
    return "row " + digest.hex().substring(0, SHORT_DIGEST);
  }

  private Sample arrays(Row row, String path, String label, IngestLimits limits)
      throws UnreadableSampleException {
    SortedMap<String, Tensor> named = new TreeMap<>();
    for (int i = 0; i < names.arrays().size(); i++) {
      if (!row.isNullAt(NAMED + i)) {
        String name = names.arrays().get(i);
        named.put(name, array(name, row.get(NAMED + i), limits));
      }
    }
    if (named.isEmpty()) {
      throw new UnreadableSampleException("every array of the row is null.");
    }
    Sha256Digest digest = SampleFiles.digest(named);
    return new Sample(
        digest,
        path.equals(NAMELESS) ? named(digest) : path,
        new SampleContent.NamedArrays(named),
        label);
  }

  private static Tensor array(String name, Object value, IngestLimits limits)
      throws UnreadableSampleException {
    if (value instanceof Number number) {
      return Tensor.wrap(Shape.of(1), new float[] {number.floatValue()});
    }
    if (value instanceof byte[] bytes) {
      try {
        return SampleFiles.array(bytes, limits);
      } catch (UnreadableSampleException e) {
        throw new UnreadableSampleException("column '" + name + "': " + e.getMessage(), e);
      }
    }
    return NestedArrays.tensor(name, value, limits.arrays());
  }
}
