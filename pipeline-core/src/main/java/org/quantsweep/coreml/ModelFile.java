package org.quantsweep.coreml;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.quantsweep.BadInputException;

/** A model file from outside: its bytes, or one clear sentence why there are none. */
final class ModelFile {
  private static final String CURE = "\nMaybe name a model file, such as MobileNet.mlmodel.";

  private ModelFile() {}

  static byte[] bytes(Path file, ReaderLimits limits) {
    try {
      if (Files.isDirectory(file)) {
        throw directory(file);
      }
      long size = Files.size(file);
      if (size > limits.fileSize().bytes()) {
        throw new BadInputException(
            file
                + ": the file has "
                + size
                + " bytes, more than the limit of "
                + limits.fileSize().bytes()
                + " ("
                + limits.fileSize()
                + ").\nMaybe raise the limit, if you trust the file.");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          file
              + ": there is no such file.\nMaybe the path is misspelt, or relative to another"
              + " folder.",
          e);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the file cannot be read (" + e + ").\nMaybe check its permissions.", e);
    }
  }

  private static BadInputException directory(Path file) {
    boolean isPackage = file.toString().endsWith(".mlpackage");
    return new BadInputException(
        isPackage
            ? file
                + ": model packages cannot be read yet, only .mlmodel files.\nMaybe convert the"
                + " model to a neural network (convert_to=\"neuralnetwork\" in coremltools) and"
                + " save it as .mlmodel."
            : file + ": is a directory, not a model file." + CURE);
  }

  /** What to say about bytes that protobuf does not take. */
  static BadInputException notAModel(
      byte[] bytes, String name, InvalidProtocolBufferException cause) {
    return new BadInputException(
        name + ": not a Core ML model (" + cause.getMessage() + ")." + CURE, cause);
  }
}
