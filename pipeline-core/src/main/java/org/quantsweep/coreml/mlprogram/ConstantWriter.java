package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.coreml.mlprogram.ConstantArrays.Role;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.tensor.Shape;

/**
 * Writes the operations that make one constant, as coremltools 9.0 does: with attributes up to
 * CoreML7, with inputs from CoreML8 on. Small arrays of whole bytes stand in the operation, others
 * in the file of constants; coremltools does the same with fewer than ten elements.
 */
final class ConstantWriter {
  /** Where constants lie that are new. */
  static final String FILE = BlobFiles.MODEL_PATH + "weights/weight.bin";

  /**
   * Bytes of an array that stand in the operation itself: a blob would take 64 more for its
   * metadata, what lies between it and the next, and the file's name.
   */
  private static final int MOST_INSIDE = 512;

  /** Elements from which on coremltools stores an array in the file. */
  private static final int FEW = 10;

  private final Target target;
  private final String name;
  private final Shape shape;
  private final DataType type;
  private final boolean inputs;
  private final ConstantArrays arrays;
  private final List<OperationTemplate> written = new ArrayList<>();

  /**
   * A constant.
   *
   * @param owner whose the arrays are: those of one owner that have one role are equal
   * @param name in its function
   * @param shared whether several functions make it; what they share lies in the file
   * @param taken the names of other values
   */
  record Target(
      String owner, String name, Shape shape, FloatType type, boolean shared, Set<String> taken) {
    /** A name for what it is made of, that nothing else has. */
    private String part(String suffix) {
      String free = name + suffix;
      while (taken.contains(free)) {
        free += "_";
      }
      return free;
    }
  }

  /**
   * A writer for one constant.
   *
   * @param opset of the function
   */
  ConstantWriter(Target target, Opset opset, ConstantArrays arrays) {
    this.target = target;
    this.name = target.name();
    this.shape = target.shape();
    this.type = dataType(target.type());
    this.inputs = opset.isAtLeast(Opset.IOS18);
    this.arrays = arrays;
  }

  static DataType dataType(FloatType type) {
    return type == FloatType.HALF ? DataType.FLOAT16 : DataType.FLOAT32;
  }

  /** The operations of a form, in order; the last one makes the constant. */
  List<OperationTemplate> write(ConstantForm form) {
    if (form instanceof ConstantForm.Floats floats) {
      floats(floats);
    } else if (form instanceof ConstantForm.Blocks blocks) {
      blocks(blocks);
    } else if (form instanceof ConstantForm.Tables tables) {
      tables(tables);
    } else if (form instanceof ConstantForm.ScaledTable scaled) {
      scaledTable(scaled);
    } else {
      sparse((ConstantForm.Sparse) form);
    }
    return written;
  }

  /** One operation, as it is put together. */
  private final class Draft {
    private final Operation.Builder message;
    private final List<BlobSlot> slots = new ArrayList<>();

    Draft(String operation, String ownName) {
      message =
          Operation.newBuilder()
              .setType(operation)
              .putAttributes("name", MilMessages.text(ownName));
    }

    Draft attribute(String parameter, Value value) {
      message.putAttributes(parameter, value);
      return this;
    }

    Draft input(String parameter, Value value) {
      message.putInputs(parameter, MilMessages.argument(value));
      return this;
    }

    Draft named(String parameter, String value) {
      message.putInputs(parameter, MilMessages.argument(value));
      return this;
    }

    Value array(Role role, DataType element, Shape of) {
      long count = of.elementCount();
      boolean inside =
          target.shared()
              ? role != Role.DATA && count < FEW
              : CodeBits.bytes(element, count) <= MOST_INSIDE;
      if (element.bits() >= 8 && inside) {
        byte[] bytes = arrays.bytes(role, CodeBits.bytes(element, count));
        return MilMessages.packed(element, of, bytes);
      }
      slots.add(
          new BlobSlot.Made(
              FILE,
              target.owner(),
              role,
              element,
              count,
              () -> arrays.bytes(role, CodeBits.bytes(element, count))));
      return MilMessages.open(element, of, slots.size() - 1);
    }

