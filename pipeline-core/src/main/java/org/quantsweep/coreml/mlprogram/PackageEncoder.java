package org.quantsweep.coreml.mlprogram;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.Program;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;

/**
 * Lays out a package whose constants are stored otherwise: which operations make them, and where
 * their arrays lie. {@link PackageSizes} tells how large all of it is. Safe for several threads.
 */
final class PackageEncoder {
  /** Ends the name of a bias that is added. */
  private static final String BIAS = "_bias";

  private final Model message;
  private final Map<String, FileContent> beside;
  private final Map<String, FunctionPart> functions = new TreeMap<>();
  private final IdentityHashMap<Operation, Membership> memberships = new IdentityHashMap<>();
  private final IdentityHashMap<Operation, AddableBias> biases = new IdentityHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final BlobFiles blobs;
  private final GivenBlobs given = new GivenBlobs();
  private final Map<Numbers, String> firsts = new HashMap<>();
  private final Map<WeightTensor, String> standIns = new HashMap<>();
  private final Set<String> blobFiles = new TreeSet<>();
  private final Map<FormKey, List<OperationTemplate>> templates = new ConcurrentHashMap<>();

  /**
   * What a changed constant becomes.
   *
   * @param source the scheme, where the arrays follow from it and the weights alone: those of equal
   *     constants are equal then, and are stored once
   */
  record Change(ConstantForm form, ConstantArrays arrays, Optional<Scheme> source) {}

  private record FormKey(
      String identity, String owner, String name, ConstantForm form, Opset opset) {}

  /** What the codes of a plain constant follow from, beside the scheme. */
  private record Numbers(BlobSlot blob, Shape shape, WeightAxes axes) {}

  /** What an operation is to a weight tensor. */
  record Membership(ProgramWeight weight, boolean isMaker) {}

  /** A function, and the weight tensors that are made in it. */
  record FunctionPart(
      ProgramFunction function, Function message, BlockPart body, Set<WeightTensor> weights) {}

  /**
   * Operations of a block.
   *
   * @param fixed bytes of all that never changes: what is no operation, and operations without
   *     blobs
   */
  record BlockPart(Block message, long fixed, List<Part> parts) {}

  /** One operation, or several that never change. */
  sealed interface Part {
    /** It never changes. */
    record Fixed(org.quantsweep.proto.mil.Operation message) implements Part {}

    /**
     * It refers to blobs.
     *
     * @param raised what it becomes from CoreML8 on; the same for most
     */
    record Placed(OperationTemplate template, OperationTemplate raised) implements Part {}

    /** It makes a weight tensor, or something that only the weight tensor's maker takes. */
    record OfWeight(Membership membership, String name, Placed asStored) implements Part {}

    /**
     * It has no bias and could have one.
     *
     * @param bias of zeros
     * @param name of the constant that the bias would be
     * @param with the operation that takes it
     */
    record Biased(
        ProgramWeight bias, String name, OperationTemplate asStored, OperationTemplate with)
        implements Part {}

    /** It has blocks inside. */
    record Outer(OperationTemplate template, List<BlockPart> blocks) implements Part {}
  }

  PackageEncoder(
      Model message,
      org.quantsweep.coreml.mlprogram.Program program,
      Map<String, FileContent> beside,
      List<ProgramWeight> weights,
      List<AddableBias> addable) {
    this.message = message;
    this.beside = new TreeMap<>(beside);
    this.blobs = new BlobFiles(beside);
    for (ProgramWeight weight : weights) {
      for (ProgramWeight.Maker maker : weight.makers()) {
        memberships.put(maker.operation(), new Membership(weight, true));
        maker.alone().forEach(own -> memberships.put(own, new Membership(weight, false)));
      }
    }
    addable.forEach(bias -> biases.put(bias.operation(), bias));
    for (ProgramFunction function : program.functions().values()) {
      function.inputs().forEach(input -> names.add(input.name()));
      addNames(function.body());
    }
    program
        .functions()
        .forEach(
            (name, function) -> {
              Function own = message.getMlProgram().getFunctionsOrThrow(name);
              Block body = own.getBlockSpecializationsOrThrow(own.getOpset());
              Set<WeightTensor> made = new LinkedHashSet<>();
              for (ProgramWeight weight : weights) {
                if (weight.makers().stream().anyMatch(maker -> maker.function().equals(name))) {
                  made.add(weight.tensor());
                }
              }
              functions.put(
                  name,
                  new FunctionPart(
                      function,
                      own,
                      block(function.body(), body, SharedConstants.of(function.body())),
                      made));
            });
  }

