import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * A real HDFS of one name node and one data node on loopback, until its standard input ends. It is
 * run from its source, with the mini cluster's jar and a Spark distribution's Hadoop on its class
 * path, so that neither gets onto that of the tests.
 *
 * <p>Takes a folder for its data and a file that gets the port of the name node.
 */
public final class HdfsMiniCluster {
  private HdfsMiniCluster() {}

  public static void main(String[] arguments) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set("dfs.replication", "1");
    configuration.set("hdfs.minidfs.basedir", new File(arguments[0]).getAbsolutePath());
    try (MiniDFSCluster cluster =
        new MiniDFSCluster.Builder(configuration).numDataNodes(1).build()) {
      cluster.waitClusterUp();
      Path port = Path.of(arguments[1]);
      Path temporary = port.resolveSibling(port.getFileName() + ".tmp");
      Files.writeString(temporary, Integer.toString(cluster.getNameNodePort()));
      Files.move(temporary, port);
      while (System.in.read() >= 0) {
        // Whoever started this process closes its input, or dies.
      }
    }
    System.exit(0);
  }
}
