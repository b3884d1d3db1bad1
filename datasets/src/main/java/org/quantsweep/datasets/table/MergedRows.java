package org.quantsweep.datasets.table;

import java.util.Iterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;

/**
 * One row for each digest, with the number of its copies; the first path names it. What cannot be
 * read has no digest and is never merged: each stands for a sample that is missing.
 *
 * <p>Contents go to their place in the order of digests once, by the digest's first bits, which are
 * spread evenly. There equal digests lie one behind the other. Nothing is joined, and nothing is
 * read beforehand to find out how digests are spread.
 */
final class MergedRows implements Iterator<Row> {
  private static final String PLACE = "place";

  /** Of the digest's first 32 bits. */
  private static final String PLACE_OF_DIGEST =
      "cast(coalesce(cast(conv(substring(digest, 1, 8), 16, 10) as bigint), 0) * %d div 4294967296"
          + " as int)";

  private final Iterator<Row> rows;
  private Row next;

  private MergedRows(Iterator<Row> rows) {
    this.rows = rows;
    this.next = rows.hasNext() ? rows.next() : null;
  }

  /**
   * Merges rows of {@link SampleTable#SCHEMA}.
   *
   * @param partitions how many, each a range of digests in their order
   */
  static Dataset<Row> of(Dataset<Row> rows, int partitions) {
    Dataset<Row> placed =
        rows.withColumn(PLACE, functions.expr(PLACE_OF_DIGEST.formatted(partitions)))
            .repartitionById(partitions, functions.col(PLACE))
            .drop(PLACE)
            .sortWithinPartitions("digest", "path", "label");
    return rows.sparkSession()
        .createDataFrame(placed.javaRDD().mapPartitions(MergedRows::new), SampleTable.SCHEMA);
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Row next() {
    Row first = next;
    int copies = 0;
    do {
      copies++;
      next = rows.hasNext() ? rows.next() : null;
    } while (next != null && isSame(first, next));
    return isUnreadable(first) ? first : counted(first, copies);
  }

  private static boolean isSame(Row one, Row other) {
    return !isUnreadable(one) && one.getString(0).equals(other.getString(0));
  }

  private static boolean isUnreadable(Row row) {
    return row.isNullAt(0);
  }

  private static Row counted(Row row, int copies) {
    Object[] values = new Object[row.size()];
    for (int column = 0; column < values.length; column++) {
      values[column] = row.get(column);
    }
    values[SampleTable.SCHEMA.fieldIndex("copies")] = copies;
    return RowFactory.create(values);
  }
}
