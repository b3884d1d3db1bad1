package org.quantsweep.coreml.file;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.neuralnetwork.NetworkFormat;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.Model;

/** Reads Core ML model files, checks them, and picks their format by their content. */
public final class ModelReader {
  private ModelReader() {}

  /**
   * Reads an {@code .mlmodel} file.
   *
   * @throws BadInputException with one message that says where and what, when the file cannot be
   *     read, is not a Core ML model, or is one that cannot be used
   */
  public static CoreMLModel read(Path file) {
    return read(file, ReaderLimits.DEFAULT);
  }

  /** As {@link #read(Path)}, with limits of one's own. */
  public static CoreMLModel read(Path file, ReaderLimits limits) {
    String name = file.getFileName() == null ? file.toString() : file.getFileName().toString();
    return read(ModelFile.bytes(file, limits), name, limits);
  }

  /**
   * Reads the bytes of an {@code .mlmodel} file.
   *
   * @param name what messages call it
   * @throws BadInputException as {@link #read(Path)}
   */
  public static CoreMLModel read(byte[] bytes, String name) {
    return read(bytes, name, ReaderLimits.DEFAULT);
  }

  /**
   * Reads the files of a model.
   *
   * @param name what messages call it
   * @throws BadInputException as {@link #read(Path)}
   */
  public static CoreMLModel read(ModelFiles files, String name) {
    try {
      return read(files.content().readAll(ReaderLimits.DEFAULT.fileSize()), name);
    } catch (IOException e) {
      throw new BadInputException(
          name + ": the file cannot be read (" + e.getMessage() + ").\nMaybe check its path.", e);
    }
  }

  /** As {@link #read(byte[], String)}, with limits of one's own. */
  public static CoreMLModel read(byte[] bytes, String name, ReaderLimits limits) {
    Model message = parse(bytes, name, limits);
    return build(message, bytes, name, limits);
  }

  private static Model parse(byte[] bytes, String name, ReaderLimits limits) {
    if (bytes.length == 0) {
      throw ModelFile.empty(name);
    }
    CodedInputStream input = CodedInputStream.newInstance(bytes);
    input.setRecursionLimit(limits.messageDepth());
    try {
      Model message = Model.parseFrom(input);
      input.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw ModelFile.notAModel(bytes, name, e);
    } catch (IOException e) {
      throw new BadInputException(name + ": cannot be read (" + e.getMessage() + ").", e);
    }
  }

  private static CoreMLModel build(Model message, byte[] bytes, String name, ReaderLimits limits) {
    Findings findings = new Findings();
    ModelChecks.check(message, limits, findings);
    FeatureDescriptions features = FeatureDescriptions.of(message, findings);
    if (findings.problemCount() > 0) {
      throw ModelFile.unusable(name, findings);
    }
    return NetworkFormat.model(
        new CoreMLModel.Source(name, Sha256Digest.of(bytes), new ByteSize(bytes.length)),
        new CoreMLModel.ModelInterface(
            ModelKinds.of(message),
            message.getSpecificationVersion(),
            features.inputs(),
            features.outputs()),
        findings.warnings(),
        message);
  }
}
