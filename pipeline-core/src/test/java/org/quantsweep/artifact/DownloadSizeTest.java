package org.quantsweep.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * The library's own counts, which may change with its version only. Those of zlib in Python ({@code
 * src/test/python/make_download_size.py}: 9462 and 100035) are other ones, as any two deflaters'.
 */
class DownloadSizeTest {
  private static final long DRAWN = 100_035;

  private static byte[] ramp() {
    byte[] content = new byte[200_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) ((long) i * i / 64);
    }
    return content;
  }

  private static byte[] drawn() {
    byte[] content = new byte[100_000];
    int state = 1;
    for (int i = 0; i < content.length; i++) {
      state = state * 1664525 + 1013904223;
      content[i] = (byte) (state >>> 24);
    }
    return content;
  }

  @Test
  void eachFileIsDeflatedAlone() {
    assertThat(DownloadSize.of(ModelFiles.lone(ramp())).bytes()).isEqualTo(9462);
    ModelFiles tree =
        ModelFiles.tree(Map.of("a", FileContent.of(ramp()), "b/c", FileContent.of(drawn())));
    assertThat(DownloadSize.of(tree).bytes()).isEqualTo(9462 + DRAWN);
  }

  @Test
  void aPartIsDeflatedAsAFileIs() {
    assertThat(DownloadSize.of(ramp())).isEqualTo(9462);
    assertThat(DownloadSize.of(drawn())).isEqualTo(DRAWN);
    assertThat(DownloadSize.of(new byte[0])).isEqualTo(2);
  }

  @Property(tries = 60)
  void whatIsCountedInflatesToTheContent(@ForAll @Size(max = 300_000) byte[] content)
      throws IOException, DataFormatException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    long bytes = DownloadSize.deflate(new ByteArrayInputStream(content), packed);
    assertThat(packed.size()).isEqualTo((int) bytes);
    Inflater inflater = new Inflater(true);
    inflater.setInput(packed.toByteArray());
    byte[] inflated = new byte[content.length + 1];
    int length = 0;
    for (int more = inflater.inflate(inflated); more > 0; ) {
      length += more;
      more = inflater.inflate(inflated, length, inflated.length - length);
    }
    assertThat(inflater.finished()).isTrue();
    assertThat(Arrays.copyOf(inflated, length)).isEqualTo(content);
  }

  @Test
  void contentOfSeveralBuffersIsCountedAsAWhole() {
    // 200,000 bytes are three buffers and a rest; one call of zlib's own is at most 3 % away.
    assertThat(DownloadSize.of(ramp())).isCloseTo(9713, withinPercentage(3));
    assertThat(DownloadSize.of(drawn())).isCloseTo(100_035, withinPercentage(0.1));
  }
}
