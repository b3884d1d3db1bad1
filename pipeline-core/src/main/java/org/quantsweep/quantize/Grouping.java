package org.quantsweep.quantize;

import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.UsageException;

/** Which weights of a tensor share one scale and bias, or one look-up table. */
public sealed interface Grouping extends Serializable {
  /** All weights of the tensor. */
  Grouping WHOLE = new Whole();

  /** Each slice along the weight tensor's channel axis. */
  Grouping PER_CHANNEL = new PerChannel();

  /** How a scheme writes it behind {@code @}, for example {@code tensor} or {@code block32}. */
  String text();

  /** All weights of the tensor. */
  record Whole() implements Grouping {
    @Override
    public String text() {
      return "tensor";
    }
  }

  /** Each slice along the weight tensor's channel axis. */
  record PerChannel() implements Grouping {
    @Override
    public String text() {
      return "channel";
    }
  }

  /**
   * So many neighbours along the input channels of each output channel.
   *
   * @param weights in a block, at least 1
   */
  record PerBlock(int weights) implements Grouping {
    /** Checks the range. */
    public PerBlock {
      requirePositive("block", weights);
    }

    @Override
    public String text() {
      return "block" + weights;
    }
  }

  /**
   * So many neighbouring output channels.
   *
   * @param channels in a group, at least 1
   */
  record PerChannelGroup(int channels) implements Grouping {
    /** Checks the range. */
    public PerChannelGroup {
      requirePositive("group", channels);
    }

    @Override
    public String text() {
      return "group" + channels;
    }
  }

  /**
   * So many neighbouring output channels at the same place as one vector, with one code.
   *
   * @param channels in a vector, at least 2
   */
  record PerVector(int channels) implements Grouping {
    /** Checks the range. */
    public PerVector {
      if (channels < 2) {
        throw new UsageException(
            "vectors (@vector" + channels + ") must hold at least 2.\nMaybe write @vector2.");
      }
    }

    @Override
    public String text() {
      return "vector" + channels;
    }
  }

  /** The grouping of a text form; empty when it is none. */
  static Optional<Grouping> parse(String text) {
    if (text.equals(WHOLE.text())) {
      return Optional.of(WHOLE);
    }
    if (text.equals(PER_CHANNEL.text())) {
      return Optional.of(PER_CHANNEL);
    }
    Matcher counted = Pattern.compile("(block|group|vector)([0-9]{1,9})").matcher(text);
    if (!counted.matches()) {
      return Optional.empty();
    }
    int count = Integer.parseInt(counted.group(2));
    return Optional.of(
        switch (counted.group(1)) {
          case "block" -> new PerBlock(count);
          case "group" -> new PerChannelGroup(count);
          default -> new PerVector(count);
        });
  }

  private static void requirePositive(String name, int count) {
    if (count < 1) {
      throw new UsageException(
          "grouping (@"
              + name
              + count
              + ") must hold at least 1.\nMaybe write @"
              + name
              + (name.equals("block") ? "32." : "16."));
    }
  }
}
