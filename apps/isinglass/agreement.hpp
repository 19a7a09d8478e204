#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace isinglass {

/// An error that every rank of the job throws at the same place: rank 0 reports it and all ranks leave in order.
class AgreedError : public std::runtime_error {
public:
  AgreedError(const std::string& text, ExitCode code, bool is_busy = false)
      : std::runtime_error(text), code_(code), is_busy_(is_busy) {}
  [[nodiscard]] ExitCode code() const { return code_; }
  [[nodiscard]] bool is_busy() const { return is_busy_; }  ///< see Failure

private:
  ExitCode code_;
  bool is_busy_;
};

/// Meaning of an exception to the user.
struct Failure {
  std::string text;
  ExitCode code = ExitCode::error;
  bool is_busy = false;  ///< another process works in the run folder
};

/// The exception being handled. To be called in a catch block.
[[nodiscard]] Failure current_failure();

/// Runs `action`, which must not communicate unless it fails on all ranks alike, then makes sure that it went well
/// everywhere: otherwise throws the AgreedError of the first rank that failed, on all ranks. Collective.
void together(const Communicator& world, const std::function<void()>& action);

/// AgreedError of bad input, unless each rank's `fingerprint` is that of rank 0: then the ranks see different things
/// under the name `what`, and their results would be a mixture. Collective.
void expect_same(const Communicator& world, std::uint64_t fingerprint, const std::string& what);

/// AgreedError of bad input, unless each rank has rank 0's command line and build. To be called before anything that
/// could go another way on another rank. Collective.
void expect_same_command(const Communicator& world, std::span<const char* const> arguments);

/// The AgreedError that `step` throws, or nothing: for files whose failure must not take a result with it that is still
/// to be printed. Who calls it throws the error afterwards.
[[nodiscard]] std::optional<AgreedError> failure_of(const std::function<void()>& step);

/// The text of rank `root` on every rank. Collective.
[[nodiscard]] std::string broadcast_text(const Communicator& world, const std::string& text, int root);

/// "node1 (2 ranks), node2 (2 ranks)", in the order of the ranks. Collective.
[[nodiscard]] std::string host_summary(const Communicator& world);

}  // namespace isinglass
