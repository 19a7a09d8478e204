#include "train/plan.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace isinglass {

std::vector<PlannedPhase> plan_of(const Config& config) {
  if (config.method == "anneal") return {{"anneal", config.anneal.sweeps}};
  if (config.method == "qat") return {{"qat", config.qat.epochs}};
  if (config.method != "qcgd")
    throw InputError(fmt::format("method: \"{}\" does not exist: use qcgd, anneal or qat", config.method));
  std::vector<PlannedPhase> plan{{"qcgd", config.qcgd.iterations}};
  if (config.qcgd.polish) plan.push_back({"polish", config.anneal.polish_sweeps});
  return plan;
}

}  // namespace isinglass