  private void addNames(ProgramBlock block) {
    block.inputs().forEach(input -> names.add(input.name()));
    for (Operation operation : block.operations()) {
      operation.outputs().forEach(output -> names.add(output.name()));
      operation.blocks().forEach(this::addNames);
    }
  }

  private BlockPart block(ProgramBlock block, Block own, SharedConstants shared) {
    List<Part> parts = new ArrayList<>();
    long fixed = own.toBuilder().clearOperations().build().getSerializedSize();
    for (int i = 0; i < block.operations().size(); i++) {
      Operation operation = block.operations().get(i);
      org.quantsweep.proto.mil.Operation message = own.getOperations(i);
      if (operation.isConstant()
          && !memberships.containsKey(operation)
          && shared.isKnown(message)) {
        continue;
      }
      Part part = part(operation, shared.taking(message), shared);
      parts.add(part);
      if (part instanceof Part.Fixed same) {
        fixed += field(Block.OPERATIONS_FIELD_NUMBER, same.message().getSerializedSize());
      }
    }
    return new BlockPart(own, fixed, List.copyOf(parts));
  }

  private Part part(
      Operation operation, org.quantsweep.proto.mil.Operation own, SharedConstants shared) {
    if (!operation.blocks().isEmpty()) {
      List<BlockPart> inside = new ArrayList<>();
      for (int i = 0; i < operation.blocks().size(); i++) {
        inside.add(block(operation.blocks().get(i), own.getBlocks(i), shared.within()));
      }
      return new Part.Outer(template(own.toBuilder().clearBlocks().build()), inside);
    }
    OperationTemplate template = template(own);
    AddableBias bias = biases.get(operation);
    if (bias != null) {
      String name = biasName(operation);
      OperationTemplate with =
          template(
              own.toBuilder().putInputs(AddableBias.PARAMETER, MilMessages.argument(name)).build());
      return new Part.Biased(bias.weight(), name, template, with);
    }
    OperationTemplate raised = OldConstants.isOld(own) ? raised(operation, own) : template;
    Part.Placed placed = new Part.Placed(template, raised);
    Membership membership = memberships.get(operation);
    if (membership != null) {
      if (membership.isMaker() && membership.weight().isPlain()) {
        findStandIn(membership.weight(), template.slots());
      }
      return new Part.OfWeight(membership, operation.outputs().get(0).name(), placed);
    }
    return template.slots().isEmpty() && raised == template ? new Part.Fixed(own) : placed;
  }

  /** A name that nothing else has. */
  private String biasName(Operation operation) {
    String name = operation.outputs().get(0).name() + BIAS;
    while (!names.add(name)) {
      name += "_";
    }
    return name;
  }

  /** The first constant of the same numbers has the same codes under any scheme. */
  private void findStandIn(ProgramWeight weight, List<BlobSlot> slots) {
    if (slots.size() == 1) {
      WeightTensor tensor = weight.tensor();
      Numbers numbers = new Numbers(slots.get(0), tensor.shape(), weight.axes());
      standIns.put(tensor, firsts.computeIfAbsent(numbers, missing -> tensor.identity()));
    }
  }

  private OperationTemplate raised(Operation operation, org.quantsweep.proto.mil.Operation own) {
    return OldConstants.raised(operation, own, this::given);
  }

  /** An operation with its blobs taken out of their places. */
  private OperationTemplate template(org.quantsweep.proto.mil.Operation own) {
    List<BlobSlot> slots = new ArrayList<>();
    org.quantsweep.proto.mil.Operation open =
        BlobReferences.changed(
            own,
            value -> {
              slots.add(given(value));
              return value.toBuilder()
                  .setBlobFileValue(
                      Value.BlobFileValue.newBuilder()
                          .setFileName(OperationTemplate.OPEN)
                          .setOffset(slots.size() - 1))
                  .build();
            });
    return slots.isEmpty() ? new OperationTemplate(own, slots) : new OperationTemplate(open, slots);
  }

