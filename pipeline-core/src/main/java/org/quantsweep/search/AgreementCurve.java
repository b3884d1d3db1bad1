package org.quantsweep.search;

import java.util.List;
import org.quantsweep.agreement.AgreementCounts;

/**
 * How agreement depends on what is predicted of plans, smoothed over several of them: a logistic
 * regression of counts on one feature, for example the logarithm of the predicted loss. The
 * smallest of many accepted plans is accepted by luck more often than not; its place on the curve
 * says more than its own counts. Plans belong into the fit whatever their counts are: a fit through
 * those that happened to be accepted is lifted. Newton's iterations (McCullagh and Nelder,
 * Generalized Linear Models, 1989, 4.4) from the pooled share.
 */
final class AgreementCurve {
  private static final int ITERATIONS = 50;

  /**
   * Added to the agreeing and to the disagreeing samples of all plans together: keeps the fit
   * finite. As much for each plan would take 0.09 points off 0.95 at 250 samples.
   */
  private static final double PSEUDO_COUNT = 0.25;

  private final double centre;
  private final double level;
  private final double slope;

  private AgreementCurve(double centre, double level, double slope) {
    this.centre = centre;
    this.level = level;
    this.slope = slope;
  }

  /** A plan's feature, which grows as agreement falls, and its counts on all samples. */
  record Point(double feature, AgreementCounts counts) {}

  /**
   * The curve of most likelihood; flat where the counts would have it rise.
   *
   * @param points at least one, of finite features
   */
  static AgreementCurve fit(List<Point> points) {
    double pseudo = PSEUDO_COUNT / points.size();
    double centre = points.stream().mapToDouble(Point::feature).average().orElseThrow();
    double agreeing = 0;
    double judged = 0;
    for (Point point : points) {
      agreeing += point.counts().agreeing() + pseudo;
      judged += point.counts().judged() + 2 * pseudo;
    }
    double pooled = Math.log(agreeing / (judged - agreeing));
    double level = pooled;
    double slope = 0;
    double likelihood = likelihood(points, centre, level, slope);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double byLevel = 0;
      double bySlope = 0;
      double levelLevel = 0;
      double levelSlope = 0;
      double slopeSlope = 0;
      for (Point point : points) {
        double x = point.feature() - centre;
        double n = point.counts().judged() + 2 * pseudo;
        double share = share(level + slope * x);
        double left = point.counts().agreeing() + pseudo - n * share;
        double weight = n * share * (1 - share);
        byLevel += left;
        bySlope += left * x;
        levelLevel += weight;
        levelSlope += weight * x;
        slopeSlope += weight * x * x;
      }
      double determinant = levelLevel * slopeSlope - levelSlope * levelSlope;
      if (!(determinant > 1e-12 * levelLevel * slopeSlope)) {
        break;
      }
      double stepLevel = (byLevel * slopeSlope - bySlope * levelSlope) / determinant;
      double stepSlope = (bySlope * levelLevel - byLevel * levelSlope) / determinant;
      double length = 1;
      double next = likelihood(points, centre, level + stepLevel, slope + stepSlope);
      while (!(next >= likelihood) && length > 1e-6) {
        length /= 2;
        next = likelihood(points, centre, level + length * stepLevel, slope + length * stepSlope);
      }
      if (!(next > likelihood)) {
        break;
      }
      level += length * stepLevel;
      slope += length * stepSlope;
      boolean still = next - likelihood < 1e-12 * Math.abs(likelihood);
      likelihood = next;
      if (still) {
        break;
      }
    }
    return slope < 0
        ? new AgreementCurve(centre, level, slope)
        : new AgreementCurve(centre, pooled, 0);
  }

  /** The share of samples that agree under a plan of this feature, in (0, 1). */
  double at(double feature) {
    return share(level + slope * (feature - centre));
  }

  private static double likelihood(List<Point> points, double centre, double level, double slope) {
    double pseudo = PSEUDO_COUNT / points.size();
    double sum = 0;
    for (Point point : points) {
      double logit = level + slope * (point.feature() - centre);
      double agreeing = point.counts().agreeing() + pseudo;
      double judged = point.counts().judged() + 2 * pseudo;
      // log(1 + e^x) without overflow.
      double log = Math.max(0, logit) + Math.log1p(Math.exp(-Math.abs(logit)));
      sum += agreeing * logit - judged * log;
    }
    return sum;
  }

  private static double share(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }
}
