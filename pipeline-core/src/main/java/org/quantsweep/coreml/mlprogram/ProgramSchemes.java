package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.Method;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.TableEntries;
import org.quantsweep.tensor.Shape;

/**
 * What ML Programs may store weights in ({@code constexpr_*} of iOS16 and iOS18): codes of 4 and 8
 * bits, look-up tables of 1, 2, 3, 4, 6 and 8 bits, these with scales too, sparse forms of both.
 */
final class ProgramSchemes {
  private static final Set<Integer> TABLE_BITS = Set.of(1, 2, 3, 4, 6, 8);

  private ProgramSchemes() {}

  /**
   * What Apple's documentation would have a person try with one configuration for everything:
   * widths of linear codes for each channel and for the whole tensor, in blocks of 32, and of
   * tables for the whole tensor and for groups of 16 channels.
   */
  static List<Scheme> uniform() {
    List<Scheme> schemes = new ArrayList<>();
    schemes.add(new Scheme.FullPrecision());
    schemes.add(new Scheme.HalfPrecision());
    for (int width : List.of(4, 8)) {
      for (Method.Plain method : List.of(Method.Plain.LINEAR_SYMMETRIC, Method.Plain.LINEAR)) {
        schemes.add(codes(method, width, Grouping.PER_CHANNEL));
        schemes.add(codes(method, width, Grouping.WHOLE));
        schemes.add(codes(method, width, new Grouping.PerBlock(32)));
      }
    }
    for (int width : List.of(1, 2, 3, 4, 6, 8)) {
      schemes.add(codes(Method.Plain.LUT_KMEANS, width, Grouping.WHOLE));
      schemes.add(codes(Method.Plain.LUT_LINEAR, width, Grouping.WHOLE));
      schemes.add(codes(Method.Plain.LUT_KMEANS, width, new Grouping.PerChannelGroup(16)));
    }
    return schemes;
  }

  /**
   * What a search chooses from, before a weight tensor and a target rule some of them out: of all
   * forms that were fitted to the layers of SqueezeNet, those that were not beaten in bytes and
   * error by others nearly everywhere.
   */
  static List<Scheme> options(boolean sparse) {
    List<Scheme.Compression> plain = new ArrayList<>();
    for (int width : List.of(1, 2, 3, 4, 6, 8)) {
      plain.add(codes(Method.Plain.LUT_KMEANS, width, Grouping.WHOLE));
      if (width >= 2 && width <= 6) {
        plain.add(codes(Method.Plain.LUT_KMEANS, width, new Grouping.PerChannelGroup(16)));
      }
      if (width == 4 || width == 6) {
        plain.add(codes(Method.Plain.LUT_KMEANS, width, Grouping.PER_CHANNEL));
      }
      if (width >= 4) {
        plain.add(codes(Method.Plain.LUT_KMEANS, width, new Grouping.PerVector(2)));
      }
    }
    plain.add(codes(Method.Plain.LINEAR, 4, Grouping.PER_CHANNEL));
    plain.add(codes(Method.Plain.LINEAR, 4, new Grouping.PerBlock(32)));
    plain.add(codes(Method.Plain.LINEAR_SYMMETRIC, 4, Grouping.PER_CHANNEL));
    plain.add(codes(Method.Plain.LINEAR_SYMMETRIC, 4, new Grouping.PerBlock(32)));
    plain.add(codes(Method.Plain.LINEAR_SYMMETRIC, 8, Grouping.PER_CHANNEL));
    if (sparse) {
      Sparsity half = Sparsity.parse("0.5").orElseThrow();
      plain.add(codes(Method.Plain.LUT_KMEANS, 4, Grouping.WHOLE).sparse(half));
      plain.add(codes(Method.Plain.LUT_KMEANS, 6, Grouping.WHOLE).sparse(half));
      plain.add(codes(Method.Plain.LINEAR_SYMMETRIC, 8, Grouping.PER_CHANNEL).sparse(half));
    }
    List<Scheme> schemes = new ArrayList<>();
    schemes.add(new Scheme.FullPrecision());
    for (Scheme.Compression one : plain) {
      schemes.add(one);
      schemes.add(one.fitted());
    }
    return schemes;
  }

