package org.quantsweep.jobs.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A driver that spark-submit started and that takes one command after the other. */
final class WarmDriver {
  private final Process process;
  private final Path folder;
  private final Path log;

  /**
   * Takes over a process that runs {@link CommandLoop}.
   *
   * @param folder for what the commands write to their outputs
   * @param log where its standard error goes
   */
  WarmDriver(Process process, Path folder, Path log) {
    this.process = process;
    this.folder = folder;
    this.log = log;
  }

  /**
   * Gives it a command, which begins when those before it have ended.
   *
   * @param settings of Spark, beside those that the driver was submitted with
   */
  Command run(String name, Map<String, String> settings, List<String> arguments)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(folder.resolve(name).toString());
    settings.forEach((key, value) -> words.add(key + "=" + value));
    words.add("--");
    words.addAll(arguments);
    Command command = new Command(folder.resolve(name), Files.size(log));
    process
        .getOutputStream()
        .write((String.join("\t", words) + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    return command;
  }

  /** A command that it runs. */
  final class Command implements Submitted {
    private final Path files;
    private final long logBefore;

    private Command(Path files, long logBefore) {
      this.files = files;
      this.logBefore = logBefore;
    }

    @Override
    public int exitCode() {
      StandaloneCluster.await(files + " to end", () -> !isRunning());
      if (!Files.exists(code())) {
        throw new IllegalStateException("the driver died:\n" + log());
      }
      return Integer.parseInt(StandaloneCluster.read(code()));
    }

    @Override
    public boolean isRunning() {
      return process.isAlive() && !Files.exists(code());
    }

    @Override
    public String output() {
      return StandaloneCluster.read(Path.of(files + ".out"));
    }

    @Override
    public String log() {
      Path own = Path.of(files + ".err");
      byte[] all = StandaloneCluster.read(log).getBytes(StandardCharsets.UTF_8);
      int begin = (int) Math.min(logBefore, all.length);
      return (Files.exists(own) ? StandaloneCluster.read(own) : "")
          + new String(all, begin, all.length - begin, StandardCharsets.UTF_8);
    }

    private Path code() {
      return Path.of(files + ".code");
    }
  }
}
