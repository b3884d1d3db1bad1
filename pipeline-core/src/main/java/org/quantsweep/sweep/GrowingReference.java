package org.quantsweep.sweep;

/**
 * What is known of the reference while parts come in: a part takes time for what it holds, not for
 * what is known already.
 */
public final class GrowingReference {
  private final int size;
  private ReferenceEvidence known = ReferenceEvidence.none();
  private ReferenceEvidence.Union growing;

  /**
   * Nothing is known yet.
   *
   * @param size of the sample set
   */
  public GrowingReference(int size) {
    this.size = size;
  }

  /** Adds a part. */
  public void add(ReferenceEvidence part) {
    if (growing == null && known.isEmpty()) {
      known = part;
      return;
    }
    if (growing == null) {
      growing = new ReferenceEvidence.Union(size);
      growing.add(known);
      known = ReferenceEvidence.none();
    }
    growing.add(part);
  }

  /** All of it. It is put together when it is first asked for after a part came. */
  public ReferenceEvidence known() {
    if (growing != null) {
      known = growing.united();
      growing = null;
    }
    return known;
  }
}
