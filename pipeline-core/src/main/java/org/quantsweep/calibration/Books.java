package org.quantsweep.calibration;

/** What the codes of rows of weights stand for. */
interface Books {
  /**
   * The nearest codes for one column of a batch, and their values.
   *
   * @param points {@code [rows]}
   * @param codes {@code [units]}; written
   * @param values {@code [rows]}; written
   */
  void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values);

  /**
   * Books whose values are linear in some numbers: scales, biases, entries. Those that share no row
   * with others are a system of their own.
   */
  interface Fitted extends Books {
    /** How many numbers there are. */
    int unknowns();

    /** How many systems there are. */
    int systems();

    /** The system of a number. */
    int system(int unknown);

    /**
     * How values change with the numbers.
     *
     * @param change of the numbers
     * @param values {@code [columns, rows]}; written
     */
    void spread(RowBatch batch, double[] change, float[] values);

    /**
     * The transpose of {@link #spread}: adds what the weights of each number sum up to.
     *
     * @param numbers {@code [columns, rows]}
     */
    void gather(RowBatch batch, float[] numbers, double[] sums);

    /**
     * Adds the diagonal of a matrix of weights, seen from the numbers.
     *
     * @param diagonal {@code [columns]}
     */
    void squares(RowBatch batch, float[] diagonal, double[] sums);

    /** Changes the numbers as far as they can be stored, and the values of all rows with them. */
    void move(double[] change, Iterable<RowBatch> batches);
  }

  /**
   * Books whose systems of rows have ranges of their own; each weight has a code of its own then.
   */
  interface Ranged extends Books {
    /** How many systems there are. */
    int systems();

    /** The system of a row. */
    int system(RowBatch batch, int row);
  }
}
