package org.quantsweep.jobs.spark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.datasets.table.Commits;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Keeps options in a Delta table beside the evaluations. Rows are only appended; those of one key
 * and option say the same, so retries and a second writer do no harm.
 */
public final class DeltaOptionStore implements OptionStore {
  private static final String FITTED = "fitted";
  private static final String SENSITIVITY = "sensitivity";
  private static final String SPREAD = "spread";
  private static final String OPENING = "opening";
  private static final StructType SCHEMA =
      new StructType()
          .add("kind", DataTypes.StringType, false)
          .add("key", DataTypes.StringType, false)
          .add("tensor", DataTypes.StringType, false)
          .add("scheme", DataTypes.StringType, false)
          .add("codes", DataTypes.BinaryType, true)
          .add("first", DataTypes.DoubleType, true)
          .add("second", DataTypes.DoubleType, true)
          .add("disagreeing", DataTypes.LongType, true)
          .add("samples", DataTypes.LongType, true);

  private final SparkSession spark;
  private final DeltaTableFile table;
  private final KeptOptions kept;
  private Sha256Digest keptKey;

  /** On a table at a path, which is made when it is missing. */
  public DeltaOptionStore(SparkSession spark, String path) {
    this(spark, path, KeptOptions.ofHeap());
  }

  /** With what is kept in memory. */
  DeltaOptionStore(SparkSession spark, String path, KeptOptions kept) {
    this.spark = spark;
    this.table = new DeltaTableFile(spark, path, SCHEMA);
    this.kept = kept;
  }

  /** Fitting may have taken long: what a commit refuses is tried again before it is lost. */
  private void append(List<Row> rows) {
    Commits.retried(() -> table.append(rows));
  }

  @Override
  public synchronized Map<TensorOption, Double> loadErrors(Sha256Digest calibration) {
    Map<TensorOption, Double> errors = new HashMap<>();
    for (Row row : rows(FITTED, calibration, null, "tensor", "scheme", "first")) {
      errors.put(option(row), row.getDouble(2));
    }
    return errors;
  }

  @Override
  public synchronized Map<TensorOption, FittedOption> loadFitted(
      Sha256Digest calibration, Collection<TensorOption> options) {
    if (!calibration.equals(keptKey)) {
      kept.clear();
      keptKey = calibration;
    }
    Map<TensorOption, FittedOption> found = kept.of(options);
    Set<TensorOption> missing = new HashSet<>(options);
    missing.removeAll(found.keySet());
    if (!missing.isEmpty() && table.exists()) {
      // All options of these tensors: they are asked for together, a moment later.
      Column wanted =
          functions
              .col("tensor")
              .isin(missing.stream().map(TensorOption::tensor).distinct().sorted().toArray());
      Iterator<Row> rows =
          selected(FITTED, calibration, wanted, "tensor", "scheme", "first", "codes")
              .toLocalIterator();
      while (rows.hasNext()) {
        Row row = rows.next();
        TensorOption option = option(row);
        FittedOption own = fitted(row, option);
        kept.put(option, own);
        if (missing.contains(option)) {
          found.put(option, own);
        }
      }
    }
    return found;
  }

  private FittedOption fitted(Row row, TensorOption option) {
    Optional<CalibratedWeights> weights =
        row.isNullAt(3)
            ? Optional.empty()
            : Optional.of(
                CalibratedWeightsCodec.decode(row.getAs("codes"), table.path() + ": " + option));
    return new FittedOption(weights, row.getDouble(2));
  }

  @Override
  public synchronized void appendFitted(
      Sha256Digest calibration, Map<TensorOption, FittedOption> fitted) {
    String key = calibration.hex();
    List<Row> rows = new ArrayList<>();
    new TreeMap<>(fitted).forEach((option, found) -> rows.add(row(key, option, found)));
    append(rows);
    if (calibration.equals(keptKey) || keptKey == null) {
      keptKey = calibration;
      fitted.forEach(kept::put);
    }
  }

