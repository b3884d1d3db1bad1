package org.quantsweep.datasets.table;

import static io.delta.kernel.internal.util.Utils.singletonCloseableIterator;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Table;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.expressions.And;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.ColumnMapping.ColumnMappingMode;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;

/**
 * A version of a Delta table, read in this process a batch of rows after the other. A query of
 * Spark over a small table costs seconds, most of them for planning and for its first job.
 *
 * <p>What is read is the newest version when the table was opened. Later commits do not change it,
 * as long as nobody removes its files.
 */
public final class DeltaRows {
  private final Engine engine;
  private final Snapshot snapshot;

  private DeltaRows(Engine engine, Snapshot snapshot) {
    this.engine = engine;
    this.snapshot = snapshot;
  }

  /**
   * Opens a table; empty where no Delta table is there.
   *
   * @param path any Hadoop path
   * @throws IllegalArgumentException where that is no path
   * @throws UncheckedIOException where it cannot be read
   */
  public static Optional<DeltaRows> open(Configuration hadoop, String path) {
    try {
      if (!isThere(hadoop, path)) {
        return Optional.empty();
      }
      Engine engine = DefaultEngine.create(hadoop);
      return Optional.of(
          new DeltaRows(engine, Table.forPath(engine, path).getLatestSnapshot(engine)));
    } catch (TableNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether a Delta table is there, without reading its log.
   *
   * @param path any Hadoop path
   * @throws IllegalArgumentException where that is no path
   * @throws UncheckedIOException where it cannot be read
   */
  public static boolean isThere(Configuration hadoop, String path) {
    Path root = new Path(path);
    try {
      return root.getFileSystem(hadoop).exists(new Path(root, "_delta_log"));
    } catch (ParentNotDirectoryException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of its columns, in their order. */
  public List<String> columns() {
    return snapshot.getSchema().fieldNames();
  }

  /**
   * What a version consists of.
   *
   * @param count of its files
   * @param bytes of all of them
   */
  public record Files(int count, long bytes) {}

  /** Its files. */
  public Files files() {
    int[] count = {0};
    long[] bytes = {0};
    eachFile(
        snapshot.getScanBuilder().build(),
        file -> {
          count[0]++;
          bytes[0] += InternalScanFileUtils.getAddFileStatus(file).getSize();
        });
    return new Files(count[0], bytes[0]);
  }

  /** What rows are asked for. */
  public static final class Where {
    private final Predicate predicate;

    private Where(Predicate predicate) {
      this.predicate = predicate;
    }
  }

  /** A column holds this text. */
  public static Where equal(String column, String text) {
    return new Where(new Predicate("=", new Column(column), Literal.ofString(text)));
  }

  /** A column's text lies between two, both included. */
  public static Where between(String column, String least, String greatest) {
    return new Where(
        new And(
            new Predicate(">=", new Column(column), Literal.ofString(least)),
            new Predicate("<=", new Column(column), Literal.ofString(greatest))));
  }

  /** Reads all rows, in no order. */
  public void forEach(List<String> columns, Consumer<DeltaRow> each) {
    forEach(columns, Optional.empty(), each);
  }

  /**
   * Reads rows, in no order.
   *
   * @param columns what is read of each
   * @param where files and groups of rows without a row like that may be left out; other rows come
   *     too
   */
  public void forEach(List<String> columns, Where where, Consumer<DeltaRow> each) {
    forEach(columns, Optional.of(where.predicate), each);
  }

  private void forEach(List<String> columns, Optional<Predicate> where, Consumer<DeltaRow> each) {
    List<StructField> fields = new ArrayList<>();
    columns.forEach(name -> fields.add(snapshot.getSchema().get(name)));
    var builder = snapshot.getScanBuilder().withReadSchema(new StructType(fields));
    where.ifPresent(builder::withFilter);
    Scan scan = builder.build();
    Row state = scan.getScanState(engine);
    // The names in Parquet's files are others where columns are mapped.
    Optional<Predicate> inFiles =
        ScanStateRow.getColumnMappingMode(state) == ColumnMappingMode.NONE
            ? where
            : Optional.empty();
    StructType physical = ScanStateRow.getPhysicalDataReadSchema(state);
    eachFile(
        scan,
        file -> {
          FileStatus status = InternalScanFileUtils.getAddFileStatus(file);
          try (CloseableIterator<FileReadResult> read =
                  engine
                      .getParquetHandler()
                      .readParquetFiles(singletonCloseableIterator(status), physical, inFiles);
              CloseableIterator<FilteredColumnarBatch> batches =
                  Scan.transformPhysicalData(
                      engine, state, file, read.map(FileReadResult::getData))) {
            while (batches.hasNext()) {
              eachRow(batches.next(), row -> each.accept(new DeltaRow(row)));
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void eachFile(Scan scan, Consumer<Row> each) {
    try (CloseableIterator<FilteredColumnarBatch> files = scan.getScanFiles(engine)) {
      while (files.hasNext()) {
        eachRow(files.next(), each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void eachRow(FilteredColumnarBatch batch, Consumer<Row> each) {
    try (CloseableIterator<Row> rows = batch.getRows()) {
      rows.forEachRemaining(each);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
