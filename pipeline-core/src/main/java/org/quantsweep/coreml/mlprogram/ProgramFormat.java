package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;

/** ML Programs: they are read and run; none of their weight tensors is stored otherwise yet. */
public final class ProgramFormat implements ModelFormat {
  /** How a problem ends where a program names a file of constants that is not there. */
  public static final String NO_FILE = "there is no such file.";

  private static final String EXTENSION = ".mlpackage";
  private static final String NOT_YET =
      "ML Programs cannot be compressed yet, only inspected, run and compared.\n"
          + "Maybe convert the model to a neural network (convert_to=\"neuralnetwork\" in"
          + " coremltools).";

  private final Contents contents;
  private final ProgramWeights weights;

  private ProgramFormat(Contents contents, ProgramWeights weights) {
    this.contents = contents;
    this.weights = weights;
  }

  /**
   * What a model's files held.
   *
   * @param defaults of optional inputs, by function and input
   * @param files as given
   */
  public record Contents(
      Program program, Map<String, Map<String, Float>> defaults, ModelFiles files) {
    /** Copies the maps. */
    public Contents {
      defaults = Map.copyOf(defaults);
    }
  }

  /**
   * Reads a program's message. What is wrong with it is noted.
   *
   * @param beside the files of constants, by their path within the folder of the program's own file
   */
  public static Program read(
      org.quantsweep.proto.mil.Program message,
      Map<String, FileContent> beside,
      Findings findings) {
    Program program = ProgramMessages.read(message, new BlobFiles(beside), findings);
    if (findings.problemCount() == 0) {
      ProgramChecks.check(program, findings);
    }
    return program;
  }

  /**
   * A model of a program that was checked.
   *
   * @param functions what the functions want and answer
   */
  public static CoreMLModel model(
      CoreMLModel.Source source,
      CoreMLModel.Functions functions,
      List<String> warnings,
      Contents contents) {
    ProgramLayers layers = ProgramLayers.of(contents.program(), source.name());
    return new CoreMLModel(
        source,
        functions,
        layers.layers(),
        layers.weightTensors(),
        warnings,
        new ProgramFormat(contents, layers.weights()));
  }

  /**
   * The function of a model of this format that it is seen as.
   *
   * @throws IllegalArgumentException when the model has another format
   */
  public static ProgramFunction function(CoreMLModel model) {
    return of(model).contents.program().functions().get(model.function());
  }

  /** Which operations of a model of this format make and take its weight tensors. */
  public static ProgramWeights weights(CoreMLModel model) {
    return of(model).weights;
  }

  /** The value of an optional input of the function that is not given, everywhere. */
  public static float defaultValue(CoreMLModel model, String input) {
    return of(model)
        .contents
        .defaults()
        .getOrDefault(model.function(), Map.of())
        .getOrDefault(input, 0f);
  }

  private static ProgramFormat of(CoreMLModel model) {
    if (!(model.format() instanceof ProgramFormat format)) {
      throw new IllegalArgumentException(model.name() + ": this model is no ML Program.");
    }
    return format;
  }

  /** Whether a model has this format. */
  public static boolean isFormatOf(CoreMLModel model) {
    return model.format() instanceof ProgramFormat;
  }

  @Override
  public String fileName(String stem) {
    return contents.files().isLone() ? stem + ".mlmodel" : stem + EXTENSION;
  }

  @Override
  public List<FunctionSummary> functions() {
    List<FunctionSummary> summaries = new ArrayList<>();
    contents
        .program()
        .functions()
        .values()
        .forEach(
            function ->
                summaries.add(
                    ProgramSummaries.of(
                        function, contents.defaults().getOrDefault(function.name(), Map.of()))));
    return summaries;
  }

  @Override
  public Optional<String> compressionRefusal() {
    return Optional.of(NOT_YET);
  }

  @Override
  public List<Scheme> uniformSchemes() {
    throw new UsageException(NOT_YET);
  }

  @Override
  public List<Scheme> options(WeightTensor tensor) {
    return List.of();
  }

  @Override
  public Optional<String> refusal(Scheme scheme) {
    return Optional.of(NOT_YET);
  }

  @Override
  public Optional<String> refusal(WeightTensor tensor, Scheme scheme) {
    return Optional.of(NOT_YET);
  }

  @Override
  public Optional<Scheme> fallback(WeightTensor tensor) {
    return Optional.empty();
  }

  @Override
  public Map<WeightTensor, Scheme> completed(Map<WeightTensor, Scheme> schemes) {
    return schemes;
  }

  @Override
  public TensorQuantizer quantizer(WeightTensor tensor) {
    throw new UsageException(NOT_YET);
  }

  @Override
  public long storedBytes(WeightTensor tensor, Scheme scheme) {
    throw new UsageException(NOT_YET);
  }

  @Override
  public ByteSize encodedSize(Map<WeightTensor, Scheme> schemes) {
    requireNone(schemes);
    return contents.files().size();
  }

  @Override
  public ModelFiles encode(Map<WeightTensor, StoredWeights> weights) {
    requireNone(weights);
    return contents.files();
  }

  private static void requireNone(Map<WeightTensor, ?> changed) {
    if (!changed.isEmpty()) {
      throw new UsageException(NOT_YET);
    }
  }

  @Override
  public Optional<LinearUse> linearUse(WeightTensor tensor) {
    return new ProgramLinearUse(weights).of(tensor);
  }

  @Override
  public ModelCuts cuts(CoreMLModel model) {
    return new ProgramCuts(function(model), weights);
  }

  @Override
  public CoreMLModel rewrite(CoreMLModel model, Rewrite rewrite) {
    return model;
  }
}
