#pragma once

#include "config/config.hpp"
#include "energy/state.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace isinglass::oracles {

/// Key of the random numbers of an oracle call.
struct OracleCall {
  std::uint64_t seed = 0;
  std::uint32_t number = 0;  ///< unique per iteration and replica
};

/// Polled between short pieces of work; true asks the whole group to leave.
using StopAsked = std::function<bool()>;

/// The oracle of QCGD: an emulated or real Ising machine that looks for parameter bits and segment choices of small
/// structured energy. One object serves all calls of a run and keeps nothing between them that a later answer depends
/// on, so that a run that is continued from a checkpoint gets the same answers.
class Oracle {
public:
  virtual ~Oracle() = default;
  /// Starts from `state` as it is and leaves the answer in it. Returns false if a rank was asked to stop: nothing
  /// should be made of the state then. Collective over the group.
  [[nodiscard]] virtual bool answer(energy::StructuredState& state, const OracleCall& call,
                                    const StopAsked& stop_is_asked) = 0;
};

/// The oracle that config.machine names: `subproblems` hands any machine one block at a time; the kinds with amplitudes
/// (dynamics) and simulated annealing take the whole problem at once. `config` outlives it. Throws InputError for a
/// machine that does not exist or is too small for a block.
[[nodiscard]] std::unique_ptr<Oracle> make_oracle(const config::Config& config, const energy::StructuredState& state,
                                                  const parallel::Communicator& group);

}  // namespace isinglass::oracles
