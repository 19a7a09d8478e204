#include "train/plan.hpp"

#include "train/readout/settings.hpp"

namespace isinglass::train {

std::vector<PlannedPhase> plan_of(const config::Config& config) {
  if (config::anneals_readout(config)) {
    const int stages = config.network.hidden.front().filters.stages;
    return {{config::PhaseName::readout, std::int64_t{stages} * readout_sweeps(config)}};
  }
  std::vector<PlannedPhase> plan;
  const bool anneals = config.method == config::Method::anneal, is_qcgd = config.method == config::Method::qcgd;
  if (config::has_qat_phase(config)) plan.push_back({config::PhaseName::qat, config.qat.epochs});
  if (anneals && !config::has_initial(config)) plan.push_back({config::PhaseName::anneal, config.anneal.sweeps});
  if (is_qcgd) plan.push_back({config::PhaseName::qcgd, config.qcgd.iterations});
  // The temperatures of a training from random weights would forget a network that precedes.
  if ((is_qcgd && config.qcgd.polish) || (anneals && config::has_initial(config)))
    plan.push_back({config::PhaseName::polish, config.anneal.polish_sweeps});
  return plan;
}

}  // namespace isinglass::train
