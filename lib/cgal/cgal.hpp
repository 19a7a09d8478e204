#pragma once

#include <cstdint>
#include <utility>
#include <vector>

/// The conditional gradient step on an augmented Lagrangian that QCGD takes (CGAL, arXiv 1901.04013; Q-FW, Yurtsever et
/// al., ECCV 2022), whatever the constraints are: those of a network's training or of an explicit program. X itself is
/// never stored: its image under each constraint is.
///
///   min f(X)  s.t.  <P_c, X> = 0 for all c,  X a convex combination of binary points x x^T
namespace isinglass::cgal {

/// Penalty and step size of iteration t = 1, 2, ...: beta_t = beta0 sqrt(t + 1) and eta_t = 2 / (t + 1).
[[nodiscard]] double cgal_beta(double beta0, std::int64_t t);
[[nodiscard]] double cgal_eta(std::int64_t t);

/// Images v_c = <P_c, X> and multipliers y_c of all constraints, and the violations P_c(x) of the atom that the oracle
/// gave last. Sums are over all ranks and the same on each.
class Constraints {
public:
  virtual ~Constraints() = default;
  /// How many there are.
  [[nodiscard]] virtual double count() const = 0;
  /// sum_c (largest possible P_c)^2, the squared diameter of the images' domain.
  [[nodiscard]] virtual double diameter_square() const = 0;
  /// `start` + <y + beta v, v - P(x)>.
  [[nodiscard]] virtual double add_gap(double start, double beta) const = 0;
  /// v += eta (P(x) - v).
  virtual void move_images(double eta) = 0;
  /// ||v||^2.
  [[nodiscard]] virtual double image_square() const = 0;
  /// ||y + sigma v||^2.
  [[nodiscard]] virtual double multiplier_square(double sigma) const = 0;
  /// y += sigma v.
  virtual void move_multipliers(double sigma) = 0;
};

struct CgalSettings {
  double beta0 = 0;           ///< scale of the penalties, and the largest dual step
  double multiplier_cap = 0;  ///< a dual step that would take ||y|| past this is rejected
};

/// When the loop may end: both are relative or absolute as the members say; gap 0 never ends it.
struct CgalTolerances {
  double gap = 0;            ///< of the surrogate gap, relative to max(1, |f(X)|)
  double infeasibility = 0;  ///< of the violation
};

/// Gap and violation that a step measured.
struct CgalStep {
  double gap = 0;        ///< surrogate gap before the step
  double violation = 0;  ///< root mean square of the images after it
};

/// Moves f(X) (`objective_image`), the images and the multipliers by the atom x of iteration t, whose f(x) is
/// `objective`. The dual step is sigma = min(beta0, CGAL's bound sigma ||v||^2 <= beta_t eta_t^2 D^2).
CgalStep take_step(Constraints& constraints, const CgalSettings& settings, std::int64_t t, double objective,
                   double& objective_image);

/// Whether gap and violation are within their tolerances.
[[nodiscard]] bool has_converged(const CgalStep& step, double objective_image, const CgalTolerances& tolerances);

/// X <- X + eta (x - X) for a list of atoms, each with a `weight`.
template <class Atom>
void add_atom(std::vector<Atom>& atoms, Atom atom, double eta) {
  for (Atom& earlier : atoms) earlier.weight *= 1 - eta;
  atom.weight = eta;
  atoms.push_back(std::move(atom));
}

}  // namespace isinglass::cgal
