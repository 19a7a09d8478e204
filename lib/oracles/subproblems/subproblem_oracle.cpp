#include "oracles/subproblems/subproblem_oracle.hpp"

#include "ising/machines.hpp"
#include "oracles/subproblems/neuron_blocks.hpp"
#include "oracles/subproblems/sample_blocks.hpp"
#include "products/products.hpp"

namespace isinglass::oracles {

SubproblemOracle::SubproblemOracle(const config::Config& config, const energy::StructuredState& state,
                                   const parallel::Communicator& group)
    : settings_(config.machine),
      group_(group),
      machine_(ising::make_machine(config.machine)),
      budget_(spin_budget(*state.architecture, config.machine)) {
  products::prepare_products();
}

bool SubproblemOracle::answer(energy::StructuredState& state, const OracleCall& call, const StopAsked& stop_is_asked) {
  counts_ = {};
  const BlockMachine machine{*machine_, settings_, budget_};
  NeuronBlocks neurons(state, machine, group_);
  SampleBlocks samples(machine, group_);
  const bool asks_samples = settings_.subproblems.blocks == config::Blocks::neurons_and_samples;
  for (std::uint32_t round = 0; round < static_cast<std::uint32_t>(settings_.subproblems.rounds); ++round) {
    for (std::size_t l = 0; l < state.layers.size(); ++l)
      for (int unit = 0; unit < state.layers[l].layer->units; ++unit) {
        if (group_.any(stop_is_asked())) return false;
        const SubproblemKey key{call.seed, call.number, round, block_name(l, static_cast<std::uint32_t>(unit))};
        if (!neurons.improve(state, l, unit, key, counts_, stop_is_asked)) return false;
      }
    for (std::size_t l = 0; asks_samples && l + 1 < state.layers.size(); ++l)
      if (!samples.improve(state, l, {call.seed, call.number, round, block_name(l, samples_block)}, counts_,
                           stop_is_asked))
        return false;
  }
  return true;
}

}  // namespace isinglass::oracles
