package org.quantsweep.coreml.mlprogram;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.tensor.Shape;

/** The files of constants that lie beside a program, found by the names that it has for them. */
final class BlobFiles {
  /** What programs call the folder of the file that they lie in. */
  static final String MODEL_PATH = "@model_path/";

  private final Map<String, FileContent> contents;
  private final Map<String, BlobFile> opened = new HashMap<>();

  /**
   * Files by their path within the folder of the program's own file. A lone program has none.
   *
   * @param contents for example {@code weights/weight.bin}
   */
  BlobFiles(Map<String, FileContent> contents) {
    this.contents = Map.copyOf(contents);
  }

  /** The elements of a blob. */
  TensorValue value(String file, long offset, DataType type, Shape shape)
      throws IOException, BlobFile.DamagedBlobException {
    return opened(file).value(offset, type, shape);
  }

  private BlobFile opened(String name) throws IOException, BlobFile.DamagedBlobException {
    BlobFile file = opened.get(name);
    if (file == null) {
      file = BlobFile.open(name, content(name));
      opened.put(name, file);
    }
    return file;
  }

  private FileContent content(String name) throws BlobFile.DamagedBlobException {
    if (!name.startsWith(MODEL_PATH)) {
      throw new BlobFile.DamagedBlobException(
          "the file's name must begin with '" + MODEL_PATH + "'");
    }
    String path = name.substring(MODEL_PATH.length());
    if (!ModelFiles.isInside(path)) {
      throw new BlobFile.DamagedBlobException("the file's name leads out of the package");
    }
    FileContent content = contents.get(path);
    if (content == null) {
      throw new BlobFile.DamagedBlobException("there is no such file");
    }
    return content;
  }
}
