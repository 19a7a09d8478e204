#pragma once

#include "bounds/ideal_network.hpp"
#include "data/samples.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"

#include <span>
#include <vector>

/// How far the outputs of a spline network can be from those of the ideal network with the same weights.
namespace isinglass::bounds {

/// One hidden layer; with actual weights the largest of its units. Activations in grid units of the next layer's input.
struct LayerSplineError {
  double input_error = 0;       ///< bound on the difference of z, grid units of z
  double spline_error = 0;      ///< largest |A(z) - F(z)| on the reachable grid, formula (2)
  double lipschitz = 0;         ///< of F; infinite for sign
  double activation_error = 0;  ///< bound on the difference of the activations, formulas (3) and (4)
};

struct SplineErrorBound {
  std::vector<LayerSplineError> hidden;
  double output_error = 0;  ///< bound on the difference of any output, grid units of z, formulas (5) and (6)
};

/// sup |A(z) - F(z')| over integer |z| <= reach and |z' - z| <= error, bounded by formula (3), and by (4) if F is
/// monotone.
[[nodiscard]] double activation_error(const network::Layer& layer, const IdealLayer& ideal, int reach, double error);

/// For every network of the codebooks and every sample that `reach` (of propagate_intervals) describes. Collective.
[[nodiscard]] SplineErrorBound bound_spline_error(const network::Architecture& architecture, const IdealNetwork& ideal,
                                                  std::span<const qcbo::LayerReach> reach,
                                                  const parallel::Communicator& comm);

/// For the network with these weights, formula (6), on samples in the range of `samples`. Collective.
[[nodiscard]] SplineErrorBound bound_spline_error(const network::Architecture& architecture, const IdealNetwork& ideal,
                                                  const network::NetworkValues& values, const data::Samples& samples,
                                                  const parallel::Communicator& comm);

/// Measurements of these errors on samples.
struct SplineErrorMeasured {
  double output_error = 0;        ///< largest difference of an output, grid units of z
  double same_class = 0;          ///< fraction of samples that both networks put in the same class
  double certified_fraction = 0;  ///< fraction whose outputs are so far apart that `bound` proves it, formula (7)
};

/// Both networks on every sample. Collective.
[[nodiscard]] SplineErrorMeasured measure_spline_error(const network::Architecture& architecture,
                                                       const IdealNetwork& ideal, const network::NetworkValues& values,
                                                       const data::Samples& samples, double bound,
                                                       const parallel::Communicator& comm);

}  // namespace isinglass::bounds
