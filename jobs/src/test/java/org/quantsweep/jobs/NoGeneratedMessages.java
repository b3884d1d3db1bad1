package org.quantsweep.jobs;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;

/** Leaves generated messages out: there are thousands, and nobody edits them. */
final class NoGeneratedMessages implements ImportOption {
  @Override
  public boolean includes(Location location) {
    return !location.contains("org/quantsweep/proto/");
  }
}
