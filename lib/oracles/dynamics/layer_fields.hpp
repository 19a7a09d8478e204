#pragma once

#include "base/matrix.hpp"
#include "energy/state.hpp"
#include "parallel/communicator.hpp"

/// All fields of the structured energy at once, by matrix products. Weights may be continuous, in multiples of 1 / 64 of their
/// codebook's unit; segments count as the cells they are in.
namespace isinglass {

inline constexpr float weight_grid = 64;  ///< multiples of 1 / this are weights of the fields

/// One layer's parameters, pre-activations and derivatives, the latter [unit][stride] like the state.
struct LayerFields {
  RowMatrix<float> weights;  ///< [unit][input], multiples of 1 / weight_grid
  Eigen::VectorXf biases;    ///< [unit], grid units of z
  RowMatrix<float> z;
  RowMatrix<float> slope;  ///< G = dE/dz in integers of slope_unit
  double slope_unit = 0;
  RowMatrix<float> back;      ///< dE_next/da of the layer's activations; empty for an output
  Eigen::VectorXd curvature;  ///< [unit] sum_s d2E/dz2, of all ranks
};

/// Inputs of one layer as floats, [input][stride].
struct LayerInputs {
  RowMatrix<float> values;
  double largest = 1;  ///< |value|
};

/// z = W X + b. Exact: the grid of z times weight_grid stays below 2^24.
void set_z(LayerFields& fields, const LayerInputs& inputs);

/// slope and curvature at z: of the chosen cells' dist^2, or of the loss. The slopes are rounded to integers so that the
/// products with inputs and with weights stay exact. Collective.
void set_slopes(LayerFields& fields, const LayerState& layer, const LayerInputs& inputs, const Communicator& group);

/// Sets `back` of the layer below: W^T G.
void set_back(LayerFields& below, const LayerFields& fields);

/// dE/dw, [unit][input], and dE/db, [unit], of all ranks: G X^T and row sums of G. Collective.
struct ParameterGradient {
  RowMatrix<double> weights;
  Eigen::VectorXd biases;
};
[[nodiscard]] ParameterGradient parameter_gradient(const LayerFields& fields, const LayerInputs& inputs,
                                                   const Communicator& group);

}  // namespace isinglass