  private static Row row(String key, TensorOption option, FittedOption found) {
    return RowFactory.create(
        FITTED,
        key,
        option.tensor(),
        option.scheme().toString(),
        found.weights().map(CalibratedWeightsCodec::encode).orElse(null),
        found.error(),
        null,
        null,
        null);
  }

  /**
   * Adds fitted options where they lie: a file for each partition. Their codes are not seen here.
   *
   * @param fitted kept by Spark: they are made while the table is locked otherwise; those that are
   *     refused are left out
   */
  void appendFitted(Sha256Digest calibration, JavaRDD<Map<TensorOption, FittedOption>> fitted) {
    String key = calibration.hex();
    JavaRDD<Row> rows =
        fitted.flatMap(
            own ->
                new TreeMap<>(own)
                    .entrySet().stream()
                        .filter(entry -> entry.getValue().refusal().isEmpty())
                        .map(entry -> row(key, entry.getKey(), entry.getValue()))
                        .iterator());
    Commits.retried(() -> table.append(spark.createDataFrame(rows, SCHEMA)));
  }

  @Override
  public synchronized Map<TensorOption, Sensitivity> loadSensitivities(Sha256Digest key) {
    Map<TensorOption, Double> spread = new HashMap<>();
    for (Row row : rows(SPREAD, key, null, "tensor", "scheme", "first")) {
      spread.put(option(row), row.getDouble(2));
    }
    Map<TensorOption, Sensitivity> found = new HashMap<>();
    for (Row row :
        rows(
            SENSITIVITY,
            key,
            null,
            "tensor",
            "scheme",
            "first",
            "second",
            "disagreeing",
            "samples")) {
      TensorOption option = option(row);
      found.put(
          option,
          new Sensitivity(
              row.getDouble(2),
              row.getDouble(3),
              row.getLong(4),
              row.getLong(5),
              spread.get(option)));
    }
    return found;
  }

  @Override
  public synchronized void appendSensitivities(
      Sha256Digest key, Map<TensorOption, Sensitivity> measured) {
    List<Row> rows = new ArrayList<>();
    new TreeMap<>(measured)
        .forEach(
            (option, found) -> {
              String tensor = option.tensor();
              String scheme = option.scheme().toString();
              rows.add(
                  RowFactory.create(
                      SENSITIVITY,
                      key.hex(),
                      tensor,
                      scheme,
                      null,
                      found.loss(),
                      found.squaredError(),
                      found.disagreeing(),
                      found.samples()));
              // A row of its own, so that tables of earlier versions keep their columns.
              rows.add(
                  RowFactory.create(
                      SPREAD,
                      key.hex(),
                      tensor,
                      scheme,
                      null,
                      found.squaredLoss(),
                      null,
                      null,
                      null));
            });
    append(rows);
  }

  @Override
  public synchronized int openConfirmation(Sha256Digest key, Sha256Digest opening) {
    Set<String> known = new HashSet<>();
    for (Row row : rows(OPENING, key, null, "tensor")) {
      known.add(row.getString(0));
    }
    if (known.add(opening.hex())) {
      append(
          List.of(
              RowFactory.create(
                  OPENING, key.hex(), opening.hex(), "", null, null, null, null, null)));
    }
    return known.size();
  }

  @Override
  public void close() {}

  private List<Row> rows(String kind, Sha256Digest key, Column wanted, String... columns) {
    if (!table.exists()) {
      return List.of();
    }
    return selected(kind, key, wanted, columns).collectAsList();
  }

  private Dataset<Row> selected(String kind, Sha256Digest key, Column wanted, String... columns) {
    Dataset<Row> rows =
        spark
            .read()
            .format("delta")
            .load(table.path())
            .where(
                functions.col("kind").equalTo(kind).and(functions.col("key").equalTo(key.hex())));
    if (wanted != null) {
      rows = rows.where(wanted);
    }
    Column[] selected = new Column[columns.length];
    for (int i = 0; i < columns.length; i++) {
      selected[i] = functions.col(columns[i]);
    }
    return rows.select(selected);
  }

  private static TensorOption option(Row row) {
    return new TensorOption(row.getAs("tensor"), Scheme.parse(row.getAs("scheme")));
  }
}
