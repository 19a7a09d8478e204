#pragma once

#include "base/error.hpp"
#include "base/stop_signal.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace isinglass::parallel {

/// An error that every rank of the job throws at the same place: rank 0 reports it and all ranks leave in order.
class AgreedError : public Error {
public:
  using Error::Error;
};

/// Runs `action`, which must not communicate unless it fails on all ranks alike, then makes sure that it went well
/// everywhere: otherwise throws the AgreedError of the first rank that failed, on all ranks. Collective.
void together(const Communicator& world, const std::function<void()>& action);

/// AgreedError of bad input, unless each rank's `fingerprint` is that of rank 0: then the ranks see different things
/// under the name `what`, and their results would be a mixture. Collective.
void expect_same(const Communicator& world, std::uint64_t fingerprint, const std::string& what);

/// AgreedError of bad input, unless each rank has rank 0's command line and `build` of the program. To be called before
/// anything that could go another way on another rank. Collective.
void expect_same_command(const Communicator& world, std::span<const char* const> arguments, const std::string& build);

/// The AgreedError that `step` throws, or nothing: for files whose failure must not take a result with it that is still
/// to be printed. Who calls it throws the error afterwards.
[[nodiscard]] std::optional<AgreedError> failure_of(const std::function<void()>& step);

/// The text of the first rank that has one, on every rank; none if none has. Collective.
[[nodiscard]] std::optional<std::string> first_text(const Communicator& group, const std::optional<std::string>& text);

/// Calls `step` on every rank, as `together` does, in parts of the program that do not know whether all ranks of the
/// job take part: throws an E with the text of the first rank that failed, on all; but Interrupted stays that.
/// Collective.
template <class E>
void agree(const Communicator& group, const std::function<void()>& step) {
  constexpr char interrupted = 'I', failed = 'F';  // before the text
  std::optional<std::string> problem;
  try {
    step();
  } catch (const Interrupted& error) {
    problem = interrupted + std::string(error.what());
  } catch (const std::exception& error) {
    problem = failed + std::string(error.what());
  }
  const auto first = first_text(group, problem);
  if (first && first->front() == interrupted) throw Interrupted(first->substr(1));
  if (first) throw E(first->substr(1));
}

}  // namespace isinglass::parallel
