package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/**
 * Text that others write as bytes, such as lines of a log, shown as {@link ShownText} shows it.
 * Bytes that are no text become the replacement character.
 */
final class ShownBytes extends OutputStream {
  private static final int MOST = 1 << 13;

  private final Writer shown;
  private final CharsetDecoder decoder;

  /** What has come of a character that is not whole yet, and what comes behind it. */
  private final ByteBuffer bytes = ByteBuffer.allocate(MOST);

  private final CharBuffer characters = CharBuffer.allocate(MOST);

  private ShownBytes(OutputStream out, Charset charset) {
    this.shown = new ShownText(new OutputStreamWriter(out, charset));
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
  }

  /**
   * A stream that shows what is written to it on another one.
   *
   * @param charset of both streams' bytes
   */
  static PrintStream over(OutputStream out, Charset charset) {
    return new PrintStream(new ShownBytes(out, charset), true, charset);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] given, int offset, int length) throws IOException {
    int from = offset;
    while (from < offset + length) {
      int part = Math.min(bytes.remaining(), offset + length - from);
      bytes.put(given, from, part);
      from += part;
      bytes.flip();
      // A byte is at most one character, so all of them have room.
      decoder.decode(bytes, characters, false);
      bytes.compact();
      characters.flip();
      shown.write(characters.toString());
      characters.clear();
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    shown.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    shown.close();
  }
}