  /**
   * What deflates better than its bytes tell: tables and scales of the whole tensor with codes of a
   * byte, of which few occur often.
   */
  static List<Scheme> entropyOptions() {
    List<Scheme> schemes = new ArrayList<>();
    for (int width = 3; width <= 8; width++) {
      List<Scheme.Quantization> forms = new ArrayList<>();
      if (width > 3) {
        forms.add(codes(Method.Plain.LINEAR, width, Grouping.WHOLE));
      }
      if (width != 4 && width != 8) {
        forms.add(codes(Method.Plain.LUT_KMEANS, width, Grouping.WHOLE));
      }
      for (Scheme.Quantization packed : forms) {
        Scheme.Quantization own = width == 8 ? packed : packed.inBytes();
        schemes.add(own);
        schemes.add(own.fitted());
      }
    }
    return schemes;
  }

  private static Scheme.Quantization codes(Method method, int width, Grouping grouping) {
    return new Scheme.Quantization(method, new NumberOfBits(width), grouping);
  }

  /** Why no weights of an ML Program may be stored so; empty where some may. */
  static Optional<String> refusal(Scheme scheme) {
    if (!(scheme instanceof Scheme.Quantization codes)) {
      return Optional.empty();
    }
    int bits = codes.codeBits().bits();
    Grouping grouping = codes.grouping();
    if (codes.isLookUpTable()) {
      if (!TABLE_BITS.contains(bits)) {
        return refused(
            scheme, "its tables have 1, 2, 3, 4, 6 or 8 bits", "lut-kmeans:" + (bits == 5 ? 6 : 8));
      }
      if (codes.isScaledTable() && !hasScales(codes)) {
        return refused(
            scheme,
            "tables with a scale for each channel or block are lut-kmeans, of floats and of all"
                + " weights",
            "lut-kmeans:" + bits + "@" + grouping.text());
      }
      if (grouping instanceof Grouping.PerVector vector
          && (codes.method() == Method.Plain.LUT_LINEAR
              || codes.method() instanceof Method.CustomTable
              || isSparse(codes))) {
        return refused(
            scheme,
            "tables of vectors are lut-kmeans or lut-unique, of all weights",
            "lut-kmeans:" + bits + "@" + vector.text());
      }
      return Optional.empty();
    }
    if (bits != 4 && bits != 8) {
      return refused(
          scheme,
          "its linear codes have 4 or 8 bits",
          codes.method().text() + ":" + (bits < 4 ? 4 : 8));
    }
    if (grouping instanceof Grouping.PerChannelGroup || grouping instanceof Grouping.PerVector) {
      return refused(
          scheme,
          "a scale is the whole weight tensor's, an output channel's or a block's",
          codes.method().text() + ":" + bits + "@block32");
    }
    if (codes.entries() == TableEntries.INT8) {
      return refused(scheme, "only tables can be stored in bytes", "lut-kmeans:4+int8");
    }
    return Optional.empty();
  }

  /** What is made of tables with scales. */
  private static boolean hasScales(Scheme.Quantization codes) {
    return codes.method() == Method.Plain.LUT_KMEANS
        && codes.entries() == TableEntries.FLOATS
        && !isSparse(codes);
  }

  private static boolean isSparse(Scheme.Compression scheme) {
    return !scheme.sparsity().equals(Sparsity.NONE);
  }

  private static Optional<String> refused(Scheme scheme, String reason, String other) {
    return Optional.of(
        "scheme ("
            + spelled(scheme)
            + ") cannot be stored in an ML Program: "
            + reason
            + ".\nMaybe write "
            + spelled(Scheme.parse(other))
            + ".");
  }

