#pragma once

#include "base/stop_signal.hpp"
#include "parallel/communicator.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace isinglass {

/// The text of the first rank that has one, on every rank; none if none has. Collective.
[[nodiscard]] std::optional<std::string> first_text(const Communicator& group, const std::optional<std::string>& text);

/// Calls `step` on every rank. If it throws on any, throws an Error with the text of the first rank that failed, on
/// all; but Interrupted stays that. Inside, the ranks may communicate only where they all fail or none. Collective.
template <class Error>
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
  if (first) throw Error(first->substr(1));
}

}  // namespace isinglass
