package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that Spark writes, read without it, and compared with what Spark reads. */
class DeltaRowsIT {
  private static final StructType SCHEMA =
      new StructType()
          .add("name", DataTypes.StringType)
          .add("count", DataTypes.IntegerType)
          .add("bytes", DataTypes.BinaryType)
          .add("numbers", DataTypes.createArrayType(DataTypes.DoubleType, false), true)
          .add("texts", DataTypes.createArrayType(DataTypes.StringType, true), true);
  private static final List<String> COLUMNS = Arrays.asList(SCHEMA.fieldNames());

  private static SparkSession spark;
  private static Configuration hadoop;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    spark = TestSessions.builder().getOrCreate();
    hadoop = spark.sparkContext().hadoopConfiguration();
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  private static Row row(int i) {
    return RowFactory.create(
        "row %04d".formatted(i),
        i % 7 == 0 ? null : i,
        i % 5 == 0 ? null : ("bytes " + i).getBytes(StandardCharsets.UTF_8),
        i % 3 == 0 ? null : new double[] {i, 0.5 * i},
        i % 3 == 1 ? null : new String[] {"a" + i, null});
  }

  private String write(String name, int from, int to, String mode) {
    String path = folder.resolve(name).toString();
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      rows.add(row(i));
    }
    spark
        .createDataFrame(rows, SCHEMA)
        .repartitionByRange(3, org.apache.spark.sql.functions.col("name"))
        .sortWithinPartitions("name")
        .write()
        .format("delta")
        .mode(mode)
        .save(path);
    return path;
  }

  private static DeltaRows opened(String path) {
    return DeltaRows.open(hadoop, path).orElseThrow();
  }

  private static Map<String, List<Object>> direct(DeltaRows rows) {
    Map<String, List<Object>> found = new TreeMap<>();
    rows.forEach(
        COLUMNS,
        row ->
            found.put(
                row.text("name"),
                Arrays.asList(
                    row.isNull("count") ? null : row.number("count"),
                    hex(row.bytes("bytes")),
                    row.doubles("numbers"),
                    row.texts("texts"))));
    return found;
  }

  private static Map<String, List<Object>> bySpark(String path) {
    Map<String, List<Object>> found = new TreeMap<>();
    for (Row row : spark.read().format("delta").load(path).collectAsList()) {
      found.put(
          row.getString(0),
          Arrays.asList(
              row.get(1),
              hex(row.getAs(2)),
              row.isNullAt(3) ? null : new ArrayList<>(row.<Double>getList(3)),
              row.isNullAt(4) ? null : new ArrayList<>(row.<String>getList(4))));
    }
    return found;
  }

  private static String hex(byte[] bytes) {
    return bytes == null ? null : HexFormat.of().formatHex(bytes);
  }

  @Test
  void rowsAreThoseThatSparkReadsAfterAppendsDeletionsAndCompaction() {
    // Spaces, percent signs and letters beyond ASCII are a path's own.
    String path = write("a b%20ü", 0, 1500, "append");
    assertThat(direct(opened(path))).hasSize(1500).isEqualTo(bySpark(path));
    assertThat(opened(path).columns()).isEqualTo(COLUMNS);
    write("a b%20ü", 1500, 1600, "append");
    assertThat(opened(path).files().count()).isEqualTo(6);
    DeltaTable table = DeltaTable.forPath(spark, path);
    table.delete("name < 'row 0010'");
    assertThat(direct(opened(path))).hasSize(1590).isEqualTo(bySpark(path));
    table.optimize().executeCompaction();
    DeltaRows compacted = opened(path);
    assertThat(compacted.files().count()).isOne();
    assertThat(direct(compacted)).hasSize(1590).isEqualTo(bySpark(path));
    write("a b%20ü", 0, 3, "overwrite");
    assertThat(direct(opened(path))).hasSize(3).isEqualTo(bySpark(path));
    // What was opened before stays as it was.
    assertThat(direct(compacted)).hasSize(1590);
  }

  @Test
  void rowsOfMappedColumnsAndDeletionVectorsAreRead() {
    String path = write("mapped", 0, 200, "append");
    spark.sql(
        "ALTER TABLE delta.`%s` SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name',"
                .formatted(path)
            + " 'delta.minReaderVersion' = '2', 'delta.minWriterVersion' = '5')");
    spark.sql("ALTER TABLE delta.`%s` RENAME COLUMN name TO called".formatted(path));
    spark.sql("ALTER TABLE delta.`%s` RENAME COLUMN count TO name".formatted(path));
    spark.sql("ALTER TABLE delta.`%s` RENAME COLUMN called TO count".formatted(path));
    List<String> names = new ArrayList<>();
    opened(path)
        .forEach(
            List.of("count", "name"),
            DeltaRows.between("count", "row 0020", "row 0029"),
            row -> names.add(row.text("count")));
    assertThat(names).contains("row 0020", "row 0029");
    String deleted = write("deleted", 0, 200, "append");
    spark.sql(
        "ALTER TABLE delta.`%s` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"
            .formatted(deleted));
    spark.sql("DELETE FROM delta.`%s` WHERE name = 'row 0100'".formatted(deleted));
    assertThat(direct(opened(deleted)))
        .hasSize(199)
        .doesNotContainKey("row 0100")
        .isEqualTo(bySpark(deleted));
  }

  @Test
  void filesThatHoldNoRowOfARangeAreLeftOut() {
    String path = write("ranges", 0, 300, "append");
    List<String> found = new ArrayList<>();
    opened(path)
        .forEach(
            List.of("name"),
            DeltaRows.between("name", "row 0000", "row 0009"),
            row -> found.add(row.text("name")));
    // One of three files.
    assertThat(found).contains("row 0000", "row 0009").hasSizeBetween(10, 150);
    found.clear();
    opened(path)
        .forEach(
            List.of("name"), DeltaRows.equal("name", "nobody"), row -> found.add(row.text("name")));
    assertThat(found).isEmpty();
  }

  @Test
  void noJobOfSparkRuns() throws Exception {
    String path = write("jobless", 0, 100, "append");
    AtomicInteger jobs = new AtomicInteger();
    SparkListener counting =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    spark.sparkContext().addSparkListener(counting);
    try {
      assertThat(direct(opened(path))).hasSize(100);
      spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
      assertThat(jobs).hasValue(0);
      spark.range(3).count();
      spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
      assertThat(jobs.get()).isPositive();
    } finally {
      spark.sparkContext().removeSparkListener(counting);
    }
  }

  @Test
  void whereNoTableIsNoneIsOpened() throws Exception {
    assertThat(DeltaRows.open(hadoop, folder.resolve("nothing").toString())).isEmpty();
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertThat(DeltaRows.open(hadoop, file.toString())).isEmpty();
    Files.createDirectories(folder.resolve("begun/_delta_log"));
    assertThat(DeltaRows.open(hadoop, folder.resolve("begun").toString())).isEmpty();
    assertThatThrownBy(() -> DeltaRows.open(hadoop, "a:b:c"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