    Draft output(String output, DataType element, Shape of) {
      message.addOutputs(MilMessages.named(output, element, of));
      return this;
    }

    void end() {
      written.add(new OperationTemplate(message.build(), slots));
    }
  }

  private void floats(ConstantForm.Floats floats) {
    DataType stored = dataType(floats.stored());
    if (stored == type) {
      Draft constant = new Draft("const", name);
      constant.attribute("val", constant.array(Role.DATA, type, shape));
      constant.output(name, type, shape).end();
      return;
    }
    Draft cast = new Draft("constexpr_cast", name);
    Value source = cast.array(Role.DATA, stored, shape);
    Value output = MilMessages.text("fp32");
    if (inputs) {
      cast.input("source_val", source).input("output_dtype", output);
    } else {
      cast.attribute("source_val", source).attribute("output_dtype", output);
    }
    cast.output(name, type, shape).end();
  }

  private static DataType codes(int bits, boolean signed) {
    return DataType.valueOf((signed ? "INT" : "UINT") + bits);
  }

  private void blocks(ConstantForm.Blocks form) {
    DataType codes = codes(form.bits(), form.signed());
    if (inputs) {
      Draft scaled = new Draft("constexpr_blockwise_shift_scale", name);
      scaled
          .input("data", scaled.array(Role.DATA, codes, shape))
          .input("scale", scaled.array(Role.SCALE, type, form.blocks()));
      if (form.zeroPoints()) {
        scaled.input("offset", scaled.array(Role.OFFSET, codes, form.blocks()));
      }
      scaled.output(name, type, shape).end();
      return;
    }
    int axis = 0;
    for (int i = 0; i < form.blocks().rank(); i++) {
      axis = form.blocks().length(i) > 1 ? i : axis;
    }
    int scales = Math.toIntExact(form.blocks().elementCount());
    Shape flat = scales == 1 ? Shape.of() : Shape.of(scales);
    Draft affine = new Draft("constexpr_affine_dequantize", name);
    affine
        .attribute("quantized_data", affine.array(Role.DATA, codes, shape))
        .attribute(
            "zero_point",
            form.zeroPoints()
                ? affine.array(Role.OFFSET, codes, flat)
                : MilMessages.packed(codes, Shape.of(), new byte[1]))
        .attribute("scale", affine.array(Role.SCALE, type, flat))
        .attribute("axis", MilMessages.integer(axis))
        .output(name, type, shape)
        .end();
  }

  private static Shape tableShape(ConstantForm.Tables form) {
    PalettizedWeights.Cut cut = form.cut();
    int rank = cut.tables().rank();
    int[] lengths = java.util.Arrays.copyOf(cut.tables().lengths(), rank + 2);
    lengths[rank] = 1 << form.bits();
    lengths[rank + 1] = cut.vector();
    return Shape.of(lengths);
  }

  /** Binds the tables of an operation; tables of bytes are decoded by an operation before it. */
  private void bindTables(Draft looked, ConstantForm.Tables form) {
    Shape lut = tableShape(form);
    if (!form.compact()) {
      looked.input("lut", looked.array(Role.TABLE, type, lut));
      return;
    }
    String table = target.part("_lut");
    int[] ones = new int[lut.rank()];
    java.util.Arrays.fill(ones, 1);
    Draft scaled = new Draft("constexpr_blockwise_shift_scale", table);
    scaled
        .input("data", scaled.array(Role.TABLE, DataType.INT8, lut))
        .input("scale", scaled.array(Role.TABLE_SCALE, type, Shape.of(ones)))
        .output(table, type, lut)
        .end();
    looked.named("lut", table);
  }

