package org.quantsweep.quantize;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.UsageException;

/** Which weights become zero, so that only the others are stored, and where they are. */
public sealed interface Sparsity extends Serializable {
  /** None on purpose: every weight is stored. */
  Sparsity NONE = new Dense();

  /** How a scheme writes it behind {@code sparse:}. */
  String text();

  /** Every weight is stored. */
  record Dense() implements Sparsity {
    @Override
    public String text() {
      return "";
    }
  }

  /**
   * The share of smallest magnitude.
   *
   * @param share in (0, 1)
   */
  record Share(BigDecimal share) implements Sparsity {
    /** Checks the range. */
    public Share {
      share = checked(share);
    }

    @Override
    public String text() {
      return share.toPlainString();
    }
  }

  /**
   * Blocks of neighbouring output channels, that share of them of the smallest norm.
   *
   * @param share in (0, 1)
   * @param channels in a block, at least 2
   */
  record Blocks(BigDecimal share, int channels) implements Sparsity {
    /** Checks the ranges. */
    public Blocks {
      share = checked(share);
      if (channels < 2) {
        throw new UsageException(
            "sparse blocks (@block"
                + channels
                + ") must hold at least 2 channels.\nMaybe write sparse:"
                + share.toPlainString()
                + "@block4.");
      }
    }

    @Override
    public String text() {
      return share.toPlainString() + "@block" + channels;
    }
  }

  /**
   * Of so many neighbouring input channels, those of smallest magnitude.
   *
   * @param zeros of each group, at least 1
   * @param of so many, more than {@code zeros}
   */
  record Groups(int zeros, int of) implements Sparsity {
    /** Checks the ranges. */
    public Groups {
      if (zeros < 1 || of <= zeros) {
        throw new UsageException(
            "sparse pattern ("
                + zeros
                + "of"
                + of
                + ") must leave at least one weight of each group, and zero at least one.\n"
                + "Maybe write sparse:2of4.");
      }
    }

    @Override
    public String text() {
      return zeros + "of" + of;
    }
  }

  /**
   * All up to a magnitude.
   *
   * @param threshold above 0
   */
  record Below(BigDecimal threshold) implements Sparsity {
    /** Checks the range. */
    public Below {
      threshold = threshold.stripTrailingZeros();
      if (threshold.signum() <= 0) {
        throw new UsageException(
            "sparse threshold (below"
                + threshold.toPlainString()
                + ") must be above 0.\nMaybe write sparse:below0.01.");
      }
    }

    @Override
    public String text() {
      return "below" + threshold.toPlainString();
    }
  }

  /** The sparsity of a text form; empty when it is none. */
  static Optional<Sparsity> parse(String text) {
    Matcher pattern = Pattern.compile("([0-9]{1,4})of([0-9]{1,4})").matcher(text);
    if (pattern.matches()) {
      return Optional.of(
          new Groups(Integer.parseInt(pattern.group(1)), Integer.parseInt(pattern.group(2))));
    }
    Matcher below = Pattern.compile("below([0-9]{0,9}\\.?[0-9]{1,20})").matcher(text);
    if (below.matches()) {
      return Optional.of(new Below(new BigDecimal(below.group(1))));
    }
    Matcher share =
        Pattern.compile("([01]?\\.[0-9]{1,20}|[0-9])(?:@block([0-9]{1,6}))?").matcher(text);
    if (!share.matches()) {
      return Optional.empty();
    }
    BigDecimal zeros = new BigDecimal(share.group(1));
    return Optional.of(
        share.group(2) == null
            ? new Share(zeros)
            : new Blocks(zeros, Integer.parseInt(share.group(2))));
  }

  private static BigDecimal checked(BigDecimal share) {
    BigDecimal stripped = share.stripTrailingZeros();
    if (stripped.signum() <= 0 || stripped.compareTo(BigDecimal.ONE) >= 0) {
      throw new UsageException(
          "sparse share ("
              + stripped.toPlainString()
              + ") must be between 0 and 1, without these.\nMaybe write sparse:0.5.");
    }
    return stripped;
  }
}
