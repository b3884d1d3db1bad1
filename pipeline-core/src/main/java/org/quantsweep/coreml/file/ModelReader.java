package org.quantsweep.coreml.file;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.neuralnetwork.NetworkFormat;
import org.quantsweep.proto.coreml.Model;

/** Reads Core ML model files, checks them, and picks their format by their content. */
public final class ModelReader {
  private ModelReader() {}

  /**
   * Reads an {@code .mlmodel} file, a model package, or a package as an archive.
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
    if (LocalPackage.isPackage(file)) {
      return read(LocalPackage.files(file), name, limits);
    }
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
    return read(files, name, ReaderLimits.DEFAULT);
  }

  /**
   * The files of a model: of an archive, those in it, so that a folder and an archive of it are one
   * model; of a package around a neural network, the network's own file, which is all of the model.
   * Any other file is not looked into.
   *
   * @throws BadInputException when there is nothing, or it cannot be read
   */
  public static ModelFiles files(Path file) {
    if (LocalPackage.isPackage(file)) {
      return withoutPackage(LocalPackage.files(file), file.toString());
    }
    return ModelFiles.lone(ModelFile.bytes(file, ReaderLimits.DEFAULT));
  }

  /**
   * The files of a model that were read elsewhere, as {@link #files} gives them.
   *
   * @param name what messages call it
   * @throws BadInputException when it is a damaged archive
   */
  public static ModelFiles unpacked(ModelFiles files, String name) {
    return withoutPackage(LocalPackage.unpacked(files, name), name);
  }

  private static ModelFiles withoutPackage(ModelFiles files, String name) {
    if (files.isLone()) {
      return files;
    }
    ModelPackage parts = ModelPackage.of(files, name);
    Model message =
        parse(bytes(parts.specification(), name, ReaderLimits.DEFAULT), name, ReaderLimits.DEFAULT);
    return ModelKinds.hasProgram(message) ? files : ModelFiles.lone(parts.specification());
  }

  private static CoreMLModel read(ModelFiles given, String name, ReaderLimits limits) {
    ModelFiles files = LocalPackage.unpacked(given, name);
    if (files.isLone()) {
      byte[] bytes = bytes(files.content(), name, limits);
      return build(parse(bytes, name, limits), files, Map.of(), name, limits, false);
    }
    ModelPackage parts = ModelPackage.of(files, name);
    Model message = parse(bytes(parts.specification(), name, limits), name, limits);
    return ModelKinds.hasProgram(message)
        ? build(message, files, parts.beside(), name, limits, false)
        : build(message, ModelFiles.lone(parts.specification()), Map.of(), name, limits, false);
  }

  private static byte[] bytes(FileContent content, String name, ReaderLimits limits) {
    try {
      return content.readAll(limits.fileSize());
    } catch (IOException e) {
      throw new BadInputException(
          name + ": the file cannot be read (" + e.getMessage() + ").\nMaybe check its path.", e);
    }
  }

  /** As {@link #read(byte[], String)}, with limits of one's own. */
  public static CoreMLModel read(byte[] bytes, String name, ReaderLimits limits) {
    Model message = parse(bytes, name, limits);
    return build(message, ModelFiles.lone(bytes), Map.of(), name, limits, false);
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

  private static CoreMLModel build(
      Model message,
      ModelFiles files,
      Map<String, FileContent> beside,
      String name,
      ReaderLimits limits,
      boolean stage) {
    Findings findings = new Findings();
    ModelChecks.check(message, limits, findings);
    CoreMLModel.Source source = new CoreMLModel.Source(name, files.digest(), files.size());
    if (message.hasMlProgram()) {
      return ProgramReader.read(
          message, new ProgramReader.Parts(source, files, beside, stage), findings);
    }
    FeatureDescriptions features = FeatureDescriptions.of(message, findings);
    if (findings.problemCount() > 0) {
      throw ModelFile.unusable(name, findings);
    }
    CoreMLModel model =
        NetworkFormat.model(
            source,
            new CoreMLModel.ModelInterface(
                ModelKinds.of(message),
                message.getCustomModel().getClassName(),
                message.getSpecificationVersion(),
                SequenceInputs.of(message, features.inputs()),
                features.outputs()),
            findings.warnings(),
            message);
    List<CoreMLModel> stages = new ArrayList<>();
    for (Model inner : ModelKinds.stages(message)) {
      String stageName = name + ", stage[" + stages.size() + "]";
      stages.add(build(inner, files, beside, stageName, limits, true));
    }
    return model.withStages(stages);
  }
}
