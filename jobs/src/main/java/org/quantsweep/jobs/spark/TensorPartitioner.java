package org.quantsweep.jobs.spark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import org.apache.spark.Partitioner;

/** Gives each weight tensor, or part of one, a partition of its own, in the order given. */
final class TensorPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final ArrayList<String> tensors;
  private final HashMap<String, Integer> places = new HashMap<>();

  TensorPartitioner(Collection<String> tensors) {
    this.tensors = new ArrayList<>(tensors);
    this.tensors.forEach(tensor -> places.put(tensor, places.size()));
  }

  @Override
  public int numPartitions() {
    return tensors.size();
  }

  @Override
  public int getPartition(Object tensor) {
    return places.get((String) tensor);
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