  private BlobSlot.Given given(Value value) {
    Value.BlobFileValue blob = value.getBlobFileValue();
    ProgramType.Array type = ProgramMessages.constantType(value);
    blobFiles.add(blob.getFileName());
    try {
      TensorValue elements =
          blobs.value(
              blob.getFileName(), blob.getOffset(), type.element(), type.shape().orElseThrow());
      return given.first(
          new BlobSlot.Given(
              blob.getFileName(), blob.getOffset(), type.element(), elements.count(), elements));
    } catch (IOException | BlobFile.DamagedBlobException e) {
      throw new BadInputException(
          blob.getFileName()
              + " cannot be read ("
              + e.getMessage()
              + ").\nMaybe copy the package again.",
          e);
    }
  }

  /** The opset that a function needs for what becomes of its constants. */
  private static Opset opset(FunctionPart part, Map<WeightTensor, Change> changes) {
    Opset least = part.function().opset();
    for (WeightTensor tensor : part.weights()) {
      least = later(least, changes.get(tensor));
    }
    return least;
  }

  /**
   * The later of an opset and what a changed constant needs.
   *
   * @param change null for none
   */
  static Opset later(Opset opset, Change change) {
    return change != null && change.form().least().isAtLeast(opset) ? change.form().least() : opset;
  }

  /**
   * The operations that a part becomes; none where another part of its weight tensor stands in.
   *
   * @param change of the part's weight tensor; null for none
   */
  List<OperationTemplate> templates(Part part, Opset opset, Change change) {
    if (part instanceof Part.OfWeight own) {
      if (change != null) {
        return own.membership().isMaker()
            ? written(own.membership().weight(), own.name(), change, opset)
            : List.of();
      }
      return templates(own.asStored(), opset, null);
    }
    if (part instanceof Part.Biased own) {
      if (change == null) {
        return List.of(own.asStored());
      }
      List<OperationTemplate> both =
          new ArrayList<>(written(own.bias(), own.name(), change, opset));
      both.add(own.with());
      return both;
    }
    if (part instanceof Part.Placed placed) {
      return List.of(opset.isAtLeast(Opset.IOS18) ? placed.raised() : placed.template());
    }
    throw new IllegalArgumentException("this part has no operations of its own.");
  }

  private List<OperationTemplate> written(
      ProgramWeight weight, String name, Change change, Opset opset) {
    String identity = weight.tensor().identity();
    String owner =
        change
            .source()
            .map(scheme -> standIns.getOrDefault(weight.tensor(), identity) + " as " + scheme)
            .orElse(identity);
    if (change.arrays() == ConstantArrays.UNKNOWN) {
      FormKey key = new FormKey(identity, owner, name, change.form(), opset);
      return templates.computeIfAbsent(key, missing -> write(weight, owner, name, change, opset));
    }
    return write(weight, owner, name, change, opset);
  }

  private List<OperationTemplate> write(
      ProgramWeight weight, String owner, String name, Change change, Opset opset) {
    return new ConstantWriter(
            new ConstantWriter.Target(
                owner,
                name,
                weight.tensor().shape(),
                weight.type(),
                weight.makers().size() > 1,
                names),
            opset,
            change.arrays())
        .write(change.form());
  }

  /** The functions of the program, by name. */
  Map<String, FunctionPart> functions() {
    return functions;
  }

  /** The bytes of the program without its functions. */
  long bareProgramSize() {
    return message.getMlProgram().toBuilder().clearFunctions().build().getSerializedSize();
  }

  /** The specification version of the package as given. */
  int specificationVersion() {
    return message.getSpecificationVersion();
  }

  /** The bytes of the model without its program. */
  long bareModelSize(int version) {
    return message.toBuilder()
        .clearMlProgram()
        .setSpecificationVersion(version)
        .build()
        .getSerializedSize();
  }

  /**
   * The bytes of all files but the model's own and those of constants.
   *
   * @param constants the files of constants, which the manifest names too, as programs write them
   */
  long sizeOfOtherFiles(Set<String> constants) {
    Map<String, Long> files = new TreeMap<>();
    beside.forEach((path, content) -> files.put(path, content.size().bytes()));
    blobFiles.forEach(path -> files.remove(relative(path)));
    constants.forEach(path -> files.put(relative(path), 0L));
    long size = PackageWriter.manifestSize(PackageWriter.items(files.keySet()));
    for (long bytes : files.values()) {
      size += bytes;
    }
    return size;
  }

  static Function bare(FunctionPart part, Opset opset) {
    // A function's other blocks are for other opsets, and mean the old constants.
    return part.message().toBuilder()
        .clearBlockSpecializations()
        .setOpset(opset.toString())
        .build();
  }

  private static String relative(String path) {
    return path.substring(BlobFiles.MODEL_PATH.length());
  }

