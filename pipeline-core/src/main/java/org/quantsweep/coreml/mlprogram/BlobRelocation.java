package org.quantsweep.coreml.mlprogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Program;
import org.quantsweep.proto.mil.Value;

/**
 * Writes the constants of a model into new files, and refers to them there. Constants keep the
 * order in which they lay; what no program refers to is left out.
 */
public final class BlobRelocation {
  private final BlobFiles blobs;
  private final Map<String, TensorValue> found = new HashMap<>();
  private final SortedMap<String, SortedMap<Long, String>> order = new TreeMap<>();
  private final Map<String, Long> places = new HashMap<>();

  private BlobRelocation(Map<String, FileContent> beside) {
    this.blobs = new BlobFiles(beside);
  }

  /**
   * A model with its constants.
   *
   * @param message of the model, pipelines and their stages too
   * @param beside the other files, by their path within the folder of the model's own
   */
  public record Relocated(Model message, SortedMap<String, FileContent> beside) {
    /** Copies the map. */
    public Relocated {
      beside = new TreeMap<>(beside);
    }
  }

  /**
   * Moves all constants.
   *
   * @param message of a model that was read and checked
   * @throws IOException when a constant cannot be read
   */
  public static Relocated of(Model message, Map<String, FileContent> beside) throws IOException {
    BlobRelocation relocation = new BlobRelocation(beside);
    List<IOException> failures = new ArrayList<>();
    relocation.model(message, value -> relocation.noted(value, failures));
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    SortedMap<String, FileContent> files = new TreeMap<>(beside);
    for (Map.Entry<String, SortedMap<Long, String>> file : relocation.order.entrySet()) {
      BlobFileWriter writer = new BlobFileWriter();
      for (String key : file.getValue().values()) {
        relocation.places.put(key, writer.add(relocation.found.get(key)));
      }
      files.put(file.getKey().substring(BlobFiles.MODEL_PATH.length()), writer.content());
    }
    return new Relocated(relocation.model(message, relocation::placed), files);
  }

  private Value noted(Value value, List<IOException> failures) {
    Value.BlobFileValue blob = value.getBlobFileValue();
    ProgramType.Array type = ProgramMessages.constantType(value);
    try {
      found.put(
          key(blob),
          blobs.value(
              blob.getFileName(), blob.getOffset(), type.element(), type.shape().orElseThrow()));
      order
          .computeIfAbsent(blob.getFileName(), name -> new TreeMap<>())
          .put(blob.getOffset(), key(blob));
    } catch (BlobFile.DamagedBlobException e) {
      failures.add(new IOException(key(blob) + ": " + e.getMessage(), e));
    } catch (IOException e) {
      failures.add(e);
    }
    return value;
  }

  private Value placed(Value value) {
    Value.BlobFileValue blob = value.getBlobFileValue();
    return value.toBuilder()
        .setBlobFileValue(blob.toBuilder().setOffset(places.get(key(blob))))
        .build();
  }

  private static String key(Value.BlobFileValue blob) {
    return blob.getFileName() + " at " + blob.getOffset();
  }

  private Model model(Model message, UnaryOperator<Value> blob) {
    Model.Builder changed = message.toBuilder();
    switch (message.getTypeCase()) {
      case MLPROGRAM -> changed.setMlProgram(program(message.getMlProgram(), blob));
      case PIPELINE -> changed.setPipeline(pipeline(message.getPipeline(), blob));
      case PIPELINECLASSIFIER ->
          changed
              .getPipelineClassifierBuilder()
              .setPipeline(pipeline(message.getPipelineClassifier().getPipeline(), blob));
      case PIPELINEREGRESSOR ->
          changed
              .getPipelineRegressorBuilder()
              .setPipeline(pipeline(message.getPipelineRegressor().getPipeline(), blob));
      default -> {
        // Nothing else refers to files of constants.
      }
    }
    return changed.build();
  }

  private Pipeline pipeline(Pipeline message, UnaryOperator<Value> blob) {
    Pipeline.Builder changed = message.toBuilder().clearModels();
    message.getModelsList().forEach(stage -> changed.addModels(model(stage, blob)));
    return changed.build();
  }

  private Program program(Program message, UnaryOperator<Value> blob) {
    Program.Builder changed = message.toBuilder();
    new TreeMap<>(message.getFunctionsMap())
        .forEach((name, function) -> changed.putFunctions(name, function(function, blob)));
    return changed.build();
  }

  private Function function(Function message, UnaryOperator<Value> blob) {
    Function.Builder changed = message.toBuilder();
    new TreeMap<>(message.getBlockSpecializationsMap())
        .forEach((opset, block) -> changed.putBlockSpecializations(opset, block(block, blob)));
    return changed.build();
  }

  private Block block(Block message, UnaryOperator<Value> blob) {
    Block.Builder changed = message.toBuilder().clearOperations();
    message
        .getOperationsList()
        .forEach(operation -> changed.addOperations(operation(operation, blob)));
    return changed.build();
  }

  private Operation operation(Operation message, UnaryOperator<Value> blob) {
    Operation.Builder changed = BlobReferences.changed(message, blob).toBuilder().clearBlocks();
    message.getBlocksList().forEach(inner -> changed.addBlocks(block(inner, blob)));
    return changed.build();
  }
}
