package org.quantsweep.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Names say what a class is. */
class NamingRulesTest {
  private static final ArchRule NO_NAME_THAT_SAYS_NOTHING =
      noClasses()
          .should()
          .haveNameMatching(
              "(.*[.$])?([A-Za-z0-9]*(Utils?|Utilities|Helpers?|Managers?|Impl)"
                  + "|Base([A-Z][A-Za-z0-9]*)?|Abstract[A-Za-z0-9]*Job)")
          .because("such a name says how a class came about, not what it is");

  @Test
  void noClassIsNamedForBeingLeftOver() {
    NO_NAME_THAT_SAYS_NOTHING.check(ProductClasses.ALL);
  }
}
