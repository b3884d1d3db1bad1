package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;

/** Expected by zlib in Python: {@code src/test/python/make_download_size.py}. */
class DownloadSizeTest {
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
    assertThat(DownloadSize.of(ModelFiles.lone(ramp()))).isEqualTo(9713);
    ModelFiles tree =
        ModelFiles.tree(Map.of("a", FileContent.of(ramp()), "b/c", FileContent.of(drawn())));
    assertThat(DownloadSize.of(tree)).isEqualTo(9713 + 100_035);
  }
}
