#pragma once

#include "base/matrix.hpp"
#include "ising/problem.hpp"
#include "oracles/subproblems/quadratic_fit.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass {

/// One parameter bit of a unit as a spin: z changes by 2 step x_s when it goes from -1 to +1, where x_s is the input.
struct SpinPlace {
  int input = 0;  ///< layer.inputs: the bias
  std::size_t bit = 0;
  double step = 0;  ///< half the codebook's step; of a bias times its grid unit
  std::int8_t spin = 1;
};

/// The dense Ising problem of a set of bits of one unit.
struct NeuronProblem {
  IsingProblem problem;
  Eigen::VectorXd stiffness;  ///< [spins] sum_s curvature_s (step x_s)^2: half of what a flip costs through curvature
};

/// The bits of `inputs` (layer.inputs: the bias) of one unit, with their spins as they are.
[[nodiscard]] std::vector<SpinPlace> places_of(const LayerState& layer, int unit, std::span<const int> inputs);

/// The change of the energy under `fit` as a function of the spins, 0 for the spins as they are: couplings sum_s c_s x_s x_s^T
/// from the curvatures c, fields from the gradients. `columns`: the inputs' values as floats, [inputs of `places`, in the
/// order of their first appearance][stride]. Sums over samples are exact integers. Collective.
[[nodiscard]] NeuronProblem make_neuron_problem(std::span<const SpinPlace> places, const RowMatrix<float>& columns,
                                                double largest_input, const QuadraticFit& fit, const Communicator& group);

/// Fields that also ask the spins to stay: a flip costs `caution` times its stiffness more.
[[nodiscard]] std::vector<double> cautious_fields(const NeuronProblem& neuron, std::span<const SpinPlace> places,
                                                  double caution);

}  // namespace isinglass
