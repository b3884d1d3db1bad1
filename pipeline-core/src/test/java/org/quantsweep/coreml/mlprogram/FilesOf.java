package org.quantsweep.coreml.mlprogram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.Model;

/** The files of packages, read without the reader that is tested. */
public final class FilesOf {
  private static final String FOLDER = "Data/com.apple.CoreML/";
  private static final String MODEL = FOLDER + "model.mlmodel";

  private FilesOf() {}

  /** All files of a folder. */
  public static ModelFiles folder(Path root) throws IOException {
    List<Path> paths;
    try (Stream<Path> walked = Files.walk(root)) {
      paths = walked.filter(Files::isRegularFile).toList();
    }
    Map<String, FileContent> files = new TreeMap<>();
    for (Path path : paths) {
      files.put(root.relativize(path).toString(), FileContent.of(Files.readAllBytes(path)));
    }
    return ModelFiles.tree(files);
  }

  /** A package with all its constants written anew. */
  public static ModelFiles rewritten(ModelFiles given) throws IOException {
    Map<String, FileContent> beside = new TreeMap<>();
    given
        .files()
        .forEach(
            (path, content) -> {
              if (path.startsWith(FOLDER) && !path.equals(MODEL)) {
                beside.put(path.substring(FOLDER.length()), content);
              }
            });
    Model message =
        Model.parseFrom(given.files().get(MODEL).readAll(new ByteSize(Integer.MAX_VALUE)));
    BlobRelocation.Relocated relocated = BlobRelocation.of(message, beside);
    return PackageWriter.files(relocated.message(), relocated.beside());
  }
}
