package org.quantsweep.jobs.sweep;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.UserException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SweepOutput;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.HadoopStorage;
import org.quantsweep.jobs.files.ReadyFiles;
import org.quantsweep.jobs.page.EvidenceFile;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;

/** The folder of a sweep's results on any Hadoop file system; files appear whole or not at all. */
public final class OutputFolder {
  private final Path folder;
  private final Configuration configuration;

  /** A folder that need not exist yet. */
  public OutputFolder(String location, Configuration configuration) {
    this.folder = new Path(FileAddress.hadoop(location));
    this.configuration = configuration;
  }

  /**
   * Refuses a model that the chosen one would replace.
   *
   * @param model what the chosen model will be called
   * @param source where the model as given lies
   * @throws UsageException when both are the same, also by way of a link
   */
  void requireOther(String model, String source) {
    try {
      if (isAt(model, source)) {
        throw new UsageException(
            source
                + ": this model lies where the chosen one goes, and would be replaced.\n"
                + "Maybe copy it, or name another folder with --output.");
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** What a path leads to; of links only those of this machine's files are followed. */
  private URI place(Path path) throws IOException {
    URI place = path.getFileSystem(configuration).makeQualified(path).toUri();
    java.nio.file.Path local =
        "file".equals(place.getScheme()) ? java.nio.file.Path.of(place.getPath()) : null;
    return local != null && Files.exists(local) ? local.toRealPath().toUri() : place;
  }

  /**
   * Makes the folder where it is missing; an older result in it stands.
   *
   * @throws BadInputException when the file system refuses it
   */
  void make() {
    try {
      if (!folder.getFileSystem(configuration).mkdirs(folder)) {
        throw new IOException("the folder cannot be made");
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Puts a result and what it names in the place of an older one, which stands until all of the new
   * one lies ready beside it. The result itself comes last; then what it does not name goes, the
   * older result's model of another format too.
   *
   * @param source where the model as given lies, which stays
   * @throws BadInputException when the file system refuses it
   */
  void replace(SweepOutput.Delivery delivery, String source) {
    Set<String> former = new LinkedHashSet<>();
    chosenBefore().ifPresent(former::add);
    former.addAll(List.of(delivery.modelName(), Recipe.FILE, EvidenceBundle.FILE, ReportPage.FILE));
    HadoopStorage storage = new HadoopStorage(configuration);
    Map<String, ModelFiles> files = new LinkedHashMap<>();
    delivery.model().ifPresent(model -> files.put(delivery.modelName(), model));
    delivery.recipe().ifPresent(recipe -> files.put(Recipe.FILE, text(recipe.toYaml())));
    delivery
        .evidence()
        .ifPresent(
            evidence -> {
              files.put(EvidenceBundle.FILE, text(BundleFile.toJson(evidence)));
              files.put(ReportPage.FILE, text(ReportPage.of(delivery.result(), evidence)));
            });
    files.put(ResultFile.NAME, text(ResultFile.toJson(delivery.result())));
    List<ReadyFiles> ready = new ArrayList<>();
    try {
      try {
        for (Map.Entry<String, ModelFiles> file : files.entrySet()) {
          ready.add(storage.prepare(path(file.getKey()), file.getValue()));
        }
        for (ReadyFiles file : ready) {
          file.replace();
        }
      } catch (IOException e) {
        for (ReadyFiles file : ready) {
          discard(file, e);
        }
        throw e;
      }
      for (String name : former) {
        if (!files.containsKey(name) && !isAt(name, source)) {
          storage.delete(path(name));
        }
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** What the result that stands here calls its model, if that lies here. */
  private Optional<String> chosenBefore() {
    Path file = new Path(folder, ResultFile.NAME);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.ofNullable(ResultFile.fromJson(text, file.toString()).selected())
          .map(SweepResult.Chosen::file)
          .filter(name -> name.startsWith(SweepResult.SELECTED + ".") && !name.contains("/"));
    } catch (IOException | UserException e) {
      return Optional.empty();
    }
  }

  private boolean isAt(String name, String source) throws IOException {
    return place(new Path(folder, name)).equals(place(new Path(FileAddress.hadoop(source))));
  }

  private static void discard(ReadyFiles file, IOException failure) {
    try {
      file.discard();
    } catch (IOException left) {
      failure.addSuppressed(left);
    }
  }

  private static ModelFiles text(String text) {
    return ModelFiles.lone(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The text of {@code evidence.json}, if it lies here and belongs to a result.
   *
   * @throws BadInputException when it cannot be read
   */
  public Optional<String> evidence(SweepResult result) {
    Path file = new Path(folder, EvidenceBundle.FILE);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      EvidenceBundle found = BundleFile.fromJson(text, file.toString());
      return EvidenceFile.belongs(result, found) ? Optional.of(text) : Optional.empty();
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the evidence cannot be read (" + e.getMessage() + ").\nMaybe check the path.",
          e);
    }
  }

  /**
   * Writes into {@code result.json} where the model was published, and makes the report again where
   * there is one; a result of another sweep or run that came here meanwhile is left alone.
   *
   * @throws BadInputException when one cannot be written
   */
  public void rewrite(SweepResult result) {
    Path file = new Path(folder, ResultFile.NAME);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      SweepResult standing = ResultFile.fromJson(text, file.toString());
      if (!standing.sweepDigest().equals(result.sweepDigest())
          || !standing.runId().equals(result.runId())) {
        return;
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
    Optional<String> evidence = evidence(result);
    if (evidence.isPresent()) {
      EvidenceBundle shown = BundleFile.fromJson(evidence.get(), EvidenceBundle.FILE);
      write(new Path(folder, ReportPage.FILE), text(ReportPage.of(result, shown)));
    }
    write(file, text(ResultFile.toJson(result)));
  }

  String path(String name) {
    return new Path(folder, name).toString();
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
