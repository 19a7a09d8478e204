#include "base/error.hpp"
#include "network/forward.hpp"
#include "train/anneal/chain.hpp"
#include "train/checkpoint_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace isinglass::train {

namespace {

/// The loss that the phase judges networks by. Collective over the group.
double loss_of_incumbent(const TrainingState& checkpoint, const TrainingInput& input) {
  const config::Config& config = input.config;
  const bool is_qcgd = checkpoint.is_in(config::PhaseName::qcgd);
  const MoveData data(input.data.train);
  Chain chain(input, data, is_qcgd ? config.qcgd.output_margin : config.anneal.output_margin,
              is_qcgd ? config::MoveLoss::own : config.anneal.loss);
  chain.set(checkpoint.incumbent);
  return chain.objective();
}

void expect_loss(const TrainingState& checkpoint, double found) {
  constexpr double rounding = 1e-9;
  const double said = checkpoint.incumbent_objective;
  if (std::abs(found - said) <= rounding * std::max(1.0, std::abs(found))) return;
  throw InputError(fmt::format("/state: incumbent_objective is {}, but that of the network is {}", said, found));
}

/// The best network of QAT is the one that classifies most.
void expect_classified(const TrainingState& checkpoint, const network::Architecture& architecture,
                       const data::DataSplits& data, const parallel::Communicator& group) {
  const std::array splits{&data.validation, &data.train};
  for (std::size_t i = 0; i < splits.size(); ++i) {
    const std::int64_t said = checkpoint.incumbent_counts[3 * i + 1];
    const std::int64_t found = network::evaluate(architecture, checkpoint.incumbent, *splits[i], group).correct;
    if (said != found)
      throw InputError(
          fmt::format("/qat/incumbent_counts: {} samples are said to be correct, but the network has {}", said, found));
  }
}

}  // namespace

void expect_true_incumbent(const TrainingState& checkpoint, const TrainingInput& input) {
  if (checkpoint.is_in(config::PhaseName::qat))
    return expect_classified(checkpoint, input.architecture, input.data, input.grid.group);
  if (checkpoint.is_in(config::PhaseName::readout)) return;  // the phase finds the loss of its features as it goes on
  expect_loss(checkpoint, loss_of_incumbent(checkpoint, input));
}

}  // namespace isinglass::train
