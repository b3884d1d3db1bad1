package org.quantsweep.jobs.spark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.TreeSet;
import org.apache.spark.Partitioner;

/** Gives each weight tensor a partition of its own, by the order of names. */
final class TensorPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final ArrayList<String> tensors;

  TensorPartitioner(Collection<String> tensors) {
    this.tensors = new ArrayList<>(new TreeSet<>(tensors));
  }

  @Override
  public int numPartitions() {
    return tensors.size();
  }

  @Override
  public int getPartition(Object tensor) {
    return Collections.binarySearch(tensors, (String) tensor);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorPartitioner same && tensors.equals(same.tensors);
  }

  @Override
  public int hashCode() {
    return tensors.hashCode();
  }
}
