package org.quantsweep.jobs.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** What models' first runs in processes of their own are told, seen from outside. */
public final class FirstRuns implements AutoCloseable {
  private final Map<Long, String> precisions = new ConcurrentHashMap<>();
  private final Thread watch = new Thread(this::watch, "first runs");

  /** Watches from now on. */
  public FirstRuns() {
    watch.setDaemon(true);
    watch.start();
  }

  /** The precisions that they had so far. */
  public Set<String> precisions() {
    return new TreeSet<>(precisions.values());
  }

  @Override
  public void close() {
    watch.interrupt();
  }

  private void watch() {
    try {
      while (true) {
        ProcessHandle.current().children().forEach(this::look);
        // A JVM takes far longer to start and to open a model.
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(ProcessHandle child) {
    try {
      // ProcessHandle stops at an empty argument, which a model's only function is.
      String line = Files.readString(Path.of("/proc", Long.toString(child.pid()), "cmdline"));
      List<String> arguments = List.of(line.split("\0"));
      if (arguments.contains(GuardedRun.class.getName())) {
        precisions.put(child.pid(), arguments.get(arguments.size() - 1));
      }
    } catch (IOException e) {
      // It has ended meanwhile.
    }
  }
}
