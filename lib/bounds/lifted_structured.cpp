#include "bounds/lifted_constants.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace isinglass::bounds {

namespace {

/// Largest distance of a |z| <= reach to one of the segments first .. last, grid units.
int largest_distance(const network::Layer& layer, int reach, std::size_t first, std::size_t last) {
  int largest = 0;
  for (std::size_t k = first; k <= last; ++k) {
    if (k > first) largest = std::max(largest, layer.thresholds[k - 1] + reach);
    if (k < last) largest = std::max(largest, reach - (layer.thresholds[k] - 1));
  }
  return largest;
}

/// How many samples of all ranks have each largest distance: sums over samples are then exact on any number of ranks.
std::vector<std::int64_t> count_distances(const network::Layer& layer, const qcbo::LayerReach& reach,
                                          const parallel::Communicator& comm) {
  std::vector<int> distances;
  for (std::size_t s = 0; s < reach.reach.size(); ++s)
    distances.push_back(largest_distance(layer, reach.reach[s], reach.first[s], reach.last[s]));
  const int here = distances.empty() ? 0 : *std::max_element(distances.begin(), distances.end());
  std::vector<std::int64_t> counts(static_cast<std::size_t>(comm.all_max(here)) + 1);
  for (const int distance : distances) ++counts[static_cast<std::size_t>(distance)];
  comm.all_sum(counts);
  return counts;
}

}  // namespace

double output_loss_at(const network::Architecture& architecture, int margin, double t) {
  const double u = t / margin, rest = std::max(0.0, 1 - u);
  double loss = 0;
  switch (architecture.loss) {
    case network::Loss::hinge:
      loss = rest;
      break;
    case network::Loss::squared_hinge:
      loss = rest * rest;
      break;
    case network::Loss::squared:
      loss = (1 - u) * (1 - u);
      break;
    case network::Loss::logistic:
      loss = std::log2(1 + std::exp(-u));
      break;
  }
  return loss * margin / network::output_step(architecture);
}

LiftedConstants structured_constants(const network::Architecture& architecture, std::span<const qcbo::LayerReach> reach,
                                     int margin, const parallel::Communicator& comm) {
  LiftedConstants constants;
  double image_square = 0, image_sum = 0, smallest_violation = 1;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    const std::vector<std::int64_t> counts = count_distances(layer, reach[l], comm);
    for (std::size_t d = 1; d < counts.size();
         ++d) {  // a sample whose segment is known has distance 0 and no constraint
      const double largest = std::pow(static_cast<double>(d) / layer.rms, 2);
      const std::int64_t rows = counts[d] * layer.units;
      constants.constraints += rows;
      image_square += static_cast<double>(rows) * largest * largest;
      image_sum += static_cast<double>(rows) * largest;
    }
    smallest_violation = std::min(smallest_violation, 1 / (layer.rms * layer.rms));  // one step of the grid
  }
  const auto& outputs = reach.back().reach;
  const int here = outputs.empty() ? 0 : *std::max_element(outputs.begin(), outputs.end());
  const double widest = comm.all_max(here);
  const double loss_range = architecture.outputs() * std::max(output_loss_at(architecture, margin, -widest),
                                                              output_loss_at(architecture, margin, widest));
  constants.image_diameter = std::sqrt(image_square);
  constants.dual_norm = loss_range / smallest_violation * std::sqrt(static_cast<double>(constants.constraints));
  constants.row_coefficient = 0.5 * image_sum;
  return constants;
}

}  // namespace isinglass::bounds
