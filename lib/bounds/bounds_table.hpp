#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "network/build.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace isinglass::bounds {

/// Assumptions of who asks for bounds. Energies and objectives are in units of one output step.
struct BoundsAssumptions {
  double error = 0.05;       ///< allowed difference of training and true error rate
  double confidence = 0.95;  ///< probability with which the statements about random things hold
  double oracle_error = 0, oracle_deviation = 0;
  int coefficient_bits = 0;
  double read_success = 0.1;
  std::optional<double> read_seconds;
};

/// A network and its training samples, whose training is bounded.
struct BoundsSubject {
  const config::Config& config;
  const network::Architecture& architecture;
  const std::vector<network::ActivationFit>& activations;  ///< [hidden layer]
  std::span<const qcbo::LayerReach> reach;                 ///< of the samples
  const data::Samples& samples;                            ///< this rank's shard
};

/// One number, with its name in --json, what it is, and its formula in docs/theory.md.
struct BoundsLine {
  std::string key, text;
  std::variant<std::int64_t, double> value;
  std::string formula;
};

/// Returns all bounds for one problem; `trained` is a network trained on it, or null. Collective.
[[nodiscard]] std::vector<BoundsLine> bounds_table(const BoundsSubject& subject, const network::NetworkBits* trained,
                                                   const BoundsAssumptions& assume,
                                                   const parallel::Communicator& world);

}  // namespace isinglass::bounds
