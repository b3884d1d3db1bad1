package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.sample.SampleSource;

/** Samples of a command that works in this process; only a table needs Spark to be read. */
final class CommandSamples implements AutoCloseable {
  private final SampleSource source;
  private final List<String> remarks;
  private final Runnable end;

  CommandSamples(SampleSource source, List<String> remarks, Runnable end) {
    this.source = source;
    this.remarks = List.copyOf(remarks);
    this.end = end;
  }

  /**
   * A folder, an .npz file, or a table.
   *
   * @throws BadInputException when there are no samples
   */
  static CommandSamples open(InputFile given) {
    if (isTable(given.file())) {
      return TableSamples.open(given);
    }
    LocalSamples samples = LocalSamples.read(given.file(), IngestLimits.DEFAULT);
    return new CommandSamples(samples, samples.remarks(), () -> {});
  }

  SampleSource source() {
    return source;
  }

  /** What was left out, and what is odd about samples that were taken. */
  List<String> remarks() {
    return remarks;
  }

  @Override
  public void close() {
    end.run();
  }

  /** Whether it looks as a table does; what then is none is ingested as a folder all the same. */
  private static boolean isTable(Path path) {
    if (!Files.isDirectory(path)) {
      return path.toString().endsWith(".parquet");
    }
    try (var children = Files.list(path)) {
      return children
          .map(child -> child.getFileName().toString())
          .anyMatch(
              name ->
                  name.equals("_delta_log") || name.endsWith(".parquet") || name.indexOf('=') > 0);
    } catch (IOException e) {
      throw new BadInputException(
          path + ": the samples cannot be read (" + e + ").\nMaybe check permissions.", e);
    }
  }
}
