package org.quantsweep.jobs.cli;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.UsageException;

/** Jars with a user's own look-up tables and criteria, found by {@code ServiceLoader}. */
final class Plugins {
  private Plugins() {}

  /**
   * Lets this thread, and the Spark sessions that open after, find what the jars hold.
   *
   * @throws UsageException naming every jar that is not there
   */
  static void load(List<File> jars) {
    List<String> problems = new ArrayList<>();
    List<URL> urls = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    for (File jar : jars) {
      if (!jar.isFile()) {
        problems.add("--plugins (" + jar + ") is no file.\nMaybe check the path of the jar.");
        continue;
      }
      try {
        urls.add(jar.toURI().toURL());
        paths.add(jar.getAbsolutePath());
      } catch (MalformedURLException e) {
        throw new IllegalStateException(jar + " has no address.", e);
      }
    }
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    Thread thread = Thread.currentThread();
    thread.setContextClassLoader(
        new URLClassLoader(urls.toArray(new URL[0]), thread.getContextClassLoader()));
    // Every Spark configuration begins with these properties; executors fetch the jars.
    String known = System.getProperty("spark.jars", "");
    String own = String.join(",", paths);
    System.setProperty("spark.jars", known.isEmpty() ? own : known + "," + own);
  }
}
