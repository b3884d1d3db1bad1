package org.quantsweep.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.UsageException;

class DeploymentTargetTest {
  /** Systems of one release of Core ML, as Apple's availability tables list them. */
  @ParameterizedTest
  @CsvSource({
    "iOS11, 11",
    "iOS12, 12",
    "iOS16, 16",
    "iOS18, 18",
    "iOS18.2, 18",
    "iOS16.4.1, 16",
    "macOS10.15.7, 13",
    "iOS26, 26",
    "iOS27, 27",
    "ios16, 16",
    "IOS16, 16",
    "' iOS16 ', 16",
    "iPadOS17, 17",
    "macOS10.13, 11",
    "macOS10.14, 12",
    "macOS10.15, 13",
    "macOS11, 14",
    "macOS12, 15",
    "macOS13, 16",
    "macOS14.4, 17",
    "macOS15, 18",
    "macOS26, 26",
    "tvOS11, 11",
    "tvOS18, 18",
    "watchOS4, 11",
    "watchOS9, 16",
    "watchOS11, 18",
    "watchOS26, 26",
    "visionOS1, 17",
    "visionOS2, 18",
    "visionOS26, 26",
  })
  void isAsGoodAsAnIosOfItsYear(String text, int ios) {
    DeploymentTarget target = DeploymentTarget.parse(text);
    assertThat(target.ios()).isEqualTo(ios);
    assertThat(target).hasToString(text.strip());
  }

  @ParameterizedTest
  @CsvSource({
    "iOS10, iOS12",
    "iOS19, iOS12",
    "iOS25, iOS15",
    "iOS, iOS12",
    "iOS 16, iOS16",
    "macOS10, macOS11",
    "macOS10.12, macOS10.15",
    "macOS16, macOS11",
    "watchOS3, watchOS9",
    "watchOS12, watchOS11",
    "visionOS3, visionOS1",
    "android14, iOS14",
    "16, iOS16",
    "iOS9999999999, iOS12",
  })
  void isRefusedWhereCoreMLWasNever(String text, String nearest) {
    assertThatThrownBy(() -> DeploymentTarget.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "deployment target (%s) is no system that Core ML knows: iOS11, macOS10.13, tvOS11,"
                + " watchOS4, visionOS1 and later.\nMaybe write %s.",
            text, nearest);
  }

  @Test
  void aUnitIsOneOrAll() {
    assertThat(ComputeUnit.ALL.includes(ComputeUnit.ANE)).isTrue();
    assertThat(ComputeUnit.GPU.includes(ComputeUnit.GPU)).isTrue();
    assertThat(ComputeUnit.CPU.includes(ComputeUnit.ANE)).isFalse();
    assertThat(ComputeUnit.values())
        .extracting(ComputeUnit::toString)
        .containsExactly("ane", "gpu", "cpu", "all");
  }
}
