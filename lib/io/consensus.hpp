#pragma once

#include "parallel/communicator.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace isinglass {

/// The text of the first rank that has one, on every rank; none if none has. Collective.
[[nodiscard]] std::optional<std::string> first_text(const Communicator& group, const std::optional<std::string>& text);

/// Calls `step` on every rank. If it throws on any, throws an Error with the text of the first rank that failed, on all.
/// Inside, the ranks may communicate only where they all fail or none. Collective.
template <class Error>
void agree(const Communicator& group, const std::function<void()>& step) {
  std::optional<std::string> problem;
  try {
    step();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (const auto first = first_text(group, problem)) throw Error(*first);
}

}  // namespace isinglass