  /** The bytes of a length-delimited field. */
  static long field(int number, long length) {
    return CodedOutputStream.computeTagSize(number)
        + CodedOutputStream.computeUInt64SizeNoTag(length)
        + length;
  }

  /** The bytes of a map's entry whose value is a message. */
  static long entry(String key, long value) {
    return CodedOutputStream.computeStringSize(1, key) + field(2, value);
  }

  /** The bytes of a weight tensor's operations and blobs, with what lies between blobs. */
  long storedBytes(ProgramWeight weight, ConstantForm form) {
    ProgramWeight.Maker maker = weight.makers().get(0);
    String name = maker.operation().outputs().get(0).name();
    Opset own = functions.get(maker.function()).function().opset();
    return storedBytes(weight, name, form, form.least().isAtLeast(own) ? form.least() : own);
  }

  /** The bytes of a bias that an operation gets, without those of its name there. */
  long storedBytes(AddableBias bias) {
    ProgramWeight weight = bias.weight();
    ConstantForm form = new ConstantForm.Floats(weight.type(), weight.type());
    String name = bias.operation().outputs().get(0).name() + BIAS;
    return storedBytes(weight, name, form, form.least());
  }

  private long storedBytes(ProgramWeight weight, String name, ConstantForm form, Opset opset) {
    long bytes = 0;
    Change change = new Change(form, ConstantArrays.UNKNOWN, Optional.empty());
    BlobPlaces places = new BlobPlaces();
    for (OperationTemplate template : written(weight, name, change, opset)) {
      bytes += template.size(places::place);
    }
    for (long size : places.sizes().values()) {
      bytes += BlobFileWriter.aligned(size) - BlobFile.ALIGNMENT;
    }
    return bytes;
  }

  /** The package. */
  ModelFiles encode(Map<WeightTensor, Change> changes) {
    BlobPlaces places = new BlobPlaces();
    int version = message.getSpecificationVersion();
    Program.Builder program = message.getMlProgram().toBuilder().clearFunctions();
    for (Map.Entry<String, FunctionPart> entry : functions.entrySet()) {
      FunctionPart part = entry.getValue();
      Opset opset = opset(part, changes);
      version = Math.max(version, changes.isEmpty() ? 0 : opset.specificationVersion());
      program.putFunctions(
          entry.getKey(),
          bare(part, opset).toBuilder()
              .putBlockSpecializations(
                  opset.toString(), message(part.body(), opset, changes, places))
              .build());
    }
    Map<String, FileContent> files = new HashMap<>(beside);
    blobFiles.forEach(path -> files.remove(relative(path)));
    try {
      places.files().forEach((path, content) -> files.put(relative(path), content));
    } catch (IOException e) {
      throw new BadInputException(
          "the constants of the package cannot be read ("
              + e.getMessage()
              + ").\nMaybe copy the package again.",
          e);
    }
    return PackageWriter.files(
        message.toBuilder().setMlProgram(program).setSpecificationVersion(version).build(), files);
  }

  private Block message(
      BlockPart block, Opset opset, Map<WeightTensor, Change> changes, BlobPlaces places) {
    Block.Builder changed = block.message().toBuilder().clearOperations();
    for (Part part : block.parts()) {
      if (part instanceof Part.Fixed same) {
        changed.addOperations(same.message());
      } else if (part instanceof Part.Outer outer) {
        org.quantsweep.proto.mil.Operation.Builder own =
            placed(outer.template(), places).toBuilder();
        outer.blocks().forEach(inner -> own.addBlocks(message(inner, opset, changes, places)));
        changed.addOperations(own);
      } else {
        for (OperationTemplate template : templates(part, opset, change(part, changes))) {
          changed.addOperations(placed(template, places));
        }
      }
    }
    return changed.build();
  }

  private static Change change(Part part, Map<WeightTensor, Change> changes) {
    return weight(part).map(own -> changes.get(own.tensor())).orElse(null);
  }

  /** The weight tensor that a part becomes something else with. */
  static Optional<ProgramWeight> weight(Part part) {
    if (part instanceof Part.OfWeight own) {
      return Optional.of(own.membership().weight());
    }
    return part instanceof Part.Biased biased ? Optional.of(biased.bias()) : Optional.empty();
  }

  private static org.quantsweep.proto.mil.Operation placed(
      OperationTemplate template, BlobPlaces places) {
    // In the order in which sizes ask for them.
    template.slots().forEach(places::place);
    return template.placed(places::place);
  }
}
