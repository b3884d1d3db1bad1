package org.quantsweep.datasets.table;

import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A row of a Delta table; its values are named by their columns, and null where they are null. */
public final class DeltaRow {
  private final Row row;

  DeltaRow(Row row) {
    this.row = row;
  }

  /** Whether there is no value. */
  public boolean isNull(String column) {
    return row.isNullAt(place(column));
  }

  /** A text. */
  public String text(String column) {
    int place = place(column);
    return row.isNullAt(place) ? null : row.getString(place);
  }

  /** A number of 32 bits; it must be there. */
  public int number(String column) {
    return row.getInt(place(column));
  }

  /** Bytes, which must not be changed. */
  public byte[] bytes(String column) {
    int place = place(column);
    return row.isNullAt(place) ? null : row.getBinary(place);
  }

  /** A list of numbers. */
  public List<Double> doubles(String column) {
    return list(column, elements -> elements::getDouble);
  }

  /** A list of texts. */
  public List<String> texts(String column) {
    return list(column, elements -> elements::getString);
  }

  private interface Elements<T> {
    IntFunction<T> of(ColumnVector vector);
  }

  private <T> List<T> list(String column, Elements<T> type) {
    int place = place(column);
    if (row.isNullAt(place)) {
      return null;
    }
    ArrayValue array = row.getArray(place);
    ColumnVector vector = array.getElements();
    IntFunction<T> element = type.of(vector);
    List<T> values = new ArrayList<>(array.getSize());
    for (int i = 0; i < array.getSize(); i++) {
      values.add(vector.isNullAt(i) ? null : element.apply(i));
    }
    return values;
  }

  private int place(String column) {
    return row.getSchema().indexOf(column);
  }
}
