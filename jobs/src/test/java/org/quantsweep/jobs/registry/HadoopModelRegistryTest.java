package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.UsageException;
import org.quantsweep.registry.ModelRegistry;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.testing.ModelRegistryContract;

class HadoopModelRegistryTest extends ModelRegistryContract {
  @TempDir Path folder;
  private HadoopModelRegistry registry;

  @BeforeEach
  void open() {
    registry = new HadoopModelRegistry(folder.toString(), new Configuration());
  }

  @Override
  protected ModelRegistry registry() {
    return registry;
  }

  @Override
  protected String location() {
    return "file:" + folder;
  }

  @Test
  void whatAPublisherLeftHalfDoneIsNotSeenAndTheNextOneCompletes() throws Exception {
    Files.createDirectories(folder.resolve("models/.tmp-dead"));
    Files.writeString(folder.resolve("models/.tmp-dead/selected.mlmodel"), "hal");
    assertThat(registry.list()).isEmpty();
    assertThat(publish("one").version()).isEqualTo(1);
    assertThat(registry.list()).hasSize(1);
  }

  @Test
  void racingPublishersGetVersionsWithoutGaps() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Callable<PublishedVersion>> work = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String content = "model " + i % 6;
      work.add(() -> publish(content));
    }
    for (Future<PublishedVersion> done : threads.invokeAll(work)) {
      done.get();
    }
    threads.shutdown();
    assertThat(registry.show(name()).versions().stream().map(PublishedVersion::version))
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void namesStayInTheirFolder() {
    assertThatThrownBy(() -> RegistryAddress.parse(folder + "/.."))
        .isInstanceOf(UsageException.class);
  }
}