  /** Why a weight tensor may not be stored so, as the rest of a sentence; empty where it may. */
  static Optional<String> refusal(ProgramWeight weight, Scheme scheme) {
    Shape shape = weight.tensor().shape();
    if (!(scheme instanceof Scheme.Compression compression)) {
      return Optional.empty();
    }
    if (weight.makers().stream().anyMatch(maker -> maker.operation().outputs().size() != 1)) {
      return Optional.of("what makes it makes something else too");
    }
    if (shape.rank() < 2 || weight.axes().input() < 0 || shape.elementCount() == 0) {
      return Optional.of("only weight tensors of rank 2 and more have codes");
    }
    int outputs = shape.length(weight.axes().output());
    int inputs = shape.length(weight.axes().input());
    if (compression.sparsity() instanceof Sparsity.Blocks blocks
        && blocks.channels() > outputs / 2) {
      return Optional.of(
          "its " + outputs + " output channels are not two blocks of " + blocks.channels());
    }
    if (compression.sparsity() instanceof Sparsity.Groups groups && groups.of() > inputs / 2) {
      return Optional.of("its " + inputs + " input channels are not two groups of " + groups.of());
    }
    if (!(compression instanceof Scheme.Quantization codes)) {
      return Optional.empty();
    }
    if (codes.grouping() instanceof Grouping.PerBlock block && inputs % block.weights() != 0) {
      return Optional.of(
          "its " + inputs + " input channels cannot be cut into blocks of " + block.weights());
    }
    if (codes.grouping() instanceof Grouping.PerChannelGroup group
        && outputs % group.channels() != 0) {
      return Optional.of(
          "its " + outputs + " output channels cannot be cut into groups of " + group.channels());
    }
    if (codes.grouping() instanceof Grouping.PerVector vector) {
      int apart = weight.axes().output() == 0 ? outputs / weight.axes().groups() : outputs;
      if (apart % vector.channels() != 0) {
        return Optional.of(
            "its " + apart + " output channels cannot be cut into vectors of " + vector.channels());
      }
    }
    return Optional.empty();
  }

  /** The short names: {@code int4}, {@code uint8}, {@code lut:4}. */
  static String spelled(Scheme scheme) {
    return scheme.shortly();
  }

  /** The first opset that has a scheme, for most weight tensors. */
  static Opset least(Scheme scheme) {
    if (!(scheme instanceof Scheme.Compression compression)) {
      return Opset.IOS15;
    }
    if (!(compression instanceof Scheme.Quantization codes)) {
      return Opset.IOS16;
    }
    if (codes.isScaledTable()) {
      return Opset.IOS26;
    }
    boolean later =
        isSparse(codes)
            || codes.entries() == TableEntries.INT8
            || (codes.isLookUpTable()
                ? codes.codeBits().bits() == 3 || !codes.grouping().equals(Grouping.WHOLE)
                : codes.codeBits().bits() == 4 || codes.grouping() instanceof Grouping.PerBlock);
    return later ? Opset.IOS18 : Opset.IOS16;
  }

  /** The first opset that has a scheme for a weight tensor. */
  static Opset least(ProgramWeight weight, Scheme scheme) {
    return ConstantForm.of(scheme, weight, sparsity -> 1).least();
  }

  /** Options of which each has codes of its own: those that are one in effect are named once. */
  static List<Scheme> different(ProgramWeight weight, List<Scheme> schemes) {
    Map<Object, Scheme> first = new LinkedHashMap<>();
    for (Scheme scheme : schemes) {
      boolean coded = scheme instanceof Scheme.Quantization;
      Object key =
          coded
              ? List.of(
                  ConstantForm.of(scheme, weight, sparsity -> 1),
                  ((Scheme.Quantization) scheme).method(),
                  ((Scheme.Quantization) scheme).sparsity(),
                  ((Scheme.Quantization) scheme).calibrated())
              : scheme;
      first.putIfAbsent(key, scheme);
    }
    return List.copyOf(first.values());
  }

  /** Whether a scheme gives just what the weight tensor is stored as. */
  static boolean isAsStored(ProgramWeight weight, Scheme scheme) {
    return weight.isPlain()
        && (scheme instanceof Scheme.FullPrecision
            || (scheme instanceof Scheme.HalfPrecision && weight.type() == FloatType.HALF));
  }
}
