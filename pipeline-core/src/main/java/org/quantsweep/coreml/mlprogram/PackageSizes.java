package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.mlprogram.PackageEncoder.BlockPart;
import org.quantsweep.coreml.mlprogram.PackageEncoder.Change;
import org.quantsweep.coreml.mlprogram.PackageEncoder.FunctionPart;
import org.quantsweep.coreml.mlprogram.PackageEncoder.Part;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Program;
import org.quantsweep.quantize.Scheme;

/**
 * The bytes of a package whose constants change their forms one after the other, without its codes.
 * Every size goes through all places of blobs, because those of later ones follow from those of
 * earlier ones; but only what has changed is looked up again. For one thread.
 */
final class PackageSizes {
  private final PackageEncoder encoder;
  private final Map<WeightTensor, Weight> weights = new HashMap<>();
  private final List<FunctionSizes> functions = new ArrayList<>();
  private final Slots slots = new Slots();
  private final Map<Integer, Long> bareModels = new HashMap<>();
  private final Map<Set<String>, Long> otherFiles = new HashMap<>();
  private final long bareProgram;
  private int changed;

  /** A weight tensor; parts refer to it, so that nothing is looked up for each size. */
  private static final class Weight {
    Change change;
  }

  /** Nothing is changed. */
  PackageSizes(PackageEncoder encoder) {
    this.encoder = encoder;
    this.bareProgram = encoder.bareProgramSize();
    encoder.functions().forEach((name, part) -> functions.add(new FunctionSizes(name, part)));
  }

  /**
   * Stores a weight tensor in a form from now on.
   *
   * @param form null for as it is in the files given
   * @param source as of a {@link Change}
   */
  void change(WeightTensor tensor, ConstantForm form, Optional<Scheme> source) {
    Weight weight = weight(tensor);
    changed += (form == null ? 0 : 1) - (weight.change == null ? 0 : 1);
    weight.change = form == null ? null : new Change(form, ConstantArrays.UNKNOWN, source);
  }

  private Weight weight(WeightTensor tensor) {
    return weights.computeIfAbsent(tensor, missing -> new Weight());
  }

  /** The bytes of the package as it would be now. */
  ByteSize size() {
    slots.clear();
    int version = encoder.specificationVersion();
    long program = bareProgram;
    for (FunctionSizes function : functions) {
      Opset opset = function.opset();
      version = Math.max(version, changed == 0 ? 0 : opset.specificationVersion());
      program += PackageEncoder.field(Program.FUNCTIONS_FIELD_NUMBER, function.size(opset));
    }
    long bareModel = bareModels.computeIfAbsent(version, encoder::bareModelSize);
    return new ByteSize(
        bareModel
            + PackageEncoder.field(
                org.quantsweep.proto.coreml.Model.MLPROGRAM_FIELD_NUMBER, program)
            + filesSize(slots.fileSizes()));
  }

  private long filesSize(Map<String, Long> constants) {
    long size =
        otherFiles.computeIfAbsent(Set.copyOf(constants.keySet()), encoder::sizeOfOtherFiles);
    for (long bytes : constants.values()) {
      size += bytes;
    }
    return size;
  }

  /** A function, and what it becomes under the opset of the last size. */
  private final class FunctionSizes {
    private final String name;
    private final FunctionPart part;
    private final BlockSizes body;
    private final List<Weight> made;
    private final Map<Opset, Long> bare = new EnumMap<>(Opset.class);

    FunctionSizes(String name, FunctionPart part) {
      this.name = name;
      this.part = part;
      this.body = new BlockSizes(part.body());
      this.made = part.weights().stream().map(PackageSizes.this::weight).toList();
    }

    private Opset opset() {
      Opset least = part.function().opset();
      for (Weight weight : made) {
        least = PackageEncoder.later(least, weight.change);
      }
      return least;
    }

    /** The bytes of its entry. */
    private long size(Opset opset) {
      long function =
          bare.computeIfAbsent(
                  opset, wanted -> (long) PackageEncoder.bare(part, wanted).getSerializedSize())
              + PackageEncoder.field(
                  Function.BLOCK_SPECIALIZATIONS_FIELD_NUMBER,
                  PackageEncoder.entry(opset.toString(), body.size(opset)));
      return PackageEncoder.entry(name, function);
    }
  }

  /** The operations of a block that may change. */
  private final class BlockSizes {
    private final long fixed;
    private final List<PartSizes> parts = new ArrayList<>();

    BlockSizes(BlockPart block) {
      this.fixed = block.fixed();
      for (Part part : block.parts()) {
        if (!(part instanceof Part.Fixed)) {
          parts.add(new PartSizes(part));
        }
      }
    }

    private long size(Opset opset) {
      long size = fixed;
      for (PartSizes part : parts) {
        size += part.size(opset);
      }
      return size;
    }
  }