  private void tables(ConstantForm.Tables form) {
    PalettizedWeights.Cut cut = form.cut();
    Draft looked = new Draft("constexpr_lut_to_dense", name);
    if (inputs) {
      looked.input("indices", looked.array(Role.DATA, codes(form.bits(), false), cut.indices()));
      bindTables(looked, form);
      if (cut.vector() > 1) {
        looked.input("vector_axis", MilMessages.integer(cut.vectorAxis()));
      }
      looked.output(name, type, shape).end();
      return;
    }
    long packed = (shape.elementCount() * form.bits() + 7) / 8;
    looked
        .attribute(
            "indices", looked.array(Role.DATA, DataType.UINT8, Shape.of(Math.toIntExact(packed))))
        .attribute("lut", looked.array(Role.TABLE, type, Shape.of(1 << form.bits())))
        .attribute("shape", MilMessages.lengths(shape))
        .output(name, type, shape)
        .end();
  }

  /** The table gives weights whose scales are still to come. */
  private void scaledTable(ConstantForm.ScaledTable form) {
    int[] table = new int[shape.rank() + 2];
    java.util.Arrays.fill(table, 1);
    table[shape.rank()] = 1 << form.bits();
    String unscaled = target.part("_unscaled");
    Draft looked = new Draft("constexpr_lut_to_dense", unscaled);
    looked
        .input("indices", looked.array(Role.DATA, codes(form.bits(), false), shape))
        .input("lut", looked.array(Role.TABLE, type, Shape.of(table)))
        .output(unscaled, type, shape)
        .end();
    Draft scaled = new Draft("constexpr_blockwise_shift_scale", name);
    scaled
        .named("data", unscaled)
        .input("scale", scaled.array(Role.SCALE, type, form.blocks()))
        .output(name, type, shape)
        .end();
  }

  private void sparse(ConstantForm.Sparse form) {
    Optional<ConstantForm> codes = form.codes();
    Shape kept = Shape.of(form.kept());
    if (!inputs) {
      Draft dense = new Draft("constexpr_sparse_to_dense", name);
      long packed = (shape.elementCount() + 7) / 8;
      dense
          .attribute("nonzero_data", dense.array(Role.DATA, type, kept))
          .attribute(
              "mask", dense.array(Role.MASK, DataType.UINT8, Shape.of(Math.toIntExact(packed))))
          .attribute("shape", MilMessages.lengths(shape))
          .output(name, type, shape)
          .end();
      return;
    }
    if (codes.isEmpty()) {
      Draft dense = new Draft("constexpr_sparse_to_dense", name);
      dense
          .input("nonzero_data", dense.array(Role.DATA, type, kept))
          .input("mask", dense.array(Role.MASK, DataType.UINT1, shape))
          .output(name, type, shape)
          .end();
      return;
    }
    String mask = target.part("_mask");
    String values = target.part("_nonzero");
    if (codes.get() instanceof ConstantForm.Blocks blocks) {
      DataType element = codes(blocks.bits(), blocks.signed());
      Draft scaled = new Draft("constexpr_sparse_blockwise_shift_scale", values);
      scaled
          .input("data_mask", scaled.array(Role.MASK, DataType.UINT1, shape))
          .input("nonzero_data", scaled.array(Role.DATA, element, kept))
          .input("scale", scaled.array(Role.SCALE, type, blocks.blocks()));
      if (blocks.zeroPoints()) {
        scaled.input("offset", scaled.array(Role.OFFSET, element, blocks.blocks()));
      }
      scaled.output(mask, DataType.UINT1, shape).output(values, type, kept).end();
    } else {
      ConstantForm.Tables tables = (ConstantForm.Tables) codes.get();
      Draft looked = new Draft("constexpr_lut_to_sparse", values);
      looked
          .input("indices_mask", looked.array(Role.MASK, DataType.UINT1, shape))
          .input(
              "indices_nonzero_data", looked.array(Role.DATA, codes(tables.bits(), false), kept));
      bindTables(looked, tables);
      looked.output(mask, DataType.UINT1, shape).output(values, type, kept).end();
    }
    new Draft("constexpr_sparse_to_dense", name)
        .named("mask", mask)
        .named("nonzero_data", values)
        .output(name, type, shape)
        .end();
  }
}
