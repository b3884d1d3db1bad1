package org.quantsweep.search;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.quantize.Scheme;

/**
 * What a user allows: which widths and methods, and weight tensors that are kept in one scheme.
 *
 * @param bits allowed widths, in [1, 8]; not empty
 * @param linear whether linear codes are allowed
 * @param tables whether look-up tables are allowed
 * @param calibrated whether options may be fitted to the layers' inputs
 * @param addedBiases whether fitted options may give layers a bias that they do not have
 * @param kept weight tensors by identity, each with the one scheme that it is stored in
 */
public record OptionRules(
    Set<Integer> bits,
    boolean linear,
    boolean tables,
    boolean calibrated,
    boolean addedBiases,
    SortedMap<String, Scheme> kept)
    implements Serializable {
  /** Everything is allowed. */
  public static final OptionRules ALL =
      new OptionRules(Set.of(1, 2, 3, 4, 5, 6, 7, 8), true, true, true, new TreeMap<>());

  /** Layers may get biases. */
  public OptionRules(
      Set<Integer> bits,
      boolean linear,
      boolean tables,
      boolean calibrated,
      SortedMap<String, Scheme> kept) {
    this(bits, linear, tables, calibrated, true, kept);
  }

  /**
   * Copies and checks.
   *
   * @throws UsageException when nothing is allowed
   */
  public OptionRules {
    if (bits.isEmpty() || !(linear || tables)) {
      throw new UsageException(
          "the allowed options leave nothing to choose: at least one width and one of linear and"
              + " look-up tables are needed.\nMaybe leave --bits and --linear-only out.");
    }
    bits.forEach(NumberOfBits::new);
    bits = Collections.unmodifiableSet(new TreeSet<>(bits));
    kept = Collections.unmodifiableSortedMap(new TreeMap<>(kept));
  }

  /**
   * The schemes that a weight tensor may take: the one that it is kept in, or those of its format
   * that are allowed.
   *
   * @param offered by the model's format
   * @param calibratable whether its layer's inputs can be used
   */
  List<Scheme> schemes(String tensor, List<Scheme> offered, boolean calibratable) {
    if (kept.containsKey(tensor)) {
      return List.of(kept.get(tensor));
    }
    return offered.stream()
        .filter(scheme -> allow(tensor, scheme))
        .filter(scheme -> calibratable || !isFitted(scheme))
        .toList();
  }

  /**
   * How many options a weight tensor has; plain and calibrated forms of a scheme are one.
   *
   * @param offered by the model's format
   */
  public int count(String tensor, List<Scheme> offered) {
    return schemes(tensor, offered, false).size();
  }

  /**
   * How many options of a weight tensor are fitted.
   *
   * @param offered by the model's format
   */
  public long fittedCount(String tensor, List<Scheme> offered) {
    return schemes(tensor, offered, true).stream().filter(OptionRules::isFitted).count();
  }

  /** The same without added biases. */
  public OptionRules withoutAddedBiases() {
    return new OptionRules(bits, linear, tables, calibrated, false, kept);
  }

  static boolean isFitted(Scheme scheme) {
    return scheme instanceof Scheme.Compression quantization && quantization.calibrated();
  }

  /** Whether one scheme may be that of all these weight tensors. */
  public boolean allowForAll(Scheme scheme, Collection<String> tensors) {
    return tensors.stream().allMatch(tensor -> allow(tensor, scheme));
  }

  /** Whether a weight tensor may be stored so; whether it can be fitted is another question. */
  public boolean allow(String tensor, Scheme scheme) {
    if (kept.containsKey(tensor)) {
      return kept.get(tensor).equals(scheme);
    }
    if (!(scheme instanceof Scheme.Compression compression)) {
      return true;
    }
    return (calibrated || !compression.calibrated())
        && (addedBiases || !compression.addsBias())
        && (!(compression instanceof Scheme.Quantization codes)
            || (bits.contains(codes.bits().bits()) && (codes.isLookUpTable() ? tables : linear)));
  }

  /**
   * Refuses kept weight tensors that do not occur.
   *
   * @throws UsageException naming the nearest ones
   */
  public void requireKnown(Set<String> tensors) {
    List<String> problems = new ArrayList<>();
    for (String tensor : kept.keySet()) {
      if (!tensors.contains(tensor)) {
        problems.add(
            "weight tensor ("
                + tensor
                + ") of --keep is none of those that are quantized.\nMaybe write "
                + NearestName.of(tensor, tensors)
                + ".");
      }
    }
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
  }
}