  /** What a part becomes: looked up again when its form or the opset has changed. */
  private final class PartSizes {
    private final Part part;
    private final Weight weight;
    private final List<BlockSizes> blocks = new ArrayList<>();
    private Opset opset;
    private Change change;
    private List<PlacedTemplate> templates = List.of();

    PartSizes(Part part) {
      this.part = part;
      this.weight =
          PackageEncoder.weight(part)
              .map(own -> PackageSizes.this.weight(own.tensor()))
              .orElseGet(Weight::new);
      if (part instanceof Part.Outer outer) {
        outer.blocks().forEach(inner -> blocks.add(new BlockSizes(inner)));
        templates = List.of(slots.placed(outer.template()));
      }
    }

    private long size(Opset wanted) {
      if (part instanceof Part.Outer) {
        long own = templates.get(0).size();
        for (BlockSizes inner : blocks) {
          own += PackageEncoder.field(Operation.BLOCKS_FIELD_NUMBER, inner.size(wanted));
        }
        return PackageEncoder.field(Block.OPERATIONS_FIELD_NUMBER, own);
      }
      Change now = weight.change;
      if (opset != wanted || !Objects.equals(change, now)) {
        opset = wanted;
        change = now;
        templates = encoder.templates(part, wanted, now).stream().map(slots::placed).toList();
      }
      long size = 0;
      for (PlacedTemplate template : templates) {
        size += PackageEncoder.field(Block.OPERATIONS_FIELD_NUMBER, template.size());
      }
      return size;
    }
  }

  /** A template whose blobs have numbers, and its size for the places that it had last. */
  private final class PlacedTemplate {
    private final OperationTemplate template;
    private final int[] numbers;
    private final int[] lengths;
    private int size = -1;

    PlacedTemplate(OperationTemplate template, int[] numbers) {
      this.template = template;
      this.numbers = numbers;
      this.lengths = new int[numbers.length];
    }

    private int size() {
      boolean same = size >= 0;
      for (int i = 0; i < numbers.length; i++) {
        int length = OperationTemplate.length(slots.place(numbers[i]));
        same &= length == lengths[i];
        lengths[i] = length;
      }
      if (!same) {
        size = template.size(slot -> slots.place(slots.number(slot)));
      }
      return size;
    }
  }

  /** The places of blobs, as {@link BlobPlaces} gives them, by number. */
  private final class Slots {
    private static final long NO_PLACE = -1;

    private final Map<BlobSlot, Integer> numbers = new HashMap<>();
    private final Map<OperationTemplate, PlacedTemplate> templates = new HashMap<>();
    private final List<String> paths = new ArrayList<>();
    private int[] files = new int[64];
    private long[] bytes = new long[64];
    private long[] places = new long[64];
    private long[] ends = new long[0];

    private void clear() {
      Arrays.fill(places, 0, numbers.size(), NO_PLACE);
      Arrays.fill(ends, BlobFile.ALIGNMENT);
    }

    private PlacedTemplate placed(OperationTemplate template) {
      PlacedTemplate known = templates.get(template);
      if (known == null) {
        known =
            new PlacedTemplate(
                template, template.slots().stream().mapToInt(this::number).toArray());
        templates.put(template, known);
      }
      return known;
    }

    private int number(BlobSlot slot) {
      Integer known = numbers.get(slot);
      if (known != null) {
        return known;
      }
      int number = numbers.size();
      if (number == files.length) {
        files = Arrays.copyOf(files, 2 * number);
        bytes = Arrays.copyOf(bytes, 2 * number);
        places = Arrays.copyOf(places, 2 * number);
      }
      if (!paths.contains(slot.file())) {
        paths.add(slot.file());
        ends = Arrays.copyOf(ends, paths.size());
        ends[paths.size() - 1] = BlobFile.ALIGNMENT;
      }
      files[number] = paths.indexOf(slot.file());
      bytes[number] = BlobFile.ALIGNMENT + CodeBits.bytes(slot.type(), slot.count());
      places[number] = NO_PLACE;
      numbers.put(slot, number);
      return number;
    }

    private long place(int number) {
      if (places[number] == NO_PLACE) {
        int file = files[number];
        places[number] = BlobFileWriter.aligned(ends[file]);
        ends[file] = places[number] + bytes[number];
      }
      return places[number];
    }

    /** The bytes of each file that something lies in, by its path as programs write it. */
    private Map<String, Long> fileSizes() {
      Map<String, Long> sizes = new TreeMap<>();
      for (int file = 0; file < ends.length; file++) {
        if (ends[file] > BlobFile.ALIGNMENT) {
          sizes.put(paths.get(file), ends[file]);
        }
      }
      return sizes;
    }
  }
}
