#include "train/plan.hpp"

#include "train/readout/settings.hpp"

namespace isinglass::train {

std::vector<PlannedPhase> plan_of(const config::Config& config) {
  if (config::anneals_readout(config)) {
    const int stages = config.network.hidden.front().filters.stages;
    return {{config::PhaseName::readout, std::int64_t{stages} * readout_sweeps(config)}};
  }
  if (config.method == config::Method::anneal) return {{config::PhaseName::anneal, config.anneal.sweeps}};
  if (config.method == config::Method::qat) return {{config::PhaseName::qat, config.qat.epochs}};
  std::vector<PlannedPhase> plan{{config::PhaseName::qcgd, config.qcgd.iterations}};
  if (config.qcgd.polish) plan.push_back({config::PhaseName::polish, config.anneal.polish_sweeps});
  return plan;
}

}  // namespace isinglass::train
