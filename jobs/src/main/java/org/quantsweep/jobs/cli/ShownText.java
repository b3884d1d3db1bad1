package org.quantsweep.jobs.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/**
 * Text for a terminal, in which names of files, layers and columns stand that anybody may have
 * chosen. Characters that would move the cursor, change colours or turn the direction of text are
 * shown as JSON writes them, such as {@code \\u001b}. Tabs and ends of lines stay.
 */
final class ShownText extends FilterWriter {
  ShownText(Writer out) {
    super(out);
  }

  /** A name in a line of its own: tabs and ends of lines are shown too. */
  static String line(String name) {
    return name.replace("\n", "\\u000a").replace("\t", "\\u0009").replace("\r", "\\u000d");
  }

  /** One character, shown. */
  private static boolean isHarmless(int character) {
    boolean isControl = character < 0x20 || (character >= 0x7F && character < 0xA0);
    // Marks that turn the direction of what follows, and separators of lines and paragraphs.
    boolean turns =
        (character >= 0x202A && character <= 0x202E)
            || (character >= 0x2066 && character <= 0x2069)
            || character == 0x2028
            || character == 0x2029
            || character == 0x200E
            || character == 0x200F
            || character == 0x061C;
    return character == '\n' || character == '\t' || !(isControl || turns);
  }

  @Override
  public void write(int character) throws IOException {
    if (isHarmless(character)) {
      out.write(character);
    } else {
      out.write(String.format(Locale.ROOT, "\\u%04x", character));
    }
  }

  @Override
  public void write(char[] characters, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(characters[i]);
    }
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      write(text.charAt(i));
    }
  }
}
