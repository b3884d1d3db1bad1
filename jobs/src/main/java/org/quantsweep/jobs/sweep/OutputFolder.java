package org.quantsweep.jobs.sweep;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.UserException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.job.Recipe;
import org.quantsweep.jobs.files.HadoopStorage;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;

/** The folder of a sweep's results on any Hadoop file system; files appear whole or not at all. */
public final class OutputFolder {
  private final Path folder;
  private final Configuration configuration;

  /** A folder that need not exist yet. */
  public OutputFolder(String location, Configuration configuration) {
    this.folder = new Path(location);
    this.configuration = configuration;
  }

  /**
   * Refuses a model that would be taken away with an older result.
   *
   * @param model what the chosen model will be called
   * @param source where the model as given lies
   * @throws UsageException when both are the same
   */
  void requireOther(String model, String source) {
    try {
      Path own = new Path(folder, model);
      Path given = new Path(source);
      boolean same =
          own.getFileSystem(configuration)
              .makeQualified(own)
              .equals(given.getFileSystem(configuration).makeQualified(given));
      if (same) {
        throw new UsageException(
            source
                + ": this model lies where the chosen one goes, and would be replaced.\n"
                + "Maybe copy it, or name another folder with --output.");
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Makes the folder and takes an older result away: what stands there is always this sweep's.
   *
   * @param models what the chosen model's file or folder may be called, by format
   */
  void begin(List<String> models) {
    try {
      if (!folder.getFileSystem(configuration).mkdirs(folder)) {
        throw new IOException("the folder cannot be made");
      }
      folder.getFileSystem(configuration).delete(new Path(folder, ResultFile.NAME), false);
      for (String model : models) {
        folder.getFileSystem(configuration).delete(new Path(folder, model), true);
      }
      folder.getFileSystem(configuration).delete(new Path(folder, Recipe.FILE), false);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Writes into {@code result.json} where the model was published; a result of another sweep that
   * came here meanwhile is left alone.
   *
   * @throws BadInputException when the result cannot be written
   */
  public void rewrite(SweepResult result) {
    Path file = new Path(folder, ResultFile.NAME);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String standing = ResultFile.fromJson(text, file.toString()).sweepDigest();
      if (!standing.equals(result.sweepDigest())) {
        return;
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
    write(ResultFile.NAME, ResultFile.toJson(result));
  }

  String path(String name) {
    return new Path(folder, name).toString();
  }

  /**
   * Writes a text file, or replaces it.
   *
   * @throws BadInputException when the file system refuses it
   */
  public void write(String name, String text) {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Into a folder below; that is made when it is missing. */
  void write(String below, String name, byte[] bytes) {
    try {
      folder.getFileSystem(configuration).mkdirs(new Path(folder, below));
    } catch (IOException e) {
      throw unwritable(e);
    }
    write(new Path(new Path(folder, below), name), ModelFiles.lone(bytes));
  }

  /** Writes a model, a file or a folder, or replaces it. */
  void write(String name, ModelFiles files) {
    write(new Path(folder, name), files);
  }

  void write(String name, byte[] bytes) {
    write(new Path(folder, name), ModelFiles.lone(bytes));
  }

  private void write(Path path, ModelFiles files) {
    try {
      new HadoopStorage(configuration).write(path.toString(), files);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Lets Spark write something below this folder.
   *
   * @throws BadInputException when the file system refuses it
   */
  <T> T writing(String name, Function<String, T> work) {
    try {
      return work.apply(path(name));
    } catch (UserException e) {
      throw e;
    } catch (Exception e) {
      // Spark throws its checked exceptions without saying so.
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException refused) {
          throw unwritable(refused);
        }
      }
      throw e instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getMessage(), e);
    }
  }

  private BadInputException unwritable(IOException e) {
    return new BadInputException(
        folder
            + ": the results cannot be written here ("
            + e.getMessage()
            + ").\nMaybe name a writable place with --output.",
        e);
  }
}
