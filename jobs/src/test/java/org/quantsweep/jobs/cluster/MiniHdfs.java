package org.quantsweep.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.quantsweep.testing.PythonEnvironment;

/** A real HDFS in a process of its own ({@code src/test/hdfs}), as long as the cluster lives. */
final class MiniHdfs {
  private final org.apache.hadoop.fs.Path root;
  private final FileSystem files;

  MiniHdfs(StandaloneCluster cluster, Path folder) throws IOException {
    List<Path> jars = new ArrayList<>();
    jars.addAll(jars(PythonEnvironment.repository("jobs/target/hdfs"), ".*"));
    jars.addAll(
        jars(cluster.home().resolve("jars"), "(hadoop-client|slf4j|log4j|jcl-over-slf4j)-.*"));
    Path port = folder.resolve("hdfs.port");
    Process process =
        cluster.start(
            "hdfs",
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx300m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                jars.stream().map(Path::toString).collect(Collectors.joining(":")),
                PythonEnvironment.repository("jobs/src/test/hdfs/HdfsMiniCluster.java").toString(),
                folder.resolve("hdfs").toString(),
                port.toString()));
    StandaloneCluster.await("HDFS", () -> Files.exists(port) || !process.isAlive());
    this.root = new org.apache.hadoop.fs.Path("hdfs://127.0.0.1:" + Files.readString(port) + "/");
    this.files = root.getFileSystem(new Configuration());
  }

  FileSystem files() {
    return files;
  }

  org.apache.hadoop.fs.Path path(String below) {
    return new org.apache.hadoop.fs.Path(root, below);
  }

  /** Brings a file or folder there. */
  org.apache.hadoop.fs.Path copy(Path local, String below) throws IOException {
    files.copyFromLocalFile(new org.apache.hadoop.fs.Path(local.toString()), path(below));
    return path(below);
  }

  private static List<Path> jars(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches(name + "\\.jar")).toList();
    }
  }
}
