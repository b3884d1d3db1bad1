package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.sweep.MomentsTree;
import scala.Tuple2;

/**
 * Adds the moments of shards on executors in the order of {@link MomentsTree}, whatever partitions
 * they come from. They stream by, sorted: a task holds two of them, not those of all shards.
 */
final class MomentsOfShards {
  private MomentsOfShards() {}

  /** Whose moments they are, and of which shard, or block of shards. */
  record Place(String tensor, int shard) implements Comparable<Place>, Serializable {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::tensor).thenComparingInt(Place::shard);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }

    private Place block() {
      return new Place(tensor, shard / MomentsTree.FAN);
    }
  }

  /**
   * The moments over all shards, by weight tensor.
   *
   * @param shards how many there are
   * @param last where each weight tensor's sum is made
   */
  static JavaPairRDD<String, InputMoments> sum(
      JavaPairRDD<Place, InputMoments> moments, int shards, TensorPartitioner last) {
    JavaPairRDD<Place, InputMoments> left = moments;
    int count = shards;
    while (count > MomentsTree.FAN) {
      left = added(left, new Blocks(left.getNumPartitions()));
      count = (count + MomentsTree.FAN - 1) / MomentsTree.FAN;
    }
    return added(left, new Tensors(last))
        .mapPartitionsToPair(
            sums -> {
              List<Tuple2<String, InputMoments>> own = new ArrayList<>();
              sums.forEachRemaining(sum -> own.add(new Tuple2<>(sum._1().tensor(), sum._2())));
              return own.iterator();
            });
  }

  private static JavaPairRDD<Place, InputMoments> added(
      JavaPairRDD<Place, InputMoments> moments, Partitioner together) {
    return moments.repartitionAndSortWithinPartitions(together).mapPartitionsToPair(Sums::new);
  }

  /** The blocks of a sorted partition, one after the other. */
  private static final class Sums implements Iterator<Tuple2<Place, InputMoments>> {
    private final Iterator<Tuple2<Place, InputMoments>> sorted;
    private Tuple2<Place, InputMoments> next;

    Sums(Iterator<Tuple2<Place, InputMoments>> sorted) {
      this.sorted = sorted;
      advance();
    }

    private void advance() {
      next = sorted.hasNext() ? sorted.next() : null;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Tuple2<Place, InputMoments> next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      Place block = next._1().block();
      // A copy grows: where two weight tensors share statistics, a stream hands out one object.
      InputMoments sum = next._2().copy();
      advance();
      while (next != null && next._1().block().equals(block)) {
        sum.add(next._2());
        advance();
      }
      return new Tuple2<>(block, sum);
    }
  }

  /** Brings the shards of a block together. */
  private static final class Blocks extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int partitions;

    Blocks(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object place) {
      return Math.floorMod(((Place) place).block().hashCode(), partitions);
    }
  }

  /** Brings what is left of a weight tensor together. */
  private static final class Tensors extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final TensorPartitioner tensors;

    Tensors(TensorPartitioner tensors) {
      this.tensors = tensors;
    }

    @Override
    public int numPartitions() {
      return tensors.numPartitions();
    }

    @Override
    public int getPartition(Object place) {
      return tensors.getPartition(((Place) place).tensor());
    }
  }
}
