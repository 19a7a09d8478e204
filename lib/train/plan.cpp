#include "train/plan.hpp"

namespace isinglass {

std::vector<PlannedPhase> plan_of(const Config& config) {
  if (config.method == Method::anneal) return {{PhaseName::anneal, config.anneal.sweeps}};
  if (config.method == Method::qat) return {{PhaseName::qat, config.qat.epochs}};
  std::vector<PlannedPhase> plan{{PhaseName::qcgd, config.qcgd.iterations}};
  if (config.qcgd.polish) plan.push_back({PhaseName::polish, config.anneal.polish_sweeps});
  return plan;
}

}  // namespace isinglass
