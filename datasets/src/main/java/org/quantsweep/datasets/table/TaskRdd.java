package org.quantsweep.datasets.table;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Tasks over the partitions of another set, each with data of its own. The data of a task travels
 * with that task alone, not in the code that all tasks are sent, and is made when the task is sent.
 * A partition may have several tasks, or none.
 */
public final class TaskRdd<P, D extends Serializable, R> extends RDD<R> {
  private static final long serialVersionUID = 1L;

  private final RDD<P> parent;
  private final Work<P, D, R> work;
  private final transient List<Task<D>> tasks;

  /** What a task does. */
  public interface Work<P, D, R> extends Serializable {
    /** On the elements of the partition, with the task's own data. */
    java.util.Iterator<R> run(java.util.Iterator<P> elements, D data);
  }

  /**
   * A task to run.
   *
   * @param partition of the other set
   * @param data is asked for each time that the task is sent
   */
  public record Task<D>(int partition, Supplier<D> data) {}

  /** Tasks in the order of their numbers. */
  public TaskRdd(RDD<P> parent, List<Task<D>> tasks, Work<P, D, R> work) {
    super(parent.context(), narrow(parent, tasks), ClassTag$.MODULE$.apply(Object.class));
    this.parent = parent;
    this.work = work;
    this.tasks = List.copyOf(tasks);
  }

  private static <P, D> Seq<Dependency<?>> narrow(RDD<P> parent, List<Task<D>> tasks) {
    int[] partitions = tasks.stream().mapToInt(Task::partition).toArray();
    return CollectionConverters.asScala(
            List.<Dependency<?>>of(new OnePartition<>(parent, partitions)))
        .toSeq();
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] all = parent.partitions();
    Partition[] own = new Partition[tasks.size()];
    for (int task = 0; task < own.length; task++) {
      own[task] = new Own<>(task, all[tasks.get(task).partition()], tasks.get(task).data());
    }
    return own;
  }

  @Override
  @SuppressWarnings("unchecked") // These are the partitions that getPartitions made.
  public Iterator<R> compute(Partition split, TaskContext context) {
    Own<D> own = (Own<D>) split;
    Iterator<P> elements = parent.iterator(own.of, context);
    return CollectionConverters.asScala(work.run(CollectionConverters.asJava(elements), own.data));
  }

  /** A partition of the other set, and the data. */
  private static final class Own<D> implements Partition {
    private static final long serialVersionUID = 1L;

    private final int number;
    private final Partition of;
    private final transient Supplier<D> source;
    private D data;

    Own(int number, Partition of, Supplier<D> source) {
      this.number = number;
      this.of = of;
      this.source = source;
    }

    @Override
    public int index() {
      return number;
    }

    private synchronized void writeObject(ObjectOutputStream out) throws IOException {
      // The driver does not keep it: all tasks' data may be as much as the sample set.
      data = source.get();
      out.defaultWriteObject();
      data = null;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Own<?> own && own.number == number;
    }

    @Override
    public int hashCode() {
      return number;
    }
  }

  /** A task reads one partition. */
  private static final class OnePartition<P> extends NarrowDependency<P> {
    private static final long serialVersionUID = 1L;

    /** Only the driver asks. */
    private final transient int[] partitions;

    OnePartition(RDD<P> parent, int[] partitions) {
      super(parent);
      this.partitions = partitions;
    }

    @Override
    public Seq<Object> getParents(int task) {
      return CollectionConverters.asScala(List.<Object>of(partitions[task])).toSeq();
    }
  }
}
