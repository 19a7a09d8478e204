#include "cgal/cgal.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::cgal {

double cgal_beta(double beta0, std::int64_t t) { return beta0 * std::sqrt(static_cast<double>(t) + 1.0); }

double cgal_eta(std::int64_t t) { return 2.0 / (static_cast<double>(t) + 1.0); }

CgalStep take_step(Constraints& constraints, const CgalSettings& settings, std::int64_t t, double objective,
                   double& objective_image) {
  const double beta = cgal_beta(settings.beta0, t), eta = cgal_eta(t);
  CgalStep step;
  step.gap = constraints.add_gap(objective_image - objective, beta);
  objective_image += eta * (objective - objective_image);
  constraints.move_images(eta);
  const double square = constraints.image_square();
  if (constraints.count() > 0) step.violation = std::sqrt(square / constraints.count());
  double sigma = settings.beta0;
  if (square > 0) sigma = std::min(sigma, beta * eta * eta * constraints.diameter_square() / square);
  const double cap = settings.multiplier_cap;
  if (constraints.multiplier_square(sigma) <= cap * cap) constraints.move_multipliers(sigma);
  return step;
}

bool has_converged(const CgalStep& step, double objective_image, const CgalTolerances& tolerances) {
  const double scale = std::max(1.0, std::abs(objective_image));
  return tolerances.gap > 0 && step.gap <= tolerances.gap * scale && step.violation <= tolerances.infeasibility;
}

}  // namespace isinglass::cgal
