package org.quantsweep.coreml.file;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.quantsweep.BadInputException;
import org.quantsweep.LfsPointer;
import org.quantsweep.coreml.Findings;

/** A model file from outside: its bytes, or one clear sentence why there are none. */
final class ModelFile {
  private static final String CURE = "\nMaybe name a model file, such as MobileNet.mlmodel.";

  private ModelFile() {}

  static byte[] bytes(Path file, ReaderLimits limits) {
    try {
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

  /** What to say about bytes that protobuf does not take. */
  static BadInputException notAModel(
      byte[] bytes, String name, InvalidProtocolBufferException cause) {
    String reason;
    if (LfsPointer.is(bytes)) {
      return new BadInputException(name + ": " + LfsPointer.WHAT + "\n" + LfsPointer.CURE, cause);
    }
    if (looksLikeText(bytes)) {
      reason = "it is text, not a Core ML model.";
    } else if (startsWith(bytes, "PK")) {
      reason = "it is a ZIP archive, not a Core ML model.";
      return new BadInputException(name + ": " + reason + "\nMaybe unpack it first.", cause);
    } else if (startsLikeModel(bytes) && ranOut(cause)) {
      return new BadInputException(
          name
              + ": the file ends in the middle of the model, after "
              + bytes.length
              + " bytes.\nMaybe a download was cut off: fetch it again.",
          cause);
    } else if (says(cause, "levels of nesting")) {
      reason = "its parts lie deeper in each other than those of any model.";
    } else {
      reason = "it is not a Core ML model, or a damaged one: " + cause.getMessage();
    }
    return new BadInputException(name + ": " + reason + CURE, cause);
  }

  /** What to say about a file without a byte. */
  static BadInputException empty(String name) {
    return new BadInputException(
        name + ": the file is empty (0 bytes).\nMaybe a download failed: fetch it again.");
  }

  /** All that is wrong with a model, in one message. */
  static BadInputException unusable(String name, Findings findings) {
    String cure =
        "\nMaybe make the file again with the tool that wrote it, or ask whoever published it.";
    List<String> problems = findings.problems();
    if (findings.problemCount() == 1) {
      return new BadInputException(name + ": " + problems.get(0) + cure);
    }
    StringBuilder message = new StringBuilder();
    message.append(name).append(": the model has ").append(findings.problemCount());
    message.append(" problems:");
    for (String problem : problems) {
      message.append("\n- ").append(problem);
    }
    if (findings.problemCount() > problems.size()) {
      message.append("\n- and ").append(findings.problemCount() - problems.size());
      message.append(" more.");
    }
    return new BadInputException(message + cure);
  }

  /** Every model begins with its specification version, a small varint in field 1. */
  private static boolean startsLikeModel(byte[] bytes) {
    return bytes.length > 1 && bytes[0] == 0x08;
  }

  private static boolean ranOut(InvalidProtocolBufferException cause) {
    return says(cause, "ended unexpectedly");
  }

  private static boolean says(InvalidProtocolBufferException cause, String words) {
    return String.valueOf(cause.getMessage()).contains(words);
  }

  private static boolean startsWith(byte[] bytes, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (bytes.length <= i || bytes[i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the first bytes are printable ASCII and white space only. */
  private static boolean looksLikeText(byte[] bytes) {
    int looked = Math.min(bytes.length, 256);
    for (int i = 0; i < looked; i++) {
      int b = bytes[i];
      if (b != '\n' && b != '\r' && b != '\t' && (b < ' ' || b > '~')) {
        return false;
      }
    }
    return true;
  }
}
