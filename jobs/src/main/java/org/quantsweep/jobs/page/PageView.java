package org.quantsweep.jobs.page;

import java.util.List;

/**
 * What the template writes; public for the template's class, which has a package of its own.
 *
 * @param title of the document
 * @param kicker what kind of report this is, and of what
 * @param model its name
 * @param verdict one plain sentence
 * @param good whether a model was chosen
 * @param figures the headline's numbers
 * @param certificate what was shown, in plain words
 * @param facts numbers that carry it
 * @param sections that this page has, in order
 * @param run what was run, as tables
 * @param data for the scripts, as {@link PageData#toScript} writes it
 * @param policy what the page may load
 */
public record PageView(
    String title,
    String kicker,
    String model,
    String verdict,
    boolean good,
    List<Tile> figures,
    List<String> certificate,
    List<Fact> facts,
    List<Section> sections,
    List<Listing> run,
    String data,
    PageAssets assets,
    String policy) {
  /** Copies the lists. */
  public PageView {
    figures = List.copyOf(figures);
    certificate = List.copyOf(certificate);
    facts = List.copyOf(facts);
    sections = List.copyOf(sections);
    run = List.copyOf(run);
  }

  /**
   * A number of the headline.
   *
   * @param id of its element
   * @param note below it
   */
  public record Tile(String id, String label, Figure figure, String note) {}

  /** A number with its name. */
  public record Fact(String name, Figure figure) {}

  /**
   * A section that scripts fill.
   *
   * @param lead one sentence below its heading
   */
  public record Section(String id, String heading, String lead) {}

  /** A table of two columns. */
  public record Listing(String id, String heading, List<Fact> rows) {
    /** Copies the list. */
    public Listing {
      rows = List.copyOf(rows);
    }
  }
}
