#pragma once

#include "base/matrix.hpp"
#include "ising/problem.hpp"
#include "oracles/subproblems/unit_cost.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::oracles {

/// f(d) ~ f(0) + slope d + curvature d^2 / 2.
struct Parabola {
  double slope = 0, curvature = 0;
};

/// Through (-left, low), (0, middle) and (right, high); a line where left or right is 0.
[[nodiscard]] Parabola parabola_through(int left, double low, double middle, int right, double high);

/// f_s(z + d) ~ f_s(z) + gradient_s d + curvature_s d^2 / 2 of every sample of one unit, in integers of the units
/// named, so that sums over samples are exact. Exact for a sample whose three points lie on one quadratic piece of its
/// cost, up to the rounding.
struct QuadraticFit {
  Eigen::VectorX<std::int32_t> gradient, curvature;  ///< [samples]; the curvature is at least 0
  double gradient_unit = 0, curvature_unit = 0;      ///< energy per unit, and per unit^2, of z
  int largest_gradient = 1, largest_curvature = 1;
};

/// The parabolas through f_s at z - window, z and z + window (points past +-limit are moved there): what the cost looks
/// like over shifts of that size, so that a sample close to the end of its interval resists although its slope is 0.
/// Integers up to `largest_gradient` and `largest_curvature`; the units are those of the group's largest value. Where
/// the parabola opens downwards (a change of segment lies within the window) the curvature is 0. Collective.
[[nodiscard]] QuadraticFit fit_quadratic(const UnitCost& cost, int window, int limit, int largest_gradient,
                                         int largest_curvature, const parallel::Communicator& group);

/// One parameter bit of a unit as a spin: z changes by 2 step x_s when it goes from -1 to +1, where x_s is the input.
struct SpinPlace {
  int input = 0;  ///< layer.inputs: the bias
  std::size_t bit = 0;
  double step = 0;  ///< half the codebook's step; of a bias times its grid unit
  std::int8_t spin = 1;
};

/// The dense Ising problem of a set of bits of one unit.
struct NeuronProblem {
  ising::IsingProblem problem;
  Eigen::VectorXd stiffness;  ///< [spins] sum_s curvature_s (step x_s)^2: half of what a flip costs through curvature
};

/// The bits of `inputs` (layer.inputs: the bias) of one unit, with their spins as they are.
[[nodiscard]] std::vector<SpinPlace> places_of(const energy::LayerState& layer, int unit, std::span<const int> inputs);

/// The change of the energy under `fit` as a function of the spins, 0 for the spins as they are: couplings sum_s c_s
/// x_s x_s^T from the curvatures c, fields from the gradients. `columns`: the inputs' values as floats, [inputs of
/// `places`, in the order of their first appearance][stride]. Sums over samples are exact integers. Collective.
[[nodiscard]] NeuronProblem make_neuron_problem(std::span<const SpinPlace> places, const RowMatrix<float>& columns,
                                                double largest_input, const QuadraticFit& fit,
                                                const parallel::Communicator& group);

/// Fields that also ask the spins to stay: a flip costs `caution` times its stiffness more.
[[nodiscard]] std::vector<double> cautious_fields(const NeuronProblem& neuron, std::span<const SpinPlace> places,
                                                  double caution);

}  // namespace isinglass::oracles
