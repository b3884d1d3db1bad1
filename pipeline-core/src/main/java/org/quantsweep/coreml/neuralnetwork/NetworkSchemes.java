package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.Method;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.TableEntries;

/**
 * What neural networks may store weights in (NeuralNetwork.proto, {@code QuantizationParams}):
 * linear codes of 1 to 8 bits with a scale for each output channel or one for all, symmetric ones
 * of 8 bits, or a look-up table for the whole weight tensor.
 */
final class NetworkSchemes {
  private NetworkSchemes() {}

  /** Every legal scheme at every width that needs no plugin. */
  static List<Scheme> uniform() {
    List<Scheme> schemes = new ArrayList<>();
    schemes.add(new Scheme.FullPrecision());
    schemes.add(new Scheme.HalfPrecision());
    for (int width = 1; width <= 8; width++) {
      NumberOfBits bits = new NumberOfBits(width);
      schemes.add(new Scheme.Quantization(Method.Plain.LINEAR, bits, Grouping.PER_CHANNEL));
      schemes.add(new Scheme.Quantization(Method.Plain.LINEAR, bits, Grouping.WHOLE));
      schemes.add(new Scheme.Quantization(Method.Plain.LUT_LINEAR, bits, Grouping.WHOLE));
      schemes.add(new Scheme.Quantization(Method.Plain.LUT_KMEANS, bits, Grouping.WHOLE));
    }
    schemes.add(
        new Scheme.Quantization(
            Method.Plain.LINEAR_SYMMETRIC, new NumberOfBits(8), Grouping.PER_CHANNEL));
    return schemes;
  }

  /** What a search chooses from: the two forms of which none is larger and worse than another. */
  static List<Scheme> options() {
    List<Scheme> schemes = new ArrayList<>();
    schemes.add(new Scheme.FullPrecision());
    schemes.add(new Scheme.HalfPrecision());
    for (int width = 1; width <= 8; width++) {
      NumberOfBits bits = new NumberOfBits(width);
      for (Scheme.Quantization plain :
          List.of(
              new Scheme.Quantization(Method.Plain.LINEAR, bits, Grouping.PER_CHANNEL),
              new Scheme.Quantization(Method.Plain.LUT_KMEANS, bits, Grouping.WHOLE))) {
        schemes.add(plain);
        schemes.add(plain.fitted());
      }
    }
    return schemes;
  }

  /**
   * What deflates better than its bytes tell. A scale of the whole tensor with many steps has few
   * codes that occur often, which is close to the best that any code lengths can do. Widths that do
   * not divide a byte are stored in one.
   */
  static List<Scheme> entropyOptions() {
    List<Scheme> schemes = new ArrayList<>();
    for (int width = 3; width <= 8; width++) {
      NumberOfBits bits = new NumberOfBits(width);
      List<Scheme.Quantization> forms = new ArrayList<>();
      if (width > 3) {
        forms.add(new Scheme.Quantization(Method.Plain.LINEAR, bits, Grouping.WHOLE));
      }
      forms.add(new Scheme.Quantization(Method.Plain.LINEAR, bits, Grouping.PER_CHANNEL));
      forms.add(new Scheme.Quantization(Method.Plain.LUT_KMEANS, bits, Grouping.WHOLE));
      for (Scheme.Quantization packed : forms) {
        // A nibble deflates by pairs, as well as two bytes do.
        boolean dense = Byte.SIZE % width == 0;
        if (!dense || (packed.grouping().equals(Grouping.WHOLE) && !packed.isLookUpTable())) {
          Scheme.Quantization own = dense ? packed : packed.inBytes();
          schemes.add(own);
          schemes.add(own.fitted());
        }
      }
    }
    return schemes;
  }

  /** Half precision came with iOS 11.2, codes with iOS 12 (specification versions 2 and 3). */
  static Optional<String> targetRefusal(Scheme scheme, Deployment deployment) {
    if (deployment.target().isEmpty()
        || deployment.target().get().ios() > 11
        || scheme instanceof Scheme.FullPrecision) {
      return Optional.empty();
    }
    return Optional.of(
        "scheme ("
            + scheme
            + ") cannot be loaded on "
            + deployment.target().get()
            + ": neural networks have it from iOS 12, macOS 10.14 on.\n"
            + "Maybe write --deployment-target iOS12, or full.");
  }

  /** Why no weights of a neural network may be stored so; empty where some may. */
  static Optional<String> refusal(Scheme scheme) {
    if (!(scheme instanceof Scheme.Compression compression)) {
      return Optional.empty();
    }
    if (!(compression instanceof Scheme.Quantization codes)
        || !codes.sparsity().equals(Sparsity.NONE)
        || codes.entries() != TableEntries.FLOATS) {
      return Optional.of(
          "scheme ("
              + scheme
              + ") cannot be stored in a neural network: it has no sparse weights and no tables of"
              + " bytes.\nMaybe write lut-kmeans:4, or convert the model to an ML Program.");
    }
    if (codes.method() == Method.Plain.LUT_UNIQUE) {
      return Optional.of(
          "scheme ("
              + scheme
              + ") is a form of ML Programs.\nMaybe write lut-kmeans:"
              + codes.bits()
              + ", which keeps weights of as few values too.");
    }
    NumberOfBits bits = codes.bits();
    String form = codes.method().text() + ":" + bits;
    boolean symmetric = codes.method() == Method.Plain.LINEAR_SYMMETRIC;
    if (symmetric && bits.bits() != 8) {
      return Optional.of(
          "scheme (linear-symmetric:"
              + bits
              + ") must have 8 bits: Core ML's symmetric form has no other.\n"
              + "Maybe write linear:"
              + bits
              + ".");
    }
    if (symmetric && !codes.grouping().equals(Grouping.PER_CHANNEL)) {
      return Optional.of(
          "scheme (linear-symmetric:8) must be per channel: it has no other form.\n"
              + "Maybe write linear:8@tensor.");
    }
    if (codes.isScaledTable()) {
      return Optional.of(
          "scheme ("
              + codes
              + ") cannot be stored in a neural network: there a look-up table has no scales beside"
              + " it.\nMaybe write "
              + form
              + ", or convert the model to an ML Program.");
    }
    if (codes.isLookUpTable() && !codes.grouping().equals(Grouping.WHOLE)) {
      return Optional.of(
          "scheme ("
              + codes
              + ") cannot be stored in a neural network: there a weight tensor has one look-up"
              + " table.\nMaybe write "
              + form
              + ".");
    }
    if (!codes.grouping().equals(Grouping.WHOLE)
        && !codes.grouping().equals(Grouping.PER_CHANNEL)) {
      return Optional.of(
          "scheme ("
              + codes
              + ") cannot be stored in a neural network: there a scale is an output channel's or"
              + " the whole weight tensor's.\nMaybe write "
              + form
              + ".");
    }
    if (codes.calibrated()
        && codes.method() != Method.Plain.LINEAR
        && codes.method() != Method.Plain.LUT_KMEANS) {
      return Optional.of(
          "scheme ("
              + form
              + "+calibrated) has no calibrated form: linear and lut-kmeans have one.\n"
              + "Maybe write lut-kmeans:"
              + bits
              + "+calibrated.");
    }
    return Optional.empty();
  }
}
